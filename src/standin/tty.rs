//! The little that a terminal does with what is typed: echo, lines, control keys.

use bytes::Bytes;

/// The line that is being typed.
#[derive(Debug, Default)]
pub(super) struct Typing {
    line: Vec<u8>,
}

/// What typing leads to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Typed {
    /// Input for the process.
    Input(Bytes),
    /// Control-D: the end of input, for the command that reads now.
    End,
    /// Control-C.
    Interrupt,
}

impl Typing {
    /// Takes keys; gives what to show and what they lead to.
    pub(super) fn keys(&mut self, keys: &[u8]) -> (Bytes, Vec<Typed>) {
        let mut echo = Vec::new();
        let mut typed = Vec::new();
        for &key in keys {
            match key {
                3 => {
                    self.line.clear();
                    echo.extend_from_slice(b"^C\n");
                    typed.push(Typed::Interrupt);
                }
                4 if self.line.is_empty() => typed.push(Typed::End),
                4 => typed.push(Typed::Input(Bytes::from(std::mem::take(&mut self.line)))),
                8 | 127 => {
                    if self.line.pop().is_some() {
                        echo.extend_from_slice(b"\x08 \x08");
                    }
                }
                b'\r' | b'\n' => {
                    echo.push(b'\n');
                    self.line.push(b'\n');
                    typed.push(Typed::Input(Bytes::from(std::mem::take(&mut self.line))));
                }
                key => {
                    echo.push(key);
                    self.line.push(key);
                }
            }
        }
        (Bytes::from(echo), typed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_goes_out_when_it_is_ended() {
        let mut typing = Typing::default();
        assert_eq!(typing.keys(b"hx\x7f"), (Bytes::from("hx\x08 \x08"), vec![]));
        let (echo, typed) = typing.keys(b"i\r\x04\x03");
        assert_eq!(echo, "i\n^C\n");
        assert_eq!(typed, [Typed::Input(Bytes::from("hi\n")), Typed::End, Typed::Interrupt]);
    }
}
