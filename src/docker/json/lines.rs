//! Streams of JSON values, one after the other, each on a line of its own, as every backend
//! writes them.

use super::JsonError;

/// Cuts a stream into its lines as the bytes come.
#[derive(Debug, Default)]
pub struct Lines {
    rest: Vec<u8>,
}

/// Why a stream cannot be read any further.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadStream {
    /// An object is no JSON.
    #[error("the backend's stream holds what is no JSON: {0}")]
    Json(#[from] JsonError),
    /// An object has no end.
    #[error("an object of the backend's stream is longer than {} MiB", LONGEST / 1024 / 1024)]
    TooLong,
}

/// The longest line, in bytes.
const LONGEST: usize = 16 * 1024 * 1024;

impl Lines {
    /// Takes bytes as they come, and gives each line that is whole to `line`.
    ///
    /// # Errors
    /// What `line` says, or a line that is too long. The stream must be cut then.
    pub fn push(
        &mut self,
        bytes: &[u8],
        mut line: impl FnMut(&[u8]) -> Result<(), BadStream>,
    ) -> Result<(), BadStream> {
        let mut bytes = bytes;
        while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            let (whole, rest) = bytes.split_at(end + 1);
            bytes = rest;
            if self.rest.is_empty() {
                line(whole)?;
            } else {
                let mut begun = std::mem::take(&mut self.rest);
                begun.extend_from_slice(whole);
                line(&begun)?;
            }
        }
        if self.rest.len() + bytes.len() > LONGEST {
            return Err(BadStream::TooLong);
        }
        self.rest.extend_from_slice(bytes);
        Ok(())
    }

    /// The end of the stream: what was left of it.
    pub fn end(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.rest)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_whole_however_the_bytes_come() {
        let stream = b"{\"a\":1}\n\n{\"b\":2}\n{\"c\"";
        for step in 1..stream.len() {
            let mut lines = Lines::default();
            let mut seen = Vec::new();
            for piece in stream.chunks(step) {
                lines
                    .push(piece, |line| {
                        seen.push(String::from_utf8_lossy(line).into_owned());
                        Ok(())
                    })
                    .unwrap();
            }
            assert_eq!(seen, ["{\"a\":1}\n", "\n", "{\"b\":2}\n"]);
            assert_eq!(lines.end(), b"{\"c\"");
        }
    }

    #[test]
    fn a_line_without_an_end_is_given_up() {
        let mut lines = Lines::default();
        let piece = vec![b' '; LONGEST];
        assert_eq!(lines.push(&piece, |_| Ok(())), Ok(()));
        assert_eq!(lines.push(b" ", |_| Ok(())), Err(BadStream::TooLong));
    }
}
