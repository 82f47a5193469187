//! `vicgate matrix`: what a profile supports, row by row.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::{EXIT_CONFIG, fail, out};
use crate::docker::endpoint::Endpoint;
use crate::docker::json::Json;
use crate::docker::params::params;
use crate::policy::Profile;
use crate::policy::load;
use crate::policy::profile::{Decision, field_paths};

/// Flags of `matrix`.
#[derive(Args, Clone, Debug)]
pub struct MatrixArgs {
    /// The profile: a name (vic, vic-1.5, vic-early, engine) or a file
    #[arg(long, value_name = "NAME|FILE", default_value = "vic")]
    pub profile: String,
    /// Folder whose profiles win over the built-in ones of the same name
    #[arg(long, value_name = "FOLDER")]
    pub policy_dir: Option<PathBuf>,
    /// How it is printed
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// How the matrix is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Columns, for reading
    #[default]
    Table,
    /// A table for a page
    Markdown,
    /// One JSON value, for programs
    Json,
}

/// Prints the matrix.
#[must_use]
pub fn run(args: &MatrixArgs) -> ExitCode {
    match load::profile(&args.profile, args.policy_dir.as_deref()) {
        Ok(profile) => {
            let rows = rows(&profile);
            out(&match args.format {
                Format::Table => table(&profile, &rows),
                Format::Markdown => markdown(&profile, &rows),
                Format::Json => json(&profile, &rows),
            });
            ExitCode::SUCCESS
        }
        Err(invalid) => fail(EXIT_CONFIG, &invalid),
    }
}

/// One line of the matrix.
struct Row<'p> {
    kind: &'static str,
    endpoint: Endpoint,
    name: String,
    decision: &'p Decision,
}

/// Every operation with its parameters, headers, fields and answer rows behind it.
fn rows(profile: &Profile) -> Vec<Row<'_>> {
    let mut rows = Vec::new();
    for endpoint in Endpoint::ALL.iter().copied() {
        let mut add = |kind, name: &str, decision| rows.push(Row { kind, endpoint, name: name.to_owned(), decision });
        add("endpoint", "", profile.endpoint(endpoint));
        for param in params(endpoint) {
            if let Some(decision) = profile.param(param) {
                add("query", param.name, decision);
            }
        }
        let mut headers: Vec<_> = profile.headers().filter(|(of, ..)| *of == endpoint).collect();
        headers.sort_by_key(|(_, name, _)| *name);
        for (_, name, decision) in headers {
            add("header", name, decision);
        }
        let tree = profile.fields(endpoint);
        let paths = field_paths(endpoint).into_iter().map(|(path, _)| path).collect::<Vec<_>>();
        let deeper = tree.rows().into_iter().filter(|(path, _)| path != "*" && !paths.contains(path));
        for path in &paths {
            if let Some(decision) = tree.decide(path) {
                add("field", path, decision);
            }
        }
        for (path, decision) in deeper {
            add("field", &path, decision);
        }
        for row in profile.answers().iter().filter(|row| row.endpoint == endpoint) {
            add("answer", &row.name, &row.decision);
        }
    }
    rows
}

impl Row<'_> {
    /// What it is about; below an operation, without it.
    fn thing(&self) -> String {
        match self.kind {
            "endpoint" => format!("{}  {}", self.endpoint.name(), self.operation()),
            "query" => format!("?{}", self.name),
            "header" => format!("{}:", self.name),
            "answer" => format!("-> {}", self.name),
            _ => self.name.clone(),
        }
    }

    fn operation(&self) -> String {
        let row = self.endpoint.row();
        format!("{} {}", row.method.as_str(), row.pattern)
    }

    /// The word, the rule, and what happens instead of a refusal.
    fn says(&self) -> String {
        let support = self.decision.support;
        let mut says = support.word().to_owned();
        if let Some(rule) = support.rule() {
            says = format!("{says} {}", rule.name());
        }
        if support.refuses() && self.decision.unsupported.word() != "reject" {
            says = format!("{says}, {}", self.decision.unsupported.word());
        }
        says
    }

    fn why(&self) -> String {
        let mut why = self.decision.reason.clone();
        if !self.decision.instead.is_empty() {
            why = format!("{why}; instead: {}", self.decision.instead);
        }
        why
    }
}

