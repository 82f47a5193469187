//! The table in the README.

use std::path::Path;

use crate::Cell;
use crate::exceptions::Exceptions;

/// Rows of clients and columns of backends, with notes below.
pub fn write(cells: &[Cell], exceptions: &Exceptions) -> String {
    let mut backends: Vec<&str> = Vec::new();
    let mut clients: Vec<&str> = Vec::new();
    for cell in cells {
        if !backends.contains(&cell.backend) {
            backends.push(cell.backend);
        }
        if !clients.contains(&cell.client) {
            clients.push(cell.client);
        }
    }
    let mut notes: Vec<&str> = Vec::new();
    let mut text = format!("| | {} |\n|---|{}\n", backends.join(" | "), "---|".repeat(backends.len()));
    for client in clients {
        text.push_str(&format!("| {client} |"));
        for backend in &backends {
            let Some(cell) = cells.iter().find(|cell| cell.client == client && cell.backend == *backend) else {
                text.push_str(" - |");
                continue;
            };
            let mut lacks = Vec::new();
            for (step, result) in &cell.wrong {
                let reason = exceptions.find(cell, step, result).map_or("unexplained", |one| one.reason);
                let note = notes.iter().position(|own| *own == reason).unwrap_or_else(|| {
                    notes.push(reason);
                    notes.len() - 1
                });
                lacks.push(format!("{step} ({})", note + 1));
            }
            let but = if lacks.is_empty() { String::new() } else { format!(" but {}", lacks.join(", ")) };
            text.push_str(&format!(" all {}{but} |", cell.steps));
        }
        text.push('\n');
    }
    text.push('\n');
    for (number, note) in notes.iter().enumerate() {
        text.push_str(&format!("{}. {note}\n", number + 1));
    }
    text
}

const BEGIN: &str = "<!-- clients: written by tests/clients -->\n";
const END: &str = "<!-- clients: end -->\n";

/// Fails if the README has another table; with `UPDATE` set it gets this one.
pub fn hold_readme(table: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = readme.split_once(BEGIN).expect("the README has a place for the table");
    let (now, after) = rest.split_once(END).expect("the place has an end");
    let table = format!("\n{table}\n");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, format!("{before}{BEGIN}{table}{END}{after}")).unwrap();
    } else {
        assert_eq!(now, table, "the README's table is not what the clients saw; UPDATE=1 writes it");
    }
}
