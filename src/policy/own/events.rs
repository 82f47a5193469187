//! Cutting a stream of events to what is the caller's.

use super::Owner;
use crate::docker::json::{Json, parse};

/// The longest event that is read, in bytes.
const LONGEST: usize = 1024 * 1024;

/// Lets through the events that say by a label that they are about what is the owner's.
#[derive(Debug)]
pub struct Events {
    owner: Owner,
    rest: Vec<u8>,
}

impl Events {
    /// For the events of one call.
    #[must_use]
    pub const fn new(owner: Owner) -> Self {
        Self { owner, rest: Vec::new() }
    }

    /// Takes bytes as they come, and gives those that can go on.
    ///
    /// # Errors
    /// An event is no JSON, or too long. The stream must be cut then.
    pub fn push(&mut self, bytes: &[u8]) -> Result<Vec<u8>, String> {
        self.rest.extend_from_slice(bytes);
        let mut out = Vec::new();
        let mut begin = 0;
        while let Some(end) = self.rest.iter().skip(begin).position(|byte| *byte == b'\n').map(|at| begin + at + 1) {
            let line = self.rest.get(begin..end).unwrap_or_default();
            if is_own(&self.owner, line)? {
                out.extend_from_slice(line);
            }
            begin = end;
        }
        self.rest.drain(..begin);
        if self.rest.len() > LONGEST {
            return Err(format!("an event of the backend's is longer than {} KiB", LONGEST / 1024));
        }
        Ok(out)
    }

    /// The end of the stream: what was left of it.
    ///
    /// # Errors
    /// It is no JSON.
    pub fn end(&mut self) -> Result<Vec<u8>, String> {
        let rest = std::mem::take(&mut self.rest);
        Ok(if is_own(&self.owner, &rest)? { rest } else { Vec::new() })
    }
}

fn is_own(owner: &Owner, line: &[u8]) -> Result<bool, String> {
    if line.iter().all(u8::is_ascii_whitespace) {
        return Ok(false);
    }
    let json = parse(line).map_err(|error| format!("the backend's events hold what is no JSON: {error}"))?;
    let label = match json.get("Type").and_then(Json::as_str) {
        Some("container") => owner.label().to_owned(),
        Some("image") if owner.shares_images() => return Ok(true),
        Some("image") => owner.image_label(),
        // These have no labels to say whose they are.
        _ => return Ok(false),
    };
    let said = json.get("Actor").and_then(|actor| actor.get("Attributes")).and_then(|pairs| pairs.get(&label));
    Ok(said.and_then(Json::as_str) == Some(owner.name()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::identity::Identity;

    #[test]
    fn only_own_events_pass_and_each_as_soon_as_it_is_whole() {
        let mut events = Events::new(Owner::new("own", &Identity::nobody(), false));
        let event = |ty: &str, labels: &str| {
            format!("{{\"Type\":\"{ty}\",\"Actor\":{{\"ID\":\"x\",\"Attributes\":{{{labels}}}}}}}\n")
        };
        let own = event("container", "\"own\":\"-\"");
        let others = [
            event("container", "\"own\":\"bob\""),
            event("container", "\"own.image\":\"-\""),
            event("image", "\"own\":\"-\""),
            event("network", "\"name\":\"n\""),
            "{\"status\":\"start\",\"id\":\"x\"}\n".to_owned(),
        ];
        let all = format!("{}{own}{own}", others.concat());
        let (head, tail) = all.split_at(all.len() - 5);
        assert_eq!(events.push(head.as_bytes()).unwrap(), own.as_bytes());
        assert_eq!(events.push(tail.as_bytes()).unwrap(), own.as_bytes());
        assert!(events.end().unwrap().is_empty());
        assert!(events.push(b"{\n").is_err());
    }
}
