//! `src/docker/schema/table.rs` is what `fields.tsv` beside it says.
//!
//! After a change of `fields.tsv`: `UPDATE=1 cargo test --test generated`

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::fmt::Write as _;
use std::path::Path;

const HEAD: &str = "\
//! Made from `fields.tsv` by `UPDATE=1 cargo test --test generated`. Not to be edited.

use super::Neutral::{self, Any, Empty, Endpoints, Leaves, MemorySwap, NoMembers, Null, Section};
use super::Type::{self, Bool, Float, Int, List, Map, Size, Str, Strings, Text};
use super::silent::Silent;
use super::{Field, Struct};
use crate::docker::version::ApiVersion;

const INT64: Type = Int(i64::MIN as i128, i64::MAX as i128);
const UINT16: Type = Int(0, u16::MAX as i128);
const UINT32: Type = Int(0, u32::MAX as i128);
const UINT64: Type = Int(0, u64::MAX as i128);
const NEWEST: u8 = ApiVersion::NEWEST.minor();

#[allow(clippy::too_many_arguments)]
const fn field(
    id: usize,
    owner: &'static str,
    name: &'static str,
    ty: Type,
    first: u8,
    last: u8,
    neutral: Neutral,
    flag: Option<&'static str>,
) -> Field {
    let silent = Silent::of(&ty, &neutral);
    Field { id, owner, name, ty, first: ApiVersion::new(first), last: ApiVersion::new(last), neutral, silent, flag }
}
";

struct Row<'a> {
    field: &'a str,
    ty: &'a str,
    first: &'a str,
    last: &'a str,
    neutral: &'a str,
    values: &'a str,
    flag: &'a str,
}

#[test]
fn the_table_of_fields_is_made_from_its_source() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/docker/schema");
    let made = table(&std::fs::read_to_string(folder.join("fields.tsv")).unwrap());
    let file = folder.join("table.rs");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&file, &made).unwrap();
    }
    let there = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(there == made, "table.rs is not what fields.tsv says: UPDATE=1 cargo test --test generated");
}

fn table(source: &str) -> String {
    let mut structs: Vec<(&str, Vec<Row<'_>>)> = vec![("Empty", Vec::new())];
    for line in source.lines().filter(|line| !line.starts_with('#')) {
        let columns: Vec<&str> = line.split('\t').chain(std::iter::repeat("")).take(8).collect();
        let [owner, field, ty, first, last, neutral, values, flag] = columns[..] else { unreachable!() };
        let row = Row { field, ty, first, last, neutral, values, flag };
        match structs.iter_mut().find(|(name, _)| *name == owner) {
            Some((_, rows)) => rows.push(row),
            None => structs.push((owner, vec![row])),
        }
    }
    let mut out = HEAD.to_owned();
    let mut id = 0;
    for (name, rows) in &structs {
        writeln!(out, "\npub(super) static {}: Struct = Struct {{", constant(name)).unwrap();
        writeln!(out, "    name: {name:?},\n    fields: &[").unwrap();
        let (about, fields): (Vec<_>, Vec<_>) = rows.iter().partition(|row| row.field == "*");
        for row in fields {
            writeln!(out, "        {},", field(name, row, id)).unwrap();
            id += 1;
        }
        out.push_str("    ],\n");
        let find = |word: &str| about.iter().find(|row| row.neutral == word);
        for word in ["embedded", "stray"] {
            let other = find(word).map_or("None".to_owned(), |row| format!("Some(&{})", constant(row.ty)));
            writeln!(out, "    {word}: {other},").unwrap();
        }
        let last = about.iter().map(|row| version(row.last)).find(|last| last != "NEWEST");
        writeln!(out, "    last: ApiVersion::new({}),\n}};", last.unwrap_or("NEWEST".to_owned())).unwrap();
    }
    writeln!(out, "\n/// How many fields there are.\npub const FIELDS: usize = {id};").unwrap();
    out.push_str("\n/// Every struct.\npub static STRUCTS: &[&Struct] = &[\n");
    for (name, _) in &structs {
        writeln!(out, "    &{},", constant(name)).unwrap();
    }
    out.push_str("];\n");
    out
}

fn field(owner: &str, row: &Row<'_>, id: usize) -> String {
    let flag = if row.flag.is_empty() { "None".to_owned() } else { format!("Some({:?})", row.flag) };
    let values: Vec<&str> = row.values.split_whitespace().collect();
    let neutral = match row.neutral {
        "empty" => format!("Empty(&{values:?})"),
        "null" => format!("Null(&{values:?})"),
        "leaves" => "Leaves".to_owned(),
        "no-members" => "NoMembers".to_owned(),
        "any" => "Any".to_owned(),
        "section" => "Section".to_owned(),
        "memory-swap" => "MemorySwap".to_owned(),
        "endpoints" => "Endpoints".to_owned(),
        other => panic!("{owner}.{}: no such rule: {other}", row.field),
    };
    let (ty, first, last) = (ty(row.ty), version(row.first), version(row.last));
    format!("field({id}, {owner:?}, {:?}, {ty}, {first}, {last}, {neutral}, {flag})", row.field)
}

fn ty(text: &str) -> String {
    let inner = |open, close| text.strip_prefix(open).and_then(|text| text.strip_suffix(close));
    match text {
        "bool" => "Bool".to_owned(),
        "int64" | "uint16" | "uint32" | "uint64" => text.to_uppercase(),
        "float" => "Float".to_owned(),
        "string" => "Str".to_owned(),
        "text" => "Text".to_owned(),
        "strings" => "Strings".to_owned(),
        "size" => "Size".to_owned(),
        "any" => "Type::Any".to_owned(),
        _ => match (inner('[', ']'), inner('{', '}')) {
            (Some(item), _) => format!("List(&{})", ty(item)),
            (_, Some(item)) => format!("Map(&{})", ty(item)),
            _ => format!("Type::Struct(&{})", constant(text)),
        },
    }
}

fn version(text: &str) -> String {
    if text == "-" { "NEWEST".to_owned() } else { text.to_owned() }
}

/// `HostConfig` → `HOST_CONFIG`, `IPAMConfig` → `IPAM_CONFIG`.
fn constant(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    let mut out = String::new();
    for (index, char) in chars.iter().enumerate() {
        let starts = index > 0
            && char.is_uppercase()
            && (chars[index - 1].is_lowercase() || chars.get(index + 1).is_some_and(|next| next.is_lowercase()));
        if starts {
            out.push('_');
        }
        out.push(char.to_ascii_uppercase());
    }
    out
}
