//! Cutting a stream of events to what is the caller's.

use super::Owner;
use super::reference::Thing;
use crate::docker::json::{Json, parse};

/// The longest event that is read, in bytes.
const LONGEST: usize = 1024 * 1024;

/// An event that may go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// It is about what is the owner's, as its label says.
    Own(Vec<u8>),
    /// It has no label: the backend must be asked.
    Asks {
        /// What it is about.
        thing: Thing,
        /// The id of a network, the name of a volume.
        id: String,
        /// True if it says that this is gone.
        gone: bool,
        /// Its line.
        line: Vec<u8>,
    },
}

/// Takes a stream of events apart, and drops those that are certainly not about what is the owner's.
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

    /// Takes bytes as they come, and gives the events that may go on.
    ///
    /// # Errors
    /// An event is no JSON, or too long. The stream must be cut then.
    pub fn push(&mut self, bytes: &[u8]) -> Result<Vec<Heard>, String> {
        self.rest.extend_from_slice(bytes);
        let mut out = Vec::new();
        let mut begin = 0;
        while let Some(end) = self.rest.iter().skip(begin).position(|byte| *byte == b'\n').map(|at| begin + at + 1) {
            let line = self.rest.get(begin..end).unwrap_or_default();
            out.extend(hear(&self.owner, line)?);
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
    pub fn end(&mut self) -> Result<Option<Heard>, String> {
        hear(&self.owner, &std::mem::take(&mut self.rest))
    }
}

fn hear(owner: &Owner, line: &[u8]) -> Result<Option<Heard>, String> {
    if line.iter().all(u8::is_ascii_whitespace) {
        return Ok(None);
    }
    let json = parse(line).map_err(|error| format!("the backend's events hold what is no JSON: {error}"))?;
    let text = |json: &Json<'_>, name: &str| json.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
    let actor = json.get("Actor");
    let asks = |thing| {
        let id = actor.map(|actor| text(actor, "ID")).filter(|id| !id.is_empty())?;
        let gone = matches!(text(&json, "Action").as_str(), "destroy" | "remove");
        Some(Heard::Asks { thing, id, gone, line: line.to_vec() })
    };
    let label = match json.get("Type").and_then(Json::as_str) {
        Some("container") => owner.label().to_owned(),
        Some("image") if owner.shares_images() => return Ok(Some(Heard::Own(line.to_vec()))),
        Some("image") => owner.image_label(),
        // Engines put no labels on these.
        Some("network") => return Ok(asks(Thing::Network)),
        Some("volume") => return Ok(asks(Thing::Volume)),
        _ => return Ok(None),
    };
    let said = actor.and_then(|actor| actor.get("Attributes")).and_then(|pairs| pairs.get(&label));
    Ok((said.and_then(Json::as_str) == Some(owner.name())).then(|| Heard::Own(line.to_vec())))
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
            event("plugin", "\"name\":\"n\""),
            "{\"status\":\"start\",\"id\":\"x\"}\n".to_owned(),
        ];
        let all = format!("{}{own}{own}", others.concat());
        let (head, tail) = all.split_at(all.len() - 5);
        let heard = || vec![Heard::Own(own.clone().into_bytes())];
        assert_eq!(events.push(head.as_bytes()).unwrap(), heard());
        assert_eq!(events.push(tail.as_bytes()).unwrap(), heard());
        let network = event("network", "\"name\":\"n\"");
        let asks = |line: &str, gone| {
            vec![Heard::Asks { thing: Thing::Network, id: "x".to_owned(), gone, line: line.as_bytes().to_vec() }]
        };
        assert_eq!(events.push(network.as_bytes()).unwrap(), asks(&network, false));
        let gone = network.replace("\"Type\"", "\"Action\":\"destroy\",\"Type\"");
        assert_eq!(events.push(gone.as_bytes()).unwrap(), asks(&gone, true));
        assert_eq!(events.end().unwrap(), None);
        assert!(events.push(b"{\n").is_err());
    }
}
