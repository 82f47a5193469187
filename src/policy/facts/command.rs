//! Commands: what a container, an exec, a service or a health check runs.

use std::borrow::Cow;

use super::collect::{Collector, Here, each_text};
use super::text::clean_path;
use super::{Kind, Value};
use crate::docker::json::Json;
use crate::docker::schema::Path;

/// The arguments of an exec.
pub(super) fn arguments<'b>(c: &mut Collector<'b>, value: &'b Json<'b>, at: &Path<'_>) {
    command(c, None, Some(value), Here::json(at, value));
}

/// `Healthcheck`: `["CMD", …]`, `["CMD-SHELL", "…"]` or `["NONE"]`.
pub(super) fn health_check<'b>(c: &mut Collector<'b>, value: &'b Json<'b>, at: &Path<'_>) {
    let Some(test) = value.get("Test") else { return };
    let path = at.name("Test");
    let here = Here::json(&path, test);
    let words: Vec<&'b str> = test.strings().collect();
    let Some((form, words)) = words.split_first() else { return };
    let words = words.iter().map(|word| Cow::Borrowed(*word));
    match *form {
        "NONE" => {}
        "CMD" => c.open(Kind::Command, here, || Value::Command(words.collect())),
        // The shell of the image, which is /bin/sh unless it says otherwise.
        "CMD-SHELL" => {
            let shell = ["/bin/sh", "-c"].into_iter().map(Cow::Borrowed);
            c.open(Kind::Command, here, || Value::Command(shell.chain(words).collect()));
        }
        _ => c.unreadable(here),
    }
}

/// Variables, by their names. The values are none of anybody's business.
pub(super) fn variables<'b>(c: &mut Collector<'b>, value: &'b Json<'b>, at: &Path<'_>) {
    for (index, item) in value.as_array().unwrap_or_default().iter().enumerate() {
        let text = item.as_str().unwrap_or_default();
        let name = text.split_once('=').map_or(text, |(name, _)| name);
        c.open_text(Kind::Env, Here::unseen(&at.index(index)), name);
    }
}

/// A path in a container that is copied.
pub(super) fn copied<'b>(c: &mut Collector<'b>, value: &'b Json<'b>, at: &Path<'_>) {
    let path = value.as_str().unwrap_or_default();
    c.open(Kind::Path, Here::json(at, value), || Value::Text(clean_path(path)));
}

/// The instructions that images made of this one begin with.
pub(super) fn triggers<'b>(c: &mut Collector<'b>, value: &'b Json<'b>, at: &Path<'_>) {
    each_text(c, value, at, change);
}

/// An instruction of a Dockerfile, as its parser reads it: the word in any case, any white space behind it.
pub(super) fn change<'b>(c: &mut Collector<'b>, line: &'b str, here: Here<'_, 'b>) {
    let line = line.trim();
    // Daemons join all changes to one text. A line that goes on takes the next one with it, and "# escape=`"
    // changes how lines go on.
    if line.ends_with(['\\', '`']) {
        c.unreadable(here);
    } else if !line.is_empty() {
        c.open(Kind::Change, here, || Value::Text(instruction(line)));
    }
}

fn instruction(line: &str) -> Cow<'_, str> {
    let Some((word, rest)) = line.split_once(char::is_whitespace) else { return line.to_ascii_uppercase().into() };
    let (word, rest) = (word.to_ascii_uppercase(), rest.trim_start());
    if word == "ONBUILD" { format!("{word} {}", instruction(rest)) } else { format!("{word} {rest}") }.into()
}

/// An entry point, if the call sets one, with its arguments. Nothing if the call
/// leaves both to the image.
pub(super) fn command<'b>(
    c: &mut Collector<'b>,
    entrypoint: Option<&'b Json<'b>>,
    arguments: Option<&'b Json<'b>>,
    here: Here<'_, 'b>,
) {
    let words = |json: Option<&'b Json<'b>>| json.into_iter().flat_map(Json::strings);
    if words(entrypoint).next().is_none() && words(arguments).next().is_none() {
        return;
    }
    c.open(Kind::Command, here, || {
        // [""] is an entry point that is taken away.
        let entrypoint = words(entrypoint).filter(|word| !word.is_empty());
        Value::Command(entrypoint.chain(words(arguments)).map(Cow::Borrowed).collect())
    });
}
