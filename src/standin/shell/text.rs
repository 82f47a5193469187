//! Commands that make, pass on or count text.

use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};

use super::commands::complain;
use super::source::{Source, output};
use super::{Broken, Shell, Streams};

/// The most that a command which needs all of its input keeps.
const MAX_KEPT: usize = 16 << 20;

pub(super) async fn hello(streams: &Streams) -> Result<i32, Broken> {
    streams.stdout.write(HELLO).await?;
    Ok(0)
}

const HELLO: &str = "
Hello from Docker!
This message comes from the stand-in behind vicgate: no program of the host has run.

";

pub(super) async fn echo(args: &[String], streams: &Streams) -> Result<i32, Broken> {
    let options = args
        .iter()
        .take_while(|arg| {
            arg.len() > 1
                && arg.strip_prefix('-').is_some_and(|letters| letters.chars().all(|c| matches!(c, 'n' | 'e' | 'E')))
        })
        .count();
    let (options, words) = args.split_at(options);
    let mut text = words.join(" ");
    if options.iter().any(|option| option.contains('e')) {
        text = unescape(&text);
    }
    if !options.iter().any(|option| option.contains('n')) {
        text.push('\n');
    }
    streams.stdout.write(text).await?;
    Ok(0)
}

/// `printf` with `%s`, `%d`, `%%` and backslashes; the format repeats while there are arguments.
pub(super) async fn printf(args: &[String], streams: &Streams) -> Result<i32, Broken> {
    let Some((format, args)) = args.split_first() else {
        complain(streams, "printf: needs a format").await;
        return Ok(1);
    };
    let format = unescape(format);
    let mut args = args.iter();
    let mut text = String::new();
    loop {
        let before = args.len();
        let mut chars = format.chars();
        while let Some(c) = chars.next() {
            if c != '%' {
                text.push(c);
                continue;
            }
            match chars.next() {
                Some('s') => text.push_str(args.next().map_or("", String::as_str)),
                Some('d' | 'i' | 'u') => {
                    let number: i64 = args.next().and_then(|arg| arg.parse().ok()).unwrap_or(0);
                    text.push_str(&number.to_string());
                }
                Some('%') => text.push('%'),
                Some(other) => {
                    text.push('%');
                    text.push(other);
                }
                None => text.push('%'),
            }
        }
        if args.len() == 0 || args.len() == before {
            break;
        }
    }
    streams.stdout.write(text).await?;
    Ok(0)
}

pub(super) async fn cat(shell: &Shell, args: &[String], streams: &Streams) -> Result<i32, Broken> {
    let (sources, mut code) = sources(shell, args, streams).await;
    for source in sources {
        while let Some(chunk) = source.read().await {
            if streams.stdout.write(chunk).await.is_err() {
                code = super::BROKEN_PIPE;
                break;
            }
        }
    }
    Ok(code)
}

/// `head [-n LINES | -c BYTES] [FILE…]`.
pub(super) async fn head(shell: &Shell, args: &[String], streams: &Streams) -> Result<i32, Broken> {
    let (count, bytes, files) = count_option(args);
    let (sources, code) = sources(shell, &files, streams).await;
    for source in sources {
        let mut left = count;
        while left > 0 {
            let Some(mut chunk) = source.read().await else {
                break;
            };
            let end = if bytes { left.min(chunk.len()) } else { nth_newline(&chunk, left) };
            let taken = chunk.split_to(end);
            left -= if bytes { taken.len() } else { lines_in(&taken) }.min(left);
            if let (Source::Stream(reader), false) = (&source, chunk.is_empty()) {
                reader.put_back(chunk).await;
            }
            streams.stdout.write(taken).await?;
        }
    }
    Ok(code)
}

