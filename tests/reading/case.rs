//! Reads the files of the corpus.

use std::path::{Path, PathBuf};

/// One case.
pub struct Case {
    pub file: String,
    pub title: String,
    pub profile: String,
    /// The access policy, if one judges.
    pub access: Option<String>,
    /// What the client sends.
    pub bytes: Vec<u8>,
    pub expected: Expected,
}

pub enum Expected {
    /// Nothing reaches the backend.
    Refused { status: u16, closed: bool, texts: Vec<String> },
    /// The backend gets this one request. A header without a value must not be there.
    Forwarded { line: String, headers: Vec<(String, Option<String>)>, body: Vec<u8> },
}

pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases")
}

/// All cases, file by file.
pub fn load() -> Vec<Case> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "case"));
    files.sort();
    files.iter().flat_map(|path| read(path)).collect()
}

fn read(path: &Path) -> Vec<Case> {
    let file = path.file_name().unwrap().to_string_lossy().into_owned();
    let text = std::fs::read_to_string(path).unwrap();
    let (head, rest) = text.split_once("\n=== ").unwrap_or((&text, ""));
    let named = |key: &str| head.lines().find_map(|line| line.strip_prefix(key)).map(str::to_owned);
    let (profile, access) = (named("profile: ").unwrap_or("judged".to_owned()), named("access: "));
    let cases = rest.split("\n=== ").filter(|case| !case.is_empty()).map(|case| read_case(&file, case));
    cases.map(|case| Case { profile: profile.clone(), access: access.clone(), ..case }).collect()
}

fn read_case(file: &str, text: &str) -> Case {
    let (title, rest) = text.split_once('\n').unwrap_or_else(|| panic!("{file}: {text}: no request"));
    let (request, expected) =
        rest.split_once("--- ").unwrap_or_else(|| panic!("{file}: {title}: what is expected is missing"));
    let request = request.strip_suffix('\n').unwrap_or(request);
    let (bytes, plain) = match request.strip_prefix("raw\n") {
        Some(raw) => (with_escapes(&format!("{}\r\n", raw.replace('\n', "\r\n"))), None),
        None => {
            let plain = Plain::read(request);
            (plain.bytes(), Some(plain))
        }
    };
    let (kind, rest) = expected.split_once('\n').unwrap_or((expected, ""));
    let expected = match kind {
        "same" => {
            let plain = plain.unwrap_or_else(|| panic!("{file}: {title}: a raw request is never sent on the same"));
            Expected::Forwarded { line: plain.line, headers: Vec::new(), body: plain.body }
        }
        "backend" => {
            let plain = Plain::read(rest.trim_end_matches('\n'));
            let headers = plain.headers.iter().map(|line| match line.strip_prefix('!') {
                Some(name) => (name.to_owned(), None),
                None => {
                    let (name, value) = line.split_once(": ").unwrap();
                    (name.to_owned(), Some(value.to_owned()))
                }
            });
            Expected::Forwarded { line: plain.line, headers: headers.collect(), body: plain.body }
        }
        status => {
            let (status, closed) = match status.strip_suffix(" closed") {
                Some(status) => (status, true),
                None => (status, false),
            };
            let status = status.parse().unwrap_or_else(|_| panic!("{file}: {title}: no such expectation: {kind}"));
            let texts = rest.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect();
            Expected::Refused { status, closed, texts }
        }
    };
    Case { file: file.to_owned(), title: title.to_owned(), profile: String::new(), access: None, bytes, expected }
}

/// A request in short: a line, headers that matter, and a body.
struct Plain {
    line: String,
    headers: Vec<String>,
    body: Vec<u8>,
}

impl Plain {
    fn read(text: &str) -> Self {
        let (line, rest) = text.split_once('\n').unwrap_or((text, ""));
        let is_header = |line: &&str| {
            let (name, _) = line.split_once(": ").unwrap_or((line.strip_prefix('!').unwrap_or(" "), ""));
            name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        let headers: Vec<String> = rest.lines().take_while(is_header).map(str::to_owned).collect();
        let body: Vec<&str> = rest.split('\n').skip(headers.len()).collect();
        Self { line: line.to_owned(), headers, body: with_escapes(&body.join("\n")) }
    }

    /// The request with what every client sends, closed behind the answer.
    fn bytes(&self) -> Vec<u8> {
        let mut head = format!("{} HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n", self.line);
        let has = |name: &str| self.headers.iter().any(|line| line.to_ascii_lowercase().starts_with(name));
        if !self.body.is_empty() || self.line.starts_with("POST") {
            if !has("content-type:") && !self.body.is_empty() {
                head.push_str("Content-Type: application/json\r\n");
            }
            if !has("content-length:") && !has("transfer-encoding:") {
                head.push_str(&format!("Content-Length: {}\r\n", self.body.len()));
            }
        }
        for line in &self.headers {
            head.push_str(&format!("{line}\r\n"));
        }
        let mut bytes = with_escapes(&format!("{head}\r\n"));
        bytes.extend_from_slice(&self.body);
        bytes
    }
}

/// `⟦0d 0a⟧` stands for those two bytes, `⟦61*5⟧` for five times the first.
fn with_escapes(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('⟦') {
        let (hex, tail) = after.split_once('⟧').unwrap();
        bytes.extend_from_slice(before.as_bytes());
        let (hex, times) = hex.split_once('*').unwrap_or((hex, "1"));
        let escaped: Vec<u8> = hex.split(' ').map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect();
        bytes.extend(escaped.repeat(times.parse().unwrap()));
        rest = tail;
    }
    bytes.extend_from_slice(rest.as_bytes());
    bytes
}
