//! Go's `encoding/json`, as far as it is known to differ from other readers,
//! written down from its documented rules: what a daemon makes of a body.
//!
//! * Names find a field whatever their case; U+017F counts as s, U+212A as k.
//! * A name that occurs again is decoded into what is there already: objects
//!   merge, lists keep what their items had, `null` changes no plain value.
//! * Text that is not UTF-8 becomes U+FFFD, and so does half a surrogate pair.
//! * Behind the value `}` and `]` end the reading (engines), or anything does (VIC).

use std::collections::BTreeMap;

use vicgate::docker::schema::{Struct, Type};

/// What is in a daemon's memory.
#[derive(Clone, Debug, PartialEq)]
pub enum Go {
    /// Zero, nil or nothing yet.
    Zero,
    Bool(bool),
    Number(String),
    Text(String),
    List(Vec<Self>),
    Map(BTreeMap<String, Self>),
    Struct(BTreeMap<&'static str, Self>),
    Any(Raw),
}

/// A value with everything that the text had, in its order.
#[derive(Clone, Debug, PartialEq)]
pub enum Raw {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    List(Vec<Self>),
    Object(Vec<(String, Self)>),
}

/// Which daemon reads.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Daemon {
    /// Engines: more behind the value is an error, but for closing brackets.
    Engine,
    /// VIC and old engines: the first value counts.
    First,
}

/// What the daemon has in memory behind decoding a body, or that it refuses it.
pub fn decode(ty: &'static Type, bytes: &[u8], daemon: Daemon) -> Result<Go, String> {
    let mut parser = Parser { bytes, at: 0 };
    let raw = parser.value(0)?;
    parser.space();
    let more = parser.peek().is_some_and(|byte| !matches!(byte, b']' | b'}'));
    if daemon == Daemon::Engine && more {
        return Err("unexpected content after JSON".into());
    }
    let mut go = Go::Zero;
    let mut error = None;
    into(ty, &raw, &mut go, &mut error);
    error.map_or(Ok(go), Err)
}

/// Decodes into what is there already. Go goes on behind a value of the wrong
/// type, and reports the first.
fn into(ty: &'static Type, raw: &Raw, go: &mut Go, error: &mut Option<String>) {
    let mut fail = |reason: &str| {
        error.get_or_insert_with(|| format!("{reason}: {raw:?}"));
    };
    match (ty, raw) {
        (Type::Any, raw) => *go = Go::Any(raw.clone()),
        (Type::List(_) | Type::Map(_) | Type::Strings | Type::Unset, Raw::Null) => *go = Go::Zero,
        (
            Type::Bool | Type::Int(..) | Type::Float | Type::Str | Type::Text | Type::Size | Type::Struct(_),
            Raw::Null,
        ) => {}
        (Type::Bool, Raw::Bool(value)) => *go = Go::Bool(*value),
        (Type::Int(least, most), Raw::Number(text)) => {
            let negative_zero = text == "-0" && *least == 0;
            match text.parse::<i128>() {
                Ok(number) if *least <= number && number <= *most && !negative_zero => {
                    *go = Go::Number(number.to_string())
                }
                _ => fail("no such integer"),
            }
        }
        (Type::Float, Raw::Number(text)) => match text.parse::<f64>() {
            Ok(number) if number.is_finite() => *go = Go::Number(number.to_string()),
            _ => fail("no such number"),
        },
        (Type::Str | Type::Text | Type::Unset, Raw::Text(text)) => *go = Go::Text(text.clone()),
        (Type::Strings, Raw::Text(text)) => *go = Go::List(vec![Go::Text(text.clone())]),
        (Type::Strings, Raw::List(_)) => {
            // Its own decoder begins anew each time.
            *go = Go::Zero;
            into(&LIST_OF_TEXT, raw, go, error);
        }
        (Type::Size, Raw::List(items)) => {
            let mut sides = if let Go::List(old) = go { old.clone() } else { vec![Go::Zero, Go::Zero] };
            for (side, item) in sides.iter_mut().zip(items) {
                into(&UINT, item, side, error);
            }
            // What an array lacks is zero.
            sides.iter_mut().skip(items.len()).for_each(|side| *side = Go::Zero);
            *go = Go::List(sides);
        }
        (Type::List(ty), Raw::List(items)) => {
            let mut old = if let Go::List(old) = std::mem::replace(go, Go::Zero) { old } else { Vec::new() };
            old.resize(items.len().max(old.len()), zero(ty));
            for (place, item) in old.iter_mut().zip(items) {
                into(ty, item, place, error);
            }
            old.truncate(items.len());
            *go = Go::List(old);
        }
        (Type::Map(ty), Raw::Object(members)) => {
            let mut map = if let Go::Map(map) = std::mem::replace(go, Go::Zero) { map } else { BTreeMap::new() };
            for (key, value) in members {
                let mut place = zero(ty);
                into(ty, value, &mut place, error);
                map.insert(key.clone(), place);
            }
            *go = Go::Map(map);
        }
        (Type::Struct(schema), Raw::Object(members)) => {
            let mut fields =
                if let Go::Struct(fields) = std::mem::replace(go, Go::Zero) { fields } else { BTreeMap::new() };
            for (name, value) in members {
                if let Some((field, ty)) = find(schema, name) {
                    into(ty, value, fields.entry(field).or_insert_with(|| zero(ty)), error);
                }
            }
            *go = Go::Struct(fields);
        }
        _ => fail("cannot unmarshal"),
    }
}

