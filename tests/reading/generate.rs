//! Bodies that nearly are what a daemon expects: of the right shape as a rule, with
//! every trick that is known to tell two readers apart.

use vicgate::docker::schema::{Struct, Type};

/// SplitMix64: the same numbers for the same seed, everywhere.
pub struct Random(u64);

impl Random {
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, number: usize) -> usize {
        (self.next() % number as u64) as usize
    }

    pub fn one_in(&mut self, number: usize) -> bool {
        self.below(number) == 0
    }

    pub fn pick<'p, T>(&mut self, from: &'p [T]) -> &'p T {
        &from[self.below(from.len())]
    }
}

/// One body for a type. `tricks` is how rare a trick is: one in so many places.
pub fn body(random: &mut Random, ty: &'static Type, tricks: usize) -> Vec<u8> {
    let mut made = Maker { random, tricks, out: Vec::new() };
    made.value(ty, 0);
    let Maker { mut out, .. } = made;
    if random.one_in(tricks) {
        let ends: &[&[u8]] = &[b"}", b"]", b"{}", b" ", b"\n", b"x", b"\0", b",", b"null", b"{\"HostConfig\":{}}"];
        let end = *random.pick(ends);
        out.extend_from_slice(end);
    }
    if random.one_in(tricks * 4) {
        let at = random.below(out.len() + 1);
        match random.below(3) {
            0 => out.insert(at, random.next() as u8),
            1 => out.truncate(at),
            _ => {
                if let Some(byte) = out.get_mut(at) {
                    *byte = random.next() as u8;
                }
            }
        }
    }
    out
}

struct Maker<'r> {
    random: &'r mut Random,
    tricks: usize,
    out: Vec<u8>,
}

