//! Checks a settings file for keys and types before it is merged, and remembers
//! where each key stands, since merging loses it.

use std::collections::HashMap;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Where each key of the file stands, by its path (`listen[0].url`), and where each
/// text first does.
#[derive(Clone, Debug, Default)]
pub(super) struct Places {
    keys: HashMap<String, String>,
    texts: HashMap<String, String>,
}

impl Places {
    /// Reads the file's text.
    ///
    /// # Errors
    /// All syntax errors, unknown keys and wrong types, as `file:line:column: …`.
    pub(super) fn read(path: &Path, text: &str) -> Result<Self, Vec<String>> {
        let mut walk = Walk { path, text, places: Self::default(), problems: Vec::new() };
        match DeTable::parse(text) {
            Ok(table) => walk.table("", "", table.get_ref()),
            Err(error) => {
                let place = walk.place(error.span().map_or(0, |span| span.start));
                walk.problems.push(format!("{place}{}", error.message()));
            }
        }
        if walk.problems.is_empty() { Ok(walk.places) } else { Err(walk.problems) }
    }

    /// The place of a key or of the table that holds it, as a prefix of a
    /// message; empty if the value did not come from the file.
    pub(super) fn of(&self, key: &str) -> &str {
        let mut key = key;
        loop {
            if let Some(place) = self.keys.get(key) {
                return place;
            }
            match key.rfind(['.', '[']) {
                Some(end) => key = key.get(..end).unwrap_or_default(),
                None => return "",
            }
        }
    }
}

impl Places {
    /// The place of a value, such as a file's name, as a prefix of a message; empty if it
    /// does not stand in the file.
    pub(super) fn of_text(&self, text: &str) -> &str {
        self.texts.get(text).map_or("", String::as_str)
    }
}

/// The types of the keys.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Number,
    Bool,
    Texts,
    Table,
    Tables,
}

const KEYS: &[(&str, Kind)] = &[
    ("listen", Kind::Tables),
    ("listen.url", Kind::Text),
    ("listen.cert", Kind::Text),
    ("listen.key", Kind::Text),
    ("listen.certificates", Kind::Tables),
    ("listen.certificates.cert", Kind::Text),
    ("listen.certificates.key", Kind::Text),
    ("listen.client_ca", Kind::Text),
    ("listen.crls", Kind::Texts),
    ("listen.crl_expired", Kind::Text),
    ("listen.handshake_seconds", Kind::Number),
    ("backend", Kind::Table),
    ("backend.url", Kind::Text),
    ("backend.ca", Kind::Text),
    ("backend.cert", Kind::Text),
    ("backend.key", Kind::Text),
    ("backend.name", Kind::Text),
    ("backend.pin", Kind::Text),
    ("backend.host", Kind::Text),
    ("backend.connect_seconds", Kind::Number),
    ("policy", Kind::Table),
    ("policy.profile", Kind::Text),
    ("policy.access", Kind::Text),
    ("policy.dir", Kind::Text),
    ("api", Kind::Table),
    ("api.min", Kind::Text),
    ("api.max", Kind::Text),
    ("api.translate", Kind::Bool),
    ("limits", Kind::Table),
    ("limits.judged_body_mib", Kind::Number),
    ("limits.drain_seconds", Kind::Number),
    ("limits.header_seconds", Kind::Number),
    ("limits.body_min_rate", Kind::Number),
    ("limits.max_connections", Kind::Number),
    ("limits.max_connections_per_peer", Kind::Number),
    ("limits.max_handshakes", Kind::Number),
    ("limits.workers", Kind::Number),
    ("log", Kind::Table),
    ("log.format", Kind::Text),
    ("log.access", Kind::Bool),
    ("log.audit", Kind::Text),
    ("reload", Kind::Table),
    ("reload.watch", Kind::Bool),
    ("admin", Kind::Text),
    ("api_cors_header", Kind::Text),
    ("insecure_tcp", Kind::Bool),
];

impl Kind {
    const fn describe(self) -> &'static str {
        match self {
            Self::Text => "a string in quotes",
            Self::Number => "a whole number, 0 or more",
            Self::Bool => "true or false",
            Self::Texts => "a list of strings",
            Self::Table => "a table",
            Self::Tables => "a list of tables",
        }
    }
}

struct Walk<'a> {
    path: &'a Path,
    text: &'a str,
    places: Places,
    problems: Vec<String>,
}

impl Walk<'_> {
    /// `shape` is the path without indices (`listen.url`), `key` the one with
    /// them (`listen[0].url`).
    fn table(&mut self, shape: &str, key: &str, table: &DeTable<'_>) {
        for (name, value) in table {
            let shape = join(shape, name.get_ref());
            let key = join(key, name.get_ref());
            let place = self.place(name.span().start);
            match KEYS.iter().find(|(known, _)| *known == shape) {
                None => self.problems.push(format!("{place}unknown key `{shape}`{}", near(&shape))),
                Some((_, kind)) => self.value(*kind, &shape, &key, value),
            }
            self.places.keys.insert(key, place);
        }
    }

    fn value(&mut self, kind: Kind, shape: &str, key: &str, value: &Spanned<DeValue<'_>>) {
        let fits = match (kind, value.get_ref()) {
            (Kind::Text, DeValue::String(text)) => {
                self.note(text, value.span().start);
                true
            }
            (Kind::Bool, DeValue::Boolean(_)) => true,
            (Kind::Number, DeValue::Integer(number)) => number.to_string().parse::<u32>().is_ok(),
            (Kind::Texts, DeValue::Array(items)) => {
                for item in items.iter() {
                    if let DeValue::String(text) = item.get_ref() {
                        self.note(text, item.span().start);
                    }
                }
                items.iter().all(|item| matches!(item.get_ref(), DeValue::String(_)))
            }
            (Kind::Table, DeValue::Table(table)) => {
                self.table(shape, key, table);
                true
            }
            (Kind::Tables, DeValue::Array(items)) => {
                for (index, item) in items.iter().enumerate() {
                    let key = format!("{key}[{index}]");
                    let place = self.place(item.span().start);
                    if let DeValue::Table(table) = item.get_ref() {
                        self.table(shape, &key, table);
                    } else if shape != "listen" || !matches!(item.get_ref(), DeValue::String(_)) {
                        self.problems.push(format!("{place}`{shape}` holds tables, as in [[{shape}]]"));
                    }
                    self.places.keys.insert(key, place);
                }
                true
            }
            _ => false,
        };
        if !fits {
            let place = self.place(value.span().start);
            self.problems.push(format!("{place}`{shape}` must be {}", kind.describe()));
        }
    }

    fn note(&mut self, text: &str, offset: usize) {
        let place = self.place(offset);
        self.places.texts.entry(text.to_owned()).or_insert(place);
    }

    /// `file:line:column: `, both counted from 1.
    fn place(&self, offset: usize) -> String {
        let before = self.text.get(..offset).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        format!("{}:{line}:{column}: ", self.path.display())
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.into() } else { format!("{path}.{name}") }
}

/// The known keys beside an unknown one.
fn near(shape: &str) -> String {
    let parent = shape.rsplit_once('.').map_or("", |(parent, _)| parent);
    let known: Vec<_> = KEYS
        .iter()
        .filter(|(key, _)| key.rsplit_once('.').map_or("", |(parent, _)| parent) == parent)
        .map(|(key, _)| key.rsplit('.').next().unwrap_or(key))
        .collect();
    format!(". Known here: {}", known.join(", "))
}
