//! Streams of JSON objects, rewritten one by one as they come.

use super::{Outcome, answer, is_stream, wants_answer};
use crate::docker::bridge::{After, Ask, Host};
use crate::docker::endpoint::Endpoint;
use crate::docker::json::{BadStream, Lines, parse};
use crate::docker::version::ApiVersion;

/// Rewrites a stream of objects that stand on lines of their own, as every
/// backend writes them.
#[derive(Debug)]
pub struct Stream {
    endpoint: Endpoint,
    client: ApiVersion,
    backend: ApiVersion,
    host: Host,
    after: Vec<After>,
    lines: Lines,
    done: bool,
}

/// The rewriter of the answer to `ask`; `None` if its objects need no change.
#[must_use]
pub fn stream(ask: &Ask<'_>, after: &[After]) -> Option<Stream> {
    (is_stream(ask.endpoint) && wants_answer(ask, after)).then(|| Stream {
        endpoint: ask.endpoint,
        client: ask.client,
        backend: ask.backend,
        host: ask.host.clone(),
        after: after.to_vec(),
        lines: Lines::default(),
        done: false,
    })
}

impl Stream {
    /// Takes bytes as they come, and gives those that can go on.
    ///
    /// # Errors
    /// Something that is no JSON, or too long. The stream must be cut then.
    pub fn push(&mut self, bytes: &[u8]) -> Result<Vec<u8>, BadStream> {
        let mut out = Vec::with_capacity(bytes.len() + bytes.len() / 4);
        let mut lines = std::mem::take(&mut self.lines);
        lines.push(bytes, |line| self.line(line, &mut out))?;
        self.lines = lines;
        Ok(out)
    }

    /// The end of the stream: what was left of it, if it is an object.
    ///
    /// # Errors
    /// It is no JSON.
    pub fn end(&mut self) -> Result<Vec<u8>, BadStream> {
        let mut out = Vec::new();
        let rest = self.lines.end();
        self.line(&rest, &mut out)?;
        Ok(out)
    }

    /// True once nothing more may follow.
    #[must_use]
    pub const fn is_done(&self) -> bool {
        self.done
    }

    fn line(&mut self, line: &[u8], out: &mut Vec<u8>) -> Result<(), BadStream> {
        if self.done || line.iter().all(u8::is_ascii_whitespace) {
            return Ok(());
        }
        let mut json = parse(line)?;
        let ask = Ask { endpoint: self.endpoint, client: self.client, backend: self.backend, host: &self.host };
        if answer(&ask, &self.after, &mut json) == Outcome::Keep {
            json.write(out);
            out.push(b'\n');
            self.done = self.after.contains(&After::First);
        }
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn events(client: u8, backend: u8) -> Stream {
        let host = Host::default();
        let (client, backend) = (ApiVersion::new(client), ApiVersion::new(backend));
        stream(&Ask { endpoint: Endpoint::SystemEvents, client, backend, host: &host }, &[]).unwrap()
    }

    const START: &str = r#"{"Type":"container","Action":"start","Actor":{"ID":"c1","Attributes":{"image":"busybox"}}}"#;
    const BUILT: &str = r#"{"Type":"image","Action":"create","Actor":{"ID":"i1","Attributes":{}}}"#;

    #[test]
    fn an_event_is_rewritten_as_soon_as_its_line_is_whole() {
        let mut stream = events(44, 52);
        let (head, tail) = START.split_at(40);
        assert_eq!(stream.push(head.as_bytes()), Ok(Vec::new()));
        let out = stream.push(format!("{tail}\n{BUILT}\n").as_bytes()).unwrap();
        let expected =
            format!("{},\"status\":\"start\",\"id\":\"c1\",\"from\":\"busybox\"}}\n", START.strip_suffix('}').unwrap());
        assert_eq!(String::from_utf8(out).unwrap(), expected);
        assert_eq!(stream.end(), Ok(Vec::new()));
    }

    #[test]
    fn what_is_no_json_cuts_the_stream() {
        assert!(matches!(events(44, 52).push(b"{\"a\":\n"), Err(BadStream::Json(_))));
    }

    #[test]
    fn a_stream_that_needs_no_change_has_no_rewriter() {
        let host = Host::default();
        let version = ApiVersion::new(41);
        let ask = Ask { endpoint: Endpoint::SystemEvents, client: version, backend: version, host: &host };
        assert!(stream(&ask, &[]).is_none());
    }

    #[test]
    fn after_the_first_object_nothing_follows_where_one_was_asked_for() {
        let host = Host::default();
        let ask = Ask {
            endpoint: Endpoint::ContainerStats,
            client: ApiVersion::new(19),
            backend: ApiVersion::new(18),
            host: &host,
        };
        let mut stream = stream(&ask, &[After::First]).unwrap();
        let out = stream.push(b"{\"a\":1}\n{\"a\":2}\n").unwrap();
        assert_eq!((String::from_utf8(out).unwrap().lines().count(), stream.is_done()), (1, true));
    }
}
