//! What messages, logs and reports must not show: values of the environment, build arguments, passwords and
//! tokens.
//!
//! A refusal shows what it refuses, and may end in a log. Whatever puts a value of a call into words takes
//! the words from [`shown`] or [`target`], which leave names and take values out.

use std::borrow::Cow;

use super::json::{self, Json, short};
use super::redact::instruction;

/// Stands in the place of a value.
const HIDDEN: &str = "…";

/// Whose items are `NAME=VALUE`, of which the name is shown.
const VARIABLES: &str = "Env";

/// Other fields and parameters whose values nobody is shown: build arguments, credentials, keys, the data of
/// secrets and configs.
const SECRET: [&str; 10] = [
    "buildargs",
    "password",
    "auth",
    "identitytoken",
    "registrytoken",
    "Data",
    "JoinToken",
    "UnlockKey",
    "SigningCAKey",
    "SigningCACert",
];

/// How much of a value is secret.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Secret {
    /// Nothing.
    No,
    /// What stands behind `NAME=`.
    Variables,
    /// All of it.
    All,
}

/// True if the value at a JSON path, or of a query parameter, is secret, or within something that is. Names count in
/// small letters and capitals.
#[must_use]
pub fn is_secret(path: &str) -> bool {
    secret_at(path) != Secret::No
}

fn secret_at(path: &str) -> Secret {
    let names = path.split('.').map(|step| step.split('[').next().unwrap_or_default());
    names.map(of_name).find(|secret| *secret != Secret::No).unwrap_or(Secret::No)
}

fn of_name(name: &str) -> Secret {
    let is = |secret: &str| name.eq_ignore_ascii_case(secret);
    if is(VARIABLES) {
        Secret::Variables
    } else if SECRET.into_iter().any(is) {
        Secret::All
    } else {
        Secret::No
    }
}

/// The value at a path as short JSON, without what is secret in it. Of a variable its name is left: `"TOKEN=…"`.
#[must_use]
pub fn shown(path: &str, value: &Json<'_>) -> String {
    // No more than a message has room for: a body may be large, and have many faults.
    let mut room = 512;
    let mut value = beginning(value, &mut room);
    scrub_as(&mut value, secret_at(path));
    short(&value)
}

/// Takes out of a body what is secret in it.
pub fn scrub(body: &mut Json<'_>) {
    scrub_as(body, Secret::No);
}

/// A request target without what is secret in its query. Nor is the value shown of a parameter that is not
/// known: its name may be misspelt.
#[must_use]
pub fn target(target: &str, is_known: impl Fn(&str) -> bool) -> String {
    let Some((path, query)) = target.split_once('?') else { return target.to_owned() };
    let pairs = query.split('&').map(|pair| {
        let Some((name, value)) = pair.split_once('=') else { return Cow::Borrowed(pair) };
        let decode =
            |text: &str| percent_encoding::percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
        let (plain_name, plain) = (decode(name), decode(value));
        let is_open = is_known(&plain_name) && !is_secret(&plain_name) && matches!(text(&plain), Cow::Borrowed(_));
        if is_open { Cow::Borrowed(pair) } else { Cow::Owned(format!("{name}={HIDDEN}")) }
    });
    format!("{path}?{}", pairs.collect::<Vec<_>>().join("&"))
}

/// A text without the credentials in a URL and the values that an instruction of a Dockerfile sets.
#[must_use]
pub fn text(text: &str) -> Cow<'_, str> {
    if instruction(text).env {
        let word = text.split_whitespace().next().unwrap_or_default();
        return Cow::Owned(format!("{word} {HIDDEN}"));
    }
    let Some((scheme, rest)) = text.split_once("://") else { return Cow::Borrowed(text) };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let Some((user, _)) = authority.rsplit_once('@') else { return Cow::Borrowed(text) };
    Cow::Owned(format!("{scheme}://{HIDDEN}{}", rest.get(user.len()..).unwrap_or_default()))
}

fn scrub_as(value: &mut Json<'_>, secret: Secret) {
    match value {
        Json::Null => {}
        Json::Bool(_) | Json::Number(_) => {
            if secret != Secret::No {
                *value = HIDDEN.into();
            }
        }
        Json::String(given) => {
            let open = match secret {
                Secret::No => text(given),
                Secret::Variables => variable(given),
                Secret::All => Cow::Owned(HIDDEN.to_owned()),
            };
            if let Cow::Owned(open) = open {
                *value = open.into();
            }
        }
        Json::Array(items) => items.iter_mut().for_each(|item| scrub_as(item, secret)),
        Json::Object(members) => {
            for (name, value) in members {
                let own = if secret == Secret::No { of_name(name) } else { secret };
                scrub_as(value, own);
            }
        }
    }
}

