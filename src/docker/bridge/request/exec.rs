//! `POST /containers/{name}/exec`.

use super::Request;
use crate::docker::bridge::tree::{LIST, string};
use crate::docker::json::Json;

/// Below 1.35 an exec has no folder of its own: a shell changes to it.
pub(crate) fn working_dir(request: &mut Request<'_, '_, '_>) {
    let Some(body) = request.body.as_deref_mut() else { return };
    let folder = body.remove("WorkingDir").and_then(|folder| folder.as_str().map(str::to_owned)).unwrap_or_default();
    if folder.is_empty() {
        return;
    }
    let script = ["sh", "-c", r#"cd -- "$0" && exec "$@""#, folder.as_str()].map(|word| string(word.to_owned()));
    prepend(body, script);
    request.note("WorkingDir", "done by a shell in the container: sh -c 'cd … && exec …'");
}

/// Below 1.25 an exec has no environment of its own: `env` sets it.
pub(crate) fn environment(request: &mut Request<'_, '_, '_>) {
    let Some(body) = request.body.as_deref_mut() else { return };
    let variables: Vec<String> =
        body.remove("Env").map(|list| list.strings().map(str::to_owned).collect()).unwrap_or_default();
    if variables.is_empty() {
        return;
    }
    let command = body.get("Cmd").and_then(|command| command.strings().next()).unwrap_or_default();
    let odd = variables.iter().find(|variable| !variable.contains('=') || variable.starts_with(['-', '=']));
    if let Some(odd) =
        odd.cloned().or_else(|| (command.contains('=') || command.is_empty()).then(|| command.to_owned()))
    {
        request.needs("Env", &string(odd), 25);
        return;
    }
    prepend(body, std::iter::once("env".to_owned()).chain(variables).map(string));
    request.note("Env", "set by env in the container");
}

fn prepend<'j>(body: &mut Json<'j>, words: impl IntoIterator<Item = Json<'j>>) {
    let command = body.remove("Cmd").unwrap_or(LIST);
    let all: Vec<Json<'j>> = words.into_iter().chain(command.as_array().unwrap_or_default().iter().cloned()).collect();
    body.set("Cmd", all);
}

/// Below 1.42 a terminal had no size when it was made.
pub(crate) fn no_exec_size(request: &mut Request<'_, '_, '_>) {
    if let Some(body) = request.body.as_deref_mut() {
        body.remove("ConsoleSize");
    }
}