impl Maker<'_> {
    fn trick(&mut self) -> bool {
        self.random.one_in(self.tricks)
    }

    fn add(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    fn space(&mut self) {
        if self.random.one_in(12) {
            let spaces = [" ", "\n", "\t", "\r\n", "  "];
            let space = *self.random.pick(&spaces);
            self.add(space);
        }
    }

    fn value(&mut self, ty: &'static Type, depth: usize) {
        self.space();
        if self.random.one_in(10) {
            self.add("null");
        } else if self.trick() {
            self.anything(depth);
        } else {
            match ty {
                Type::Bool => {
                    let words = ["true", "false"];
                    let word = *self.random.pick(&words);
                    self.add(word);
                }
                Type::Int(..) | Type::Float => self.number(),
                Type::Str | Type::Text | Type::Unset => self.string(),
                Type::Strings if self.random.one_in(3) => self.string(),
                Type::Strings => self.list(&Type::Text, depth),
                Type::Size => {
                    self.add("[");
                    self.number();
                    self.add(",");
                    self.number();
                    self.add("]");
                }
                Type::List(ty) => self.list(ty, depth),
                Type::Map(ty) => self.map(ty, depth),
                Type::Struct(schema) => self.object(schema, depth),
                Type::Any => self.anything(depth),
            }
        }
        self.space();
    }

    fn list(&mut self, ty: &'static Type, depth: usize) {
        self.add("[");
        for index in 0..self.random.below(3) {
            if index > 0 {
                self.add(",");
            }
            self.value(ty, depth + 1);
        }
        self.add("]");
    }

    fn map(&mut self, ty: &'static Type, depth: usize) {
        self.add("{");
        for index in 0..self.random.below(3) {
            if index > 0 {
                self.add(",");
            }
            let keys = ["a", "A", "b", "default", "80/tcp", "ſ", "k", "\u{212a}"];
            let key = *self.random.pick(&keys);
            self.quoted(key);
            self.add(":");
            self.value(ty, depth + 1);
        }
        self.add("}");
    }

    fn object(&mut self, schema: &'static Struct, depth: usize) {
        self.add("{");
        let own: Vec<_> = schema.all_fields().collect();
        let stray: Vec<_> = schema.stray.into_iter().flat_map(Struct::all_fields).collect();
        let count = if own.is_empty() { 0 } else { self.random.below(5) };
        let mut chosen: Vec<usize> = Vec::new();
        for _ in 0..count {
            let index = self.random.below(own.len());
            if !chosen.contains(&index) || self.trick() {
                chosen.push(index);
            }
        }
        let mut first = true;
        for index in chosen {
            self.member(&mut first, own[index].name, &own[index].ty, depth);
        }
        if !stray.is_empty() && self.trick() {
            let field = stray[self.random.below(stray.len())];
            self.member(&mut first, field.name, &field.ty, depth);
        }
        if self.trick() {
            self.member(&mut first, "Frob", &Type::Any, depth);
        }
        self.add("}");
    }

    fn member(&mut self, first: &mut bool, name: &str, ty: &'static Type, depth: usize) {
        if !*first {
            self.add(",");
        }
        *first = false;
        self.space();
        let name = self.respell(name);
        self.quoted(&name);
        self.space();
        self.add(":");
        self.value(ty, depth + 1);
    }

    /// A name in another case, or with letters that only look like it.
    fn respell(&mut self, name: &str) -> String {
        match self.random.below(self.tricks.max(6)) {
            0 => name.to_lowercase(),
            1 => name.to_uppercase(),
            2 if self.trick() => name.replace('s', "ſ"),
            2 if self.trick() => name.replace('k', "\u{212a}"),
            2 if self.trick() => name.replace('i', "ı"),
            3 => {
                name.chars().map(|char| if self.random.one_in(2) { char.to_ascii_uppercase() } else { char }).collect()
            }
            _ => name.to_owned(),
        }
    }

    fn quoted(&mut self, text: &str) {
        self.add("\"");
        for char in text.chars() {
            if self.random.one_in(self.tricks * 8) {
                for unit in char.encode_utf16(&mut [0; 2]) {
                    let escape = format!("\\u{unit:04x}");
                    self.add(&escape);
                }
            } else {
                self.add(char.encode_utf8(&mut [0; 4]));
            }
        }
        self.add("\"");
    }

    fn string(&mut self) {
        let texts =
            ["", "a", "host", "container:a", "/:/h", "default", "no", "local", "sha256:ab", "é", "😀", "always"];
        let text = *self.random.pick(&texts);
        if !self.trick() {
            self.quoted(text);
            return;
        }
        let raws: &[&[u8]] = &[
            b"\"\\ud800\"",
            b"\"\\udc00x\"",
            b"\"\\ud83d\\ude00\"",
            b"\"\\u0000\"",
            b"\"\\n\"",
            b"\"\x7f\"",
            b"\"\xff\"",
            b"\"\xc0\xaf\"",
            b"\"\xed\xa0\x80\"",
            b"\"\n\"",
            b"\"\\x\"",
            b"\"\\/\"",
            b"'a'",
        ];
        let raw = *self.random.pick(raws);
        self.out.extend_from_slice(raw);
    }

    fn number(&mut self) {
        let plain = ["0", "1", "-1", "512", "67108864", "9223372036854775807"];
        let odd = [
            "-0",
            "01",
            "1.0",
            "1e3",
            "1E+2",
            "0x10",
            "+1",
            "-",
            "1.",
            ".5",
            "9223372036854775808",
            "18446744073709551615",
            "18446744073709551616",
            "1e400",
            "0.5",
            "65536",
        ];
        let number = if self.trick() { *self.random.pick(&odd) } else { *self.random.pick(&plain) };
        self.add(number);
    }

    fn anything(&mut self, depth: usize) {
        match self.random.below(if depth > 5 { 5 } else { 8 }) {
            0 => self.add("true"),
            1 => self.number(),
            2 => self.string(),
            3 => self.add("[]"),
            4 => self.add("{}"),
            5 => self.list(&Type::Any, depth + 1),
            6 => self.map(&Type::Any, depth + 1),
            _ => self.map(&Type::Text, depth + 1),
        }
    }
}
