//! Real clients of every age before backends that they cannot speak with by
//! themselves: each does the same session, and sees what it would see on an engine
//! of its own time. What differs stands in `exceptions.tsv`, with the reason; the table
//! in the README comes from here (`UPDATE=1` writes it).

#![allow(unreachable_pub, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::disallowed_methods)]

#[path = "../engine/mod.rs"]
mod engine;

mod backends;
mod clients;
mod exceptions;
mod table;
mod with_bollard;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use backends::Backend;
use clients::Client;
use exceptions::Exceptions;

/// What one client saw of one backend: its steps that came to something else than they should.
pub struct Cell {
    client: &'static str,
    backend: &'static str,
    wrong: Vec<(String, String)>,
    steps: usize,
}

#[test]
fn every_client_sees_the_same_of_every_backend() {
    let backends = Backend::all();
    // To look into one: the README and the list of exceptions are about all.
    let only = std::env::var("ONLY").ok();
    let mut clients = clients::all();
    clients.retain(|client| only.as_ref().is_none_or(|only| client.name.starts_with(only)));
    let pairs = clients.iter().flat_map(|client| backends.iter().map(move |backend| (client, backend)));
    let pairs: Vec<(&Client, &Backend)> = pairs.filter(|(client, backend)| client.meets(backend)).collect();
    let (next, cells) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some((client, backend)) = pairs.get(number) else { break };
                    let cell = client.run(backend, number);
                    cells.lock().unwrap().push(cell);
                }
            });
        }
    });
    let mut cells = cells.into_inner().unwrap();
    let place = |cell: &Cell| {
        pairs.iter().position(|(client, backend)| client.name == cell.client && backend.name == cell.backend)
    };
    cells.sort_by_key(place);
    let exceptions = Exceptions::read();
    let mut problems = exceptions.unexplained(&cells);
    if only.is_none() {
        problems.extend(exceptions.unneeded(&cells));
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(only.is_none(), "all is well with {only:?}; the test needs all clients");
    table::hold_readme(&table::write(&cells, &exceptions));
}

/// Sessions under way at once.
const AT_ONCE: usize = 6;
