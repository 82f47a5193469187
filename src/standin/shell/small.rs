//! Small programs: `sleep`, `env`, `id`, `test`.

use std::time::Duration;

use super::commands::{complain, line, run};
use super::eval::Flow;
use super::sh::ended;
use super::{BROKEN_PIPE, Broken, Shell, Streams};

pub(super) async fn sleep(args: &[String], streams: &Streams) -> Result<i32, Broken> {
    let mut total = 0.0;
    for arg in args {
        let (number, unit) = match arg.char_indices().next_back() {
            Some((at, unit)) if unit.is_ascii_alphabetic() => (arg.get(..at).unwrap_or(""), unit),
            Some(_) | None => (arg.as_str(), 's'),
        };
        let factor = match unit {
            's' => 1.0,
            'm' => 60.0,
            'h' => 3_600.0,
            'd' => 86_400.0,
            _ => f64::NAN,
        };
        total += if arg == "infinity" { 1e9 } else { number.parse().unwrap_or(f64::NAN) * factor };
    }
    if args.is_empty() || !(0.0..=1e10).contains(&total) {
        complain(streams, "sleep: invalid number").await;
        return Ok(1);
    }
    tokio::time::sleep(Duration::from_secs_f64(total)).await;
    Ok(0)
}

/// `env [NAME=VALUE…] [COMMAND…]`.
pub(super) async fn env(shell: &mut Shell, args: &[String], streams: &Streams) -> Flow {
    let mut child = shell.clone();
    let mut rest = args;
    while let Some((first, more)) = rest.split_first() {
        let Some((name, value)) = first.split_once('=') else {
            break;
        };
        child.vars.insert(name.to_owned(), value.to_owned());
        rest = more;
    }
    if rest.is_empty() {
        let all: String = child.vars.iter().map(|(name, value)| format!("{name}={value}\n")).collect();
        let written = streams.stdout.write(all).await;
        return Flow::Next(if written.is_ok() { 0 } else { BROKEN_PIPE });
    }
    ended(run(&mut child, rest, streams).await)
}

pub(super) async fn id(shell: &Shell, args: &[String], streams: &Streams) -> Result<i32, Broken> {
    let user = &shell.context.user;
    let number = match user.split(':').next() {
        None | Some("" | "root") => "0",
        Some(number) => number,
    };
    if args.iter().any(|arg| arg == "-u") {
        return line(streams, number).await;
    }
    line(streams, &format!("uid={number}({})", user_name(user))).await
}

pub(super) fn user_name(user: &str) -> String {
    match user.split(':').next() {
        None | Some("" | "0") => "root".to_owned(),
        Some(name) => name.to_owned(),
    }
}

/// The expressions of `test`: one test, optionally negated.
pub(super) fn test(shell: &Shell, args: &[String]) -> bool {
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let number = |text: &str| text.trim().parse::<i64>().unwrap_or(0);
    let stat = |path: &str| shell.context.files.stat(&shell.path(path)).ok();
    let negations = args.iter().take(args.len().saturating_sub(1)).take_while(|arg| **arg == "!").count();
    let holds = match *args.get(negations..).unwrap_or_default() {
        ["-n", text] => !text.is_empty(),
        ["-z", text] => text.is_empty(),
        ["-e" | "-r" | "-w", path] => stat(path).is_some(),
        ["-f", path] => stat(path).is_some_and(|node| !node.is_directory()),
        ["-d", path] => stat(path).is_some_and(|node| node.is_directory()),
        ["-x", path] => stat(path).is_some_and(|node| node.mode & 0o111 != 0),
        ["-s", path] => stat(path).is_some_and(|node| node.size() > 0),
        ["-t", _] => shell.context.tty,
        [text] => !text.is_empty(),
        [left, "=" | "==", right] => left == right,
        [left, "!=", right] => left != right,
        [left, "-eq", right] => number(left) == number(right),
        [left, "-ne", right] => number(left) != number(right),
        [left, "-lt", right] => number(left) < number(right),
        [left, "-le", right] => number(left) <= number(right),
        [left, "-gt", right] => number(left) > number(right),
        [left, "-ge", right] => number(left) >= number(right),
        _ => false,
    };
    holds != (negations % 2 == 1)
}
