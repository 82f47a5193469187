//! The writer: one spelling for each value.

use std::fmt;

use super::Json;
use super::scan::plain_length;

/// How many characters of a value a message shows.
const SHORT: usize = 60;

/// The value as JSON for a message, cut behind about sixty characters.
#[must_use]
pub fn short(json: &Json<'_>) -> String {
    let mut bytes = Vec::new();
    write_bounded(json, &mut bytes, SHORT * 4);
    let text = String::from_utf8_lossy(&bytes);
    if text.chars().count() <= SHORT {
        return text.into_owned();
    }
    text.chars().take(SHORT - 1).chain(['…']).collect()
}

impl Json<'_> {
    /// The value as JSON without white space. Only what must be is escaped.
    #[must_use]
    pub fn to_vec(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(2048);
        self.write(&mut out);
        out
    }

    /// Appends the value as JSON.
    pub fn write(&self, out: &mut Vec<u8>) {
        write_bounded(self, out, usize::MAX);
    }
}

impl fmt::Display for Json<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.to_vec()))
    }
}

/// Writes until the output has more than `bound` bytes. What is cut off is not
/// JSON any more.
fn write_bounded(json: &Json<'_>, out: &mut Vec<u8>, bound: usize) {
    match json {
        Json::Null => out.extend_from_slice(b"null"),
        Json::Bool(true) => out.extend_from_slice(b"true"),
        Json::Bool(false) => out.extend_from_slice(b"false"),
        Json::Number(text) => out.extend_from_slice(text.as_bytes()),
        Json::String(text) => write_string(text, out),
        Json::Array(items) => {
            out.push(b'[');
            for (index, item) in items.iter().enumerate() {
                if out.len() > bound {
                    return;
                }
                if index > 0 {
                    out.push(b',');
                }
                write_bounded(item, out, bound);
            }
            out.push(b']');
        }
        Json::Object(members) => {
            out.push(b'{');
            for (index, (name, value)) in members.iter().enumerate() {
                if out.len() > bound {
                    return;
                }
                out.extend_from_slice(if index > 0 { b",\"" } else { b"\"" });
                write_escaped(name, out);
                out.extend_from_slice(b"\":");
                write_bounded(value, out, bound);
            }
            out.push(b'}');
        }
    }
}

fn write_string(text: &str, out: &mut Vec<u8>) {
    if text.is_empty() {
        out.extend_from_slice(b"\"\"");
        return;
    }
    out.push(b'"');
    write_escaped(text, out);
    out.push(b'"');
}

fn write_escaped(text: &str, out: &mut Vec<u8>) {
    let mut rest = text.as_bytes();
    loop {
        let length = plain_length(rest);
        let (plain, tail) = rest.split_at(length);
        out.extend_from_slice(plain);
        let Some((byte, tail)) = tail.split_first() else { break };
        write_escape(*byte, out);
        rest = tail;
    }
}

fn write_escape(byte: u8, out: &mut Vec<u8>) {
    let short = match byte {
        b'"' | b'\\' => byte,
        0x08 => b'b',
        0x0c => b'f',
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        _ => {
            out.extend_from_slice(format!("\\u{byte:04x}").as_bytes());
            return;
        }
    };
    out.extend_from_slice(&[b'\\', short]);
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::docker::json::parse;

    #[test]
    fn only_what_must_be_is_escaped() {
        let json = Json::from("a\"\\\u{8}\u{c}\n\r\t\u{0}\u{1f}\u{7f}é\u{2028}/😀");
        let written = json.to_vec();
        assert_eq!(String::from_utf8_lossy(&written), "\"a\\\"\\\\\\b\\f\\n\\r\\t\\u0000\\u001f\u{7f}é\u{2028}/😀\"");
        assert_eq!(parse(&written), Ok(json));
    }

    #[test]
    fn white_space_goes_and_numbers_stay_as_they_were() {
        let json = parse(b" { \"a\" : [ 1.50 , -0 , 1e9 ] ,\n\"b\" : { } } ").unwrap();
        assert_eq!(json.to_string(), r#"{"a":[1.50,-0,1e9],"b":{}}"#);
    }

    #[test]
    fn messages_show_the_beginning_of_a_long_value() {
        assert_eq!(short(&Json::from("/etc:/etc")), r#""/etc:/etc""#);
        let long = Json::Array(vec![Json::from("0123456789"); 100_000]);
        let shown = short(&long);
        assert!(shown.starts_with(r#"["0123456789","0123456789","#) && shown.ends_with('…'), "{shown}");
        assert_eq!(shown.chars().count(), 60);
    }
}