/// `tail [-n LINES] [FILE…]`.
pub(super) async fn tail(shell: &Shell, args: &[String], streams: &Streams) -> Result<i32, Broken> {
    let (count, _, files) = count_option(args);
    let (sources, code) = sources(shell, &files, streams).await;
    for source in sources {
        let Source::Stream(reader) = source else {
            continue;
        };
        let mut kept = VecDeque::new();
        while let Some(line) = reader.line().await {
            kept.push_back(line);
            if kept.len() > count {
                kept.pop_front();
            }
        }
        for line in kept {
            streams.stdout.write(line).await?;
        }
    }
    Ok(code)
}

/// `wc [-l | -c | -w] [FILE…]`.
pub(super) async fn wc(shell: &Shell, args: &[String], streams: &Streams) -> Result<i32, Broken> {
    let (options, files) = options(args);
    let (sources, code) = sources(shell, &files, streams).await;
    let (mut lines, mut words, mut bytes) = (0, 0, 0);
    for source in sources {
        let mut in_word = false;
        while let Some(chunk) = source.read().await {
            lines += lines_in(&chunk);
            bytes += chunk.len();
            for byte in chunk.iter() {
                let blank = byte.is_ascii_whitespace();
                words += usize::from(!blank && !in_word);
                in_word = !blank;
            }
            tokio::task::yield_now().await;
        }
    }
    let counts: Vec<String> = [('l', lines), ('w', words), ('c', bytes)]
        .into_iter()
        .filter(|(option, _)| options.is_empty() || options.contains(*option))
        .map(|(_, count)| count.to_string())
        .collect();
    streams.stdout.write(format!("{}\n", counts.join(" "))).await?;
    Ok(code)
}

pub(super) async fn sort(shell: &Shell, args: &[String], streams: &Streams) -> Result<i32, Broken> {
    let (options, files) = options(args);
    let (sources, code) = sources(shell, &files, streams).await;
    let mut lines: Vec<Bytes> = Vec::new();
    let mut kept = 0;
    for source in sources {
        let Source::Stream(reader) = source else {
            continue;
        };
        while let Some(line) = reader.line().await {
            kept += line.len();
            if kept > MAX_KEPT {
                complain(streams, "sort: too much input").await;
                return Ok(2);
            }
            lines.push(line);
        }
    }
    lines.sort();
    if options.contains('r') {
        lines.reverse();
    }
    for line in lines {
        streams.stdout.write(line).await?;
    }
    Ok(code)
}

/// `grep [-v] [-q] TEXT [FILE…]`: a fixed text, no pattern.
pub(super) async fn grep(shell: &Shell, args: &[String], streams: &Streams) -> Result<i32, Broken> {
    let (options, rest) = options(args);
    let Some((wanted, files)) = rest.split_first() else {
        complain(streams, "grep: needs a text").await;
        return Ok(2);
    };
    let (sources, _) = sources(shell, files, streams).await;
    let mut found = false;
    for source in sources {
        let Source::Stream(reader) = source else {
            continue;
        };
        while let Some(line) = reader.line().await {
            let hit = String::from_utf8_lossy(&line).contains(wanted.as_str());
            if hit != options.contains('v') {
                found = true;
                if !options.contains('q') {
                    streams.stdout.write(line).await?;
                }
            }
        }
    }
    Ok(i32::from(!found))
}

/// `seq LAST`, `seq FIRST LAST`, `seq FIRST STEP LAST`.
pub(super) async fn seq(args: &[String], streams: &Streams) -> Result<i32, Broken> {
    let numbers: Option<Vec<i64>> = args.iter().map(|arg| arg.parse().ok()).collect();
    let (first, step, last) = match numbers.as_deref() {
        Some(&[last]) => (1, 1, last),
        Some(&[first, last]) => (first, 1, last),
        Some(&[first, step, last]) if step != 0 => (first, step, last),
        Some(_) | None => {
            complain(streams, "seq: invalid number").await;
            return Ok(1);
        }
    };
    let mut text = String::new();
    let mut number = Some(first);
    while let Some(now) = number.filter(|&now| if step > 0 { now <= last } else { now >= last }) {
        text.push_str(&format!("{now}\n"));
        if text.len() > 4096 {
            streams.stdout.write(std::mem::take(&mut text)).await?;
        }
        number = now.checked_add(step);
    }
    streams.stdout.write(text).await?;
    Ok(0)
}

