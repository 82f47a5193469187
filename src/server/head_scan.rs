//! Whether a head had a `Content-Length` or a fragment, whatever hyper made of it.

/// Looks for a line that begins with `Content-Length`, and for a `#` in the
/// request line, in the head that arrives.
///
/// hyper drops the length where there is a `Transfer-Encoding` too, as RFC 9112
/// (6.3) allows, and cuts a fragment off the target, so that nobody behind it can
/// tell. This decides nothing about framing: it looks at the bytes that come while
/// hyper waits for a head, up to the empty line. A head that came together with the
/// request before it is not seen; hyper's reading of it holds then: what is judged
/// and sent has no fragment, and a connection with such a length ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct HeadScan {
    state: State,
    length: bool,
    fragment: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// Before the request line, where empty lines may be.
    #[default]
    Before,
    /// Within the request line.
    Request,
    /// Within a line that is something else.
    Elsewhere,
    /// At the start of a line, of which so many bytes are those of the name.
    Name(u8),
    /// Behind the head.
    Over,
}

const NAME: &[u8] = b"content-length";

impl HeadScan {
    /// Takes the next bytes.
    pub(super) fn feed(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while self.state != State::Over && !rest.is_empty() {
            rest = match self.state {
                State::Name(matched) => self.name(usize::from(matched), rest),
                State::Before => match rest.iter().position(|byte| !matches!(byte, b'\r' | b'\n')) {
                    Some(begin) => {
                        self.state = State::Request;
                        rest.get(begin..).unwrap_or_default()
                    }
                    None => &[],
                },
                State::Request => match memchr::memchr2(b'\n', b'#', rest) {
                    Some(at) => {
                        let is_end = rest.get(at) == Some(&b'\n');
                        self.fragment |= !is_end;
                        self.state = if is_end { State::Name(0) } else { State::Elsewhere };
                        rest.get(at + 1..).unwrap_or_default()
                    }
                    None => &[],
                },
                State::Elsewhere | State::Over => match memchr::memchr(b'\n', rest) {
                    Some(end) => {
                        self.state = State::Name(0);
                        rest.get(end + 1..).unwrap_or_default()
                    }
                    None => &[],
                },
            };
        }
    }

    /// Goes on with a name, and gives the bytes behind what it looked at.
    fn name<'b>(&mut self, mut matched: usize, bytes: &'b [u8]) -> &'b [u8] {
        for (index, byte) in bytes.iter().enumerate() {
            match NAME.get(matched) {
                Some(expected) if byte.eq_ignore_ascii_case(expected) => matched += 1,
                // The end of an empty line, with its CR or without.
                _ if matched == 0 && *byte == b'\n' => self.state = State::Over,
                _ if matched == 0 && *byte == b'\r' => continue,
                Some(_) => self.state = State::Elsewhere,
                None => {
                    self.length |= *byte == b':';
                    self.state = State::Elsewhere;
                }
            }
            if !matches!(self.state, State::Name(_)) {
                // The byte may itself be the end of the line.
                return bytes.get(index..).unwrap_or_default();
            }
        }
        self.state = State::Name(u8::try_from(matched).unwrap_or(u8::MAX));
        &[]
    }

    /// True if some of the head was here.
    pub(super) const fn has_begun(self) -> bool {
        !matches!(self.state, State::Before)
    }

    /// True if the head had the line.
    pub(super) const fn has_length(self) -> bool {
        self.length
    }

    /// True if the target had a fragment.
    pub(super) const fn has_fragment(self) -> bool {
        self.fragment
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LINES: &[&str] =
        &["content-length: 1", "CONTENT-Length:2", "Content-Length", "Host: x", "content-le", ":", "a"];

    fn scan(head: &str, step: usize) -> HeadScan {
        let mut scan = HeadScan::default();
        head.as_bytes().chunks(step).for_each(|piece| scan.feed(piece));
        scan
    }

    fn found(head: &str, step: usize) -> bool {
        scan(head, step).has_length()
    }

    #[test]
    fn a_fragment_is_found_in_the_request_line_only() {
        for step in [1, 2, 3, 7, 1000] {
            let with = scan("\r\n\r\nGET /info#f HTTP/1.1\r\nContent-Length: 1\r\n\r\n", step);
            assert!(with.has_fragment() && with.has_length());
            assert!(!scan("GET /info HTTP/1.1\r\nHost: #\r\nX: #\r\n\r\n#", step).has_fragment());
        }
    }

    #[test]
    fn a_length_is_found_however_it_is_spelt_and_split() {
        let line = "POST /x HTTP/1.1\r\nHost: content-length: 1\r\n";
        for step in [1, 2, 3, 7, 1000] {
            assert!(found(&format!("{line}CONTENT-length: 3\r\n\r\n"), step));
            assert!(found(&format!("{line}Transfer-Encoding: chunked\nContent-Length: 3\n\n"), step));
            assert!(!found(&format!("{line}Content-Lengthy: 3\r\nX-Content-Length: 3\r\n\r\n"), step));
        }
    }

    #[test]
    fn what_stands_in_the_body_or_in_the_request_line_is_no_length() {
        let chunks = "12\r\ncontent-length: 5\r\n\r\n0\r\n\r\n";
        assert!(!found(&format!("Content-Length: x\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}"), 5));
        assert!(!found(&format!("POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}"), 1000));
        assert!(!found(&format!("POST /x HTTP/1.1\nTransfer-Encoding: chunked\n\n{chunks}"), 1));
    }

    proptest! {
        #[test]
        fn it_is_found_where_a_search_line_by_line_finds_it(
            lines in proptest::collection::vec(proptest::sample::select(LINES), 1..6),
            ends in proptest::collection::vec(proptest::sample::select(&["\r\n", "\n"][..]), 6),
            step in 1usize..9,
        ) {
            let head: String =
                lines.iter().zip(&ends).map(|(line, end)| format!("{line}{end}")).chain(["\r\n".to_owned()]).collect();
            let expected =
                lines.iter().skip(1).any(|line| line.to_ascii_lowercase().starts_with("content-length:"));
            prop_assert_eq!(found(&head, step), expected);
        }
    }
}