fn title(profile: &Profile) -> String {
    let versions = profile.api.as_ref().map(|api| format!(", API {} to {}", api.start(), api.end()));
    format!("{} ({}{})", profile.name, profile.title, versions.unwrap_or_default())
}

fn table(profile: &Profile, rows: &[Row<'_>]) -> String {
    let wide = |text: &dyn Fn(&Row<'_>) -> usize| rows.iter().map(text).max().unwrap_or_default();
    let (says, thing) = (wide(&|row| row.says().len()), wide(&|row| row.thing().len() + 2));
    let mut text = format!("{}\n\n", title(profile));
    for row in rows {
        let indent = if row.kind == "endpoint" { "" } else { "  " };
        let name = format!("{indent}{}", row.thing());
        let line = format!("{:says$}  {name:thing$}  {}  ({})", row.says(), row.why(), row.decision.source.join("; "));
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

fn markdown(profile: &Profile, rows: &[Row<'_>]) -> String {
    let escape = |text: &str| text.replace('|', "\\|");
    let mut text =
        format!("# {}\n\n| operation | what | support | reason | source |\n|---|---|---|---|---|\n", title(profile));
    for row in rows {
        let thing = escape(&if row.kind == "endpoint" { row.operation() } else { row.thing() });
        let (why, source) = (escape(&row.why()), escape(&row.decision.source.join("; ")));
        text.push_str(&format!("| {} | `{thing}` | {} | {why} | {source} |\n", row.endpoint.name(), row.says()));
    }
    text
}

fn json(profile: &Profile, rows: &[Row<'_>]) -> String {
    let object = |members: Vec<(&'static str, Json<'static>)>| {
        Json::Object(members.into_iter().map(|(name, value)| (name.into(), value)).collect())
    };
    let optional = |text: Option<String>| text.map_or(Json::Null, Json::from);
    let rows = rows.iter().map(|row| {
        let of = row.endpoint.row();
        let source = row.decision.source.iter().cloned().map(Json::from).collect::<Vec<_>>();
        object(vec![
            ("kind", Json::from(row.kind)),
            ("endpoint", Json::from(row.endpoint.name())),
            ("method", Json::from(of.method.as_str())),
            ("path", Json::from(of.pattern)),
            ("name", Json::from(row.name.clone())),
            ("support", Json::from(row.decision.support.word())),
            ("rule", optional(row.decision.support.rule().map(|rule| rule.name().to_owned()))),
            ("unsupported", Json::from(row.decision.unsupported.word())),
            ("reason", Json::from(row.decision.reason.clone())),
            ("instead", Json::from(row.decision.instead.clone())),
            ("source", Json::Array(source)),
            ("place", Json::from(row.decision.place.clone())),
        ])
    });
    let rows = rows.collect::<Vec<_>>();
    let statuses = profile.statuses().iter().map(|row| {
        object(vec![
            ("endpoint", optional(row.endpoint.map(|endpoint| endpoint.name().to_owned()))),
            ("from", Json::from(i64::from(row.from))),
            ("to", Json::from(i64::from(row.to))),
            ("versions", Json::from(row.versions.to_string())),
            ("message", optional(row.message.as_ref().map(|regex| regex.as_str().to_owned()))),
            ("reason", Json::from(row.reason.clone())),
        ])
    });
    let version = |end: Option<String>| optional(end);
    let api = profile.api.as_ref();
    let value = object(vec![
        ("profile", Json::from(profile.name.clone())),
        ("title", Json::from(profile.title.clone())),
        ("min_api", version(api.map(|api| api.start().to_string()))),
        ("max_api", version(api.map(|api| api.end().to_string()))),
        ("rows", Json::Array(rows)),
        ("statuses", Json::Array(statuses.collect())),
    ]);
    format!("{value}\n")
}