static LIST_OF_TEXT: Type = Type::List(&Type::Text);
static UINT: Type = Type::Int(0, u32::MAX as i128);

/// What a plain value is before anything is decoded into it.
fn zero(ty: &Type) -> Go {
    match ty {
        Type::Bool => Go::Bool(false),
        Type::Int(..) | Type::Float => Go::Number("0".into()),
        Type::Str | Type::Text => Go::Text(String::new()),
        Type::Unset | Type::Strings | Type::Size | Type::List(_) | Type::Map(_) | Type::Struct(_) | Type::Any => {
            Go::Zero
        }
    }
}

/// Exactly, or else with both sides folded.
fn find(schema: &'static Struct, name: &str) -> Option<(&'static str, &'static Type)> {
    let folded = |text: &str| text.chars().map(fold).collect::<String>();
    let exact = schema.all_fields().find(|field| field.name == name);
    let field = exact.or_else(|| schema.all_fields().find(|field| folded(field.name) == folded(name)))?;
    Some((field.name, &field.ty))
}

fn fold(char: char) -> char {
    match char {
        'ſ' => 'S',
        '\u{212a}' => 'K',
        char => char.to_ascii_uppercase(),
    }
}

/// Without what says nothing: zero values of fields, as memory has them anyway,
/// and values that no daemon looks into.
pub fn without_zeros(go: Go) -> Go {
    match go {
        Go::Bool(false) | Go::Any(_) => Go::Zero,
        Go::Number(text) if text == "0" || text == "-0" => Go::Zero,
        Go::Text(text) if text.is_empty() => Go::Zero,
        Go::List(items) => Go::List(items.into_iter().map(without_zeros).collect()),
        Go::Map(map) => Go::Map(map.into_iter().map(|(key, value)| (key, without_zeros(value))).collect()),
        Go::Struct(fields) => {
            let fields: BTreeMap<_, _> = fields
                .into_iter()
                .map(|(name, value)| (name, without_zeros(value)))
                .filter(|(_, value)| *value != Go::Zero)
                .collect();
            if fields.is_empty() { Go::Zero } else { Go::Struct(fields) }
        }
        Go::Zero => Go::Zero,
        Go::Bool(true) => Go::Bool(true),
        Go::Number(text) => Go::Number(text),
        Go::Text(text) => Go::Text(text),
    }
}

