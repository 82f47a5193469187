//! `GET /events`: one object for each event, as it happens.

use super::tree::Walk;
use super::{HIDDEN, Hides};
use crate::docker::json::{BadStream, Json, Lines, parse};

/// Hides in a stream of records what is to be hidden, record by record.
#[derive(Debug)]
pub struct Records<H> {
    hides: H,
    lines: Lines,
}

/// What begins a record of `application/json-seq` (RFC 7464), which API 1.52 may answer with.
const RECORD: u8 = 0x1e;

impl<H: Hides> Records<H> {
    /// For one answer.
    pub fn new(hides: H) -> Self {
        Self { hides, lines: Lines::default() }
    }

    /// Takes bytes as they come, and gives those that can go on.
    ///
    /// # Errors
    /// Something that is no JSON, or too long. The stream must be cut then.
    pub fn push(&mut self, bytes: &[u8]) -> Result<Vec<u8>, BadStream> {
        let mut out = Vec::with_capacity(bytes.len());
        let hides = &self.hides;
        self.lines.push(bytes, |line| record(line, hides, &mut out))?;
        Ok(out)
    }

    /// The end of the stream: what was left of it, if it is a record.
    ///
    /// # Errors
    /// It is no JSON.
    pub fn end(&mut self) -> Result<Vec<u8>, BadStream> {
        let mut out = Vec::new();
        record(&self.lines.end(), &self.hides, &mut out)?;
        Ok(out)
    }
}

fn record(line: &[u8], hides: &impl Hides, out: &mut Vec<u8>) -> Result<(), BadStream> {
    let line = if let [RECORD, rest @ ..] = line {
        out.push(RECORD);
        rest
    } else {
        line
    };
    if line.iter().all(u8::is_ascii_whitespace) {
        out.extend_from_slice(line);
        return Ok(());
    }
    let mut json = parse(line)?;
    event(&mut json, hides);
    json.write(out);
    out.push(b'\n');
    Ok(())
}

/// Hides in one event.
fn event(json: &mut Json<'_>, hides: &impl Hides) {
    let text = |json: &Json<'_>, name| json.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
    let (kind, action) = (text(json, "Type"), text(json, "Action"));
    let things = hides.things();
    let Some(actor) = json.get_mut("Actor") else { return };
    if things.mounts && kind == "volume" && matches!(action.as_str(), "mount" | "unmount") {
        actor.set("ID", HIDDEN);
    }
    let Some(Json::Object(attributes)) = actor.get_mut("Attributes") else { return };
    for (name, value) in attributes {
        if things.labels && is_label(&kind, &action, name, value) && hides.label(name) {
            *value = HIDDEN.into();
        }
    }
    // A reload of the daemon tells its labels, as JSON in a text.
    if things.labels
        && kind == "daemon"
        && let Some(labels) = actor.get_mut("Attributes").and_then(|attributes| attributes.get_mut("labels"))
    {
        let mut list = labels.as_str().and_then(|text| parse(text.as_bytes()).ok()).unwrap_or(Json::from(HIDDEN));
        Walk::new(hides).labels(&mut list);
        *labels = list.to_string().into();
    }
}

/// True for an attribute that may be a label of the container or the image: whatever the daemon
/// does not set itself. What it sets for some actions only could be a label in others.
fn is_label(kind: &str, action: &str, name: &str, value: &Json<'_>) -> bool {
    let is_container = match kind {
        "image" => false,
        "builder" | "config" | "daemon" | "network" | "node" | "plugin" | "secret" | "service" | "volume" => {
            return false;
        }
        _ => true,
    };
    let value = value.as_str().unwrap_or_default();
    let is_number = || value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let is_id = || value.strip_prefix("sha256:").unwrap_or(value).bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_own = match name {
        "name" => true,
        "image" => is_container,
        "exitCode" | "containerExitCode" | "signal" | "height" | "width" | "execDuration" => is_number(),
        "execID" | "imageID" | "container" => is_id(),
        "oldName" => action == "rename",
        "comment" | "imageRef" => action == "commit",
        _ => false,
    };
    !is_own
}