/// `NAME=VALUE` without the value. What has no name is hidden as a whole.
fn variable(text: &str) -> Cow<'_, str> {
    match text.split_once('=') {
        Some((name, _)) => Cow::Owned(format!("{name}={HIDDEN}")),
        None if text.is_empty() => Cow::Borrowed(text),
        None => Cow::Owned(HIDDEN.to_owned()),
    }
}

/// The beginning of a value, for a message. Nothing is cut within a text: the rest of a secret would not be known as one.
fn beginning<'a>(value: &'a Json<'_>, room: &mut usize) -> Json<'a> {
    let take = |room: &mut usize, length: usize| *room = room.saturating_sub(length + 1);
    match value {
        Json::Null => Json::Null,
        Json::Bool(value) => Json::Bool(*value),
        Json::Number(text) => {
            take(room, text.len());
            Json::Number(Cow::Borrowed(text))
        }
        Json::String(text) => {
            take(room, text.len());
            Json::String(Cow::Borrowed(text))
        }
        Json::Array(items) => {
            let mut some = Vec::new();
            for item in items {
                if *room == 0 {
                    break;
                }
                take(room, 0);
                some.push(beginning(item, room));
            }
            Json::Array(some)
        }
        Json::Object(members) => {
            let mut some: Vec<json::Member<'a>> = Vec::new();
            for (name, value) in members {
                if *room == 0 {
                    break;
                }
                take(room, name.len());
                some.push((Cow::Borrowed(name), beginning(value, room)));
            }
            Json::Object(some)
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::docker::json::parse;

    #[test]
    fn of_variables_the_names_are_left() {
        for (path, value, expected) in [
            ("Env", r#"["TOKEN=hunter2","PATH"]"#, r#"["TOKEN=…","…"]"#),
            ("Env[0]", r#""TOKEN=hunter2""#, r#""TOKEN=…""#),
            ("ENV", "5", r#""…""#),
            ("TaskTemplate.ContainerSpec.Env[3]", r#""A=b=c""#, r#""A=…""#),
            ("buildargs[\"TOKEN\"]", r#""hunter2""#, r#""…""#),
            ("password", r#""hunter2""#, r#""…""#),
            ("Data", r#"["aHVudGVyMg=="]"#, r#"["…"]"#),
            ("", r#"[{"Image":"a","env":["TOKEN=hunter2"]}]"#, r#"[{"Image":"a","env":["TOKEN=…"]}]"#),
            ("HostConfig.Binds[0]", r#""/etc:/etc""#, r#""/etc:/etc""#),
            ("remote", r#""https://me:hunter2@host/x.git#main""#, r#""https://…@host/x.git#main""#),
            ("changes", r#""ENV TOKEN=hunter2""#, r#""ENV …""#),
            ("Labels[\"Env\"]", r#""shown""#, r#""shown""#),
        ] {
            assert_eq!(shown(path, &parse(value.as_bytes()).unwrap()), expected, "{path}");
        }
    }

    #[test]
    fn a_large_value_is_shown_by_its_beginning() {
        let many = Json::Array(vec![Json::from("TOKEN=hunter2"); 1_000_000]);
        assert!(shown("Env", &many).starts_with(r#"["TOKEN=…","#));
        let long = Json::from(format!("TOKEN={}", "x".repeat(1_000_000)));
        assert_eq!(shown("Env[0]", &long), r#""TOKEN=…""#);
    }

    #[test]
    fn a_target_keeps_all_but_the_secret_values() {
        for (before, after) in [
            ("/v1.41/info", "/v1.41/info"),
            ("/build?t=x&buildargs=%7B%22A%22%3A%22b%22%7D&q", "/build?t=x&buildargs=…&q"),
            ("/build?build%61rgs=x", "/build?build%61rgs=…"),
            ("/build?remote=https%3A%2F%2Fme%3Ahunter2%40host%2Fx", "/build?remote=…"),
            ("/commit?changes=ENV+A%3Db&changes=USER+me", "/commit?changes=…&changes=USER+me"),
            ("/containers/json?filters=%7B%7D", "/containers/json?filters=%7B%7D"),
            ("/build?buildarg=x", "/build?buildarg=…"),
        ] {
            assert_eq!(target(before, |name| name != "buildarg"), after);
        }
    }
}