struct Parser<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Parser<'_> {
    fn value(&mut self, depth: usize) -> Result<Raw, String> {
        if depth > 10_000 {
            return Err("exceeded max depth".into());
        }
        self.space();
        match self.peek() {
            Some(b'{') => {
                self.at += 1;
                let mut members = Vec::new();
                self.space();
                if self.take(b'}') {
                    return Ok(Raw::Object(members));
                }
                loop {
                    self.space();
                    let name = self.text()?;
                    self.space();
                    self.expect(b':')?;
                    members.push((name, self.value(depth + 1)?));
                    self.space();
                    if self.take(b'}') {
                        return Ok(Raw::Object(members));
                    }
                    self.expect(b',')?;
                }
            }
            Some(b'[') => {
                self.at += 1;
                let mut items = Vec::new();
                self.space();
                if self.take(b']') {
                    return Ok(Raw::List(items));
                }
                loop {
                    items.push(self.value(depth + 1)?);
                    self.space();
                    if self.take(b']') {
                        return Ok(Raw::List(items));
                    }
                    self.expect(b',')?;
                }
            }
            Some(b'"') => self.text().map(Raw::Text),
            Some(b't') => self.word("true", Raw::Bool(true)),
            Some(b'f') => self.word("false", Raw::Bool(false)),
            Some(b'n') => self.word("null", Raw::Null),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => Err(format!("invalid character at {}", self.at)),
        }
    }

    fn number(&mut self) -> Result<Raw, String> {
        let start = self.at;
        self.take(b'-');
        if !self.take(b'0') {
            self.digits()?;
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            let _sign = self.take(b'+') || self.take(b'-');
            self.digits()?;
        }
        Ok(Raw::Number(String::from_utf8(self.bytes[start..self.at].to_vec()).unwrap()))
    }

    fn digits(&mut self) -> Result<(), String> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        if self.at == start { Err("invalid number".into()) } else { Ok(()) }
    }

    fn text(&mut self) -> Result<String, String> {
        self.expect(b'"')?;
        // UTF-16, as escapes are; what is no character becomes U+FFFD in the end.
        let mut units: Vec<u16> = Vec::new();
        loop {
            let rest = &self.bytes[self.at..];
            match rest.first() {
                None => return Err("unexpected end of JSON input".into()),
                Some(b'"') => {
                    self.at += 1;
                    let chars = char::decode_utf16(units).map(|char| char.unwrap_or('\u{fffd}'));
                    return Ok(chars.collect());
                }
                Some(0..=0x1f) => return Err("invalid character in string literal".into()),
                Some(b'\\') => {
                    let escape = rest.get(1).copied().ok_or("unexpected end of JSON input")?;
                    self.at += 2;
                    units.push(match escape {
                        b'"' | b'\\' | b'/' => escape.into(),
                        b'b' => 8,
                        b'f' => 12,
                        b'n' => 10,
                        b'r' => 13,
                        b't' => 9,
                        b'u' => {
                            let digits = rest.get(2..6).and_then(|digits| std::str::from_utf8(digits).ok());
                            let digits = digits.filter(|text| text.bytes().all(|byte| byte.is_ascii_hexdigit()));
                            self.at += 4;
                            u16::from_str_radix(digits.ok_or("invalid escape")?, 16).unwrap()
                        }
                        _ => return Err("invalid escape".into()),
                    });
                }
                Some(_) => {
                    let char = (1..=4.min(rest.len())).find_map(|length| std::str::from_utf8(&rest[..length]).ok());
                    match char.and_then(|text| text.chars().next()) {
                        Some(char) => {
                            units.extend(char.encode_utf16(&mut [0; 2]).iter());
                            self.at += char.len_utf8();
                        }
                        None => {
                            units.push(0xfffd);
                            self.at += 1;
                        }
                    }
                }
            }
        }
    }

    fn word(&mut self, word: &str, raw: Raw) -> Result<Raw, String> {
        if !self.bytes[self.at..].starts_with(word.as_bytes()) {
            return Err("invalid literal".into());
        }
        self.at += word.len();
        Ok(raw)
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    fn expect(&mut self, byte: u8) -> Result<(), String> {
        if self.take(byte) { Ok(()) } else { Err(format!("expected {:?} at {}", char::from(byte), self.at)) }
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }
}