pub(super) async fn yes(args: &[String], streams: &Streams) -> Result<i32, Broken> {
    let word = if args.is_empty() { "y".to_owned() } else { args.join(" ") };
    let line = format!("{word}\n");
    let block = Bytes::from(line.repeat((8192 / line.len()).max(1)));
    loop {
        streams.stdout.write(block.clone()).await?;
    }
}

pub(super) async fn tee(shell: &Shell, args: &[String], streams: &Streams) -> Result<i32, Broken> {
    let (options, files) = options(args);
    let mut outputs = Vec::new();
    for name in &files {
        match output(shell, &shell.path(name), options.contains('a')) {
            Ok(file) => outputs.push(file),
            Err(error) => complain(streams, &format!("tee: {name}: {error}")).await,
        }
    }
    while let Some(chunk) = streams.stdin.read().await {
        for file in &outputs {
            file.write(chunk.clone()).await?;
        }
        streams.stdout.write(chunk).await?;
    }
    Ok(0)
}

/// The inputs that are named, and 1 when one of them could not be opened.
async fn sources(shell: &Shell, names: &[String], streams: &Streams) -> (Vec<Source>, i32) {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let names = if names.is_empty() { vec!["-"] } else { names };
    let mut sources = Vec::new();
    let mut code = 0;
    for name in names {
        match Source::open(shell, name, streams).await {
            Some(source) => sources.push(source),
            None => code = 1,
        }
    }
    (sources, code)
}

/// One-letter options and what is left.
pub(super) fn options(args: &[String]) -> (String, Vec<String>) {
    let mut letters = String::new();
    let mut rest = Vec::new();
    for arg in args {
        match arg.strip_prefix('-') {
            Some(more) if !more.is_empty() && rest.is_empty() => letters.push_str(more),
            Some(_) | None => rest.push(arg.clone()),
        }
    }
    (letters, rest)
}

/// `-n N`, `-nN`, `-N` or `-c N`: the number, whether it counts bytes, and the files.
fn count_option(args: &[String]) -> (usize, bool, Vec<String>) {
    let mut count = 10;
    let mut bytes = false;
    let mut files = Vec::new();
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let Some(option) = arg.strip_prefix('-').filter(|option| !option.is_empty()) else {
            files.push(arg.clone());
            continue;
        };
        bytes |= option.starts_with('c');
        let digits = option.trim_start_matches(['n', 'c']);
        let number = if digits.is_empty() { args.next().map_or("", String::as_str) } else { digits };
        count = number.parse().unwrap_or(count);
    }
    (count, bytes, files)
}

/// Where the `count`th line of a chunk ends.
fn nth_newline(chunk: &[u8], count: usize) -> usize {
    let newlines = chunk.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
    newlines.map(|(at, _)| at + 1).nth(count.saturating_sub(1)).unwrap_or(chunk.len())
}

fn lines_in(chunk: &[u8]) -> usize {
    chunk.iter().filter(|&&byte| byte == b'\n').count()
}

fn unescape(text: &str) -> String {
    let mut out = BytesMut::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let mut plain = c;
        if c == '\\' {
            plain = match chars.next() {
                Some('n') => '\n',
                Some('t') => '\t',
                Some('r') => '\r',
                Some('a') => '\u{7}',
                Some('0') => '\0',
                Some('\\') | None => '\\',
                Some(other) => {
                    out.extend_from_slice(b"\\");
                    other
                }
            };
        }
        out.extend_from_slice(plain.encode_utf8(&mut [0; 4]).as_bytes());
    }
    String::from_utf8_lossy(&out).into_owned()
}
