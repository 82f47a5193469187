//! The names of an answer's header lines as Docker writes them: `Content-Type`, not `content-type`.
//!
//! hyper can do it, at the price of looking every name up in an empty map and of
//! pushing it byte by byte: a tenth of what an answer costs. So hyper writes small
//! letters, and this changes them on the way out. It changes the case of letters in
//! heads that hyper has written, and nothing else: neither lengths nor values.

/// Where in its heads a connection is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct HeadCase {
    /// Heads that hyper was given and that have not gone out whole.
    due: usize,
    /// How much of the status line has gone out as an interim answer would have it.
    interim: usize,
    state: State,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// In the status line.
    #[default]
    Status,
    /// Before the first byte of a line.
    Begin,
    /// In a name, before the first letter of a word or not.
    Name { begins: bool },
    /// Behind a name.
    Value,
    /// In the empty line.
    End,
}

/// What hyper writes on its own when a client waits with its body; the head that is due comes behind it.
const INTERIM: &[u8] = b"HTTP/1.1 100";

impl HeadCase {
    /// The next bytes of hyper's, or those behind what is on its way, are a head.
    pub(super) const fn expect(&mut self) {
        self.due += 1;
    }

    /// True if the next bytes are those of a head.
    pub(super) const fn is_due(self) -> bool {
        self.due > 0
    }

    /// Goes over the next bytes, and writes names in them with capitals.
    pub(super) fn pass(&mut self, bytes: &mut [u8]) {
        let mut rest = bytes;
        while self.is_due() && !rest.is_empty() {
            let passed = match self.state {
                State::Status => self.status(rest),
                State::Begin if rest.first() == Some(&b'\r') => {
                    self.state = State::End;
                    1
                }
                State::Begin => self.name(true, rest),
                State::Name { begins } => self.name(begins, rest),
                State::Value => self.line(rest),
                State::End => {
                    self.due -= usize::from(self.interim != INTERIM.len());
                    (self.interim, self.state) = (0, State::Status);
                    1
                }
            };
            rest = rest.get_mut(passed..).unwrap_or_default();
        }
    }

    /// Goes to the end of the status line. What it goes over is its length.
    fn status(&mut self, bytes: &[u8]) -> usize {
        let length = self.line(bytes);
        if self.interim < INTERIM.len() {
            let due = INTERIM.get(self.interim..).unwrap_or_default();
            let same = bytes.iter().take(length).zip(due).take_while(|(byte, due)| byte == due).count();
            // One that is something else cannot become one any more.
            self.interim = if same == length.min(due.len()) { self.interim + same } else { usize::MAX };
        }
        length
    }

    /// Goes to the end of the line.
    fn line(&mut self, bytes: &[u8]) -> usize {
        match memchr::memchr(b'\n', bytes) {
            Some(end) => {
                self.state = State::Begin;
                end + 1
            }
            None => bytes.len(),
        }
    }

    /// Goes behind the name, in which a word begins next or has begun.
    fn name(&mut self, mut begins: bool, bytes: &mut [u8]) -> usize {
        let mut passed = 0;
        while let Some(word) = bytes.get_mut(passed..).filter(|word| !word.is_empty()) {
            if begins && let Some(first) = word.first_mut() {
                first.make_ascii_uppercase();
            }
            // Digits are found too: one comparison is cheaper than two.
            let found = word.iter().position(|byte| *byte <= b':').unwrap_or(word.len());
            passed += found + 1;
            match word.get(found) {
                Some(b':') => {
                    self.state = State::Value;
                    return passed;
                }
                Some(byte) => begins = *byte == b'-',
                None => {
                    begins = false;
                    passed = bytes.len();
                }
            }
        }
        self.state = State::Name { begins };
        bytes.len()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// `bytes` as they go out in pieces of `step` bytes, with so many heads in them.
    fn sent(bytes: &str, heads: usize, step: usize) -> (String, HeadCase) {
        let mut case = HeadCase::default();
        (0..heads).for_each(|_| case.expect());
        let mut out = bytes.as_bytes().to_vec();
        out.chunks_mut(step).for_each(|piece| case.pass(piece));
        (String::from_utf8(out).unwrap_or_default(), case)
    }

    const STEPS: [usize; 6] = [1, 2, 3, 7, 13, 1000];

    #[test]
    fn names_have_capitals_and_values_and_bodies_are_left_alone() {
        let head =
            "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\nx-a--b-: c-d: e\r\netag:\r\n\r\nbody-of: x\r\n\r\ny-z: x";
        for step in STEPS {
            let (out, case) = sent(head, 1, step);
            assert_eq!(
                out,
                "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nX-A--B-: c-d: e\r\nEtag:\r\n\r\nbody-of: x\r\n\r\ny-z: x"
            );
            assert_eq!(case, HeadCase::default());
        }
    }

    #[test]
    fn a_head_behind_an_interim_one_or_behind_another_is_seen() {
        let text = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 304 Not Modified\r\na-b: c\r\n\r\nHTTP/1.1 200 OK\r\nd: e\r\n\r\nf: g";
        for step in STEPS {
            let (out, case) = sent(text, 2, step);
            assert!(out.contains("\r\nA-B: c\r\n") && out.contains("\r\nD: e\r\n") && out.ends_with("f: g"), "{out}");
            assert!(!case.is_due());
        }
    }

    #[test]
    fn what_only_looks_like_an_interim_head_is_one_of_those_due() {
        for status in ["HTTP/1.1 101 Switching", "HTTP/1.0 100 X", "HTTP/1.1 200 100"] {
            for step in STEPS {
                assert!(!sent(&format!("{status}\r\na: b\r\n\r\n"), 1, step).1.is_due(), "{status}");
            }
        }
    }

    #[test]
    fn without_a_head_that_is_due_nothing_is_changed() {
        assert_eq!(sent("HTTP/1.1 200 OK\r\na: b\r\n\r\n", 0, 5).0, "HTTP/1.1 200 OK\r\na: b\r\n\r\n");
    }

    proptest! {
        #[test]
        fn it_makes_of_every_head_what_capitals_line_by_line_make(
            lines in proptest::collection::vec(("[a-z0-9]{1,6}(-[a-z0-9]{0,4}){0,3}", "[ -~]{0,20}"), 0..6),
            body in "[ -~\r\n]{0,40}",
            step in 1usize..40,
        ) {
            let capitals = |name: &str| -> String {
                let words = name.split('-').map(|word| {
                    let (first, rest) = word.split_at(word.len().min(1));
                    first.to_ascii_uppercase() + rest
                });
                words.collect::<Vec<_>>().join("-")
            };
            let written = |name_of: &dyn Fn(&str) -> String| -> String {
                let lines: String = lines.iter().map(|(name, value)| format!("{}: {value}\r\n", name_of(name))).collect();
                format!("HTTP/1.1 200 OK\r\n{lines}\r\n{body}")
            };
            prop_assert_eq!(sent(&written(&str::to_owned), 1, step).0, written(&capitals));
        }
    }
}
