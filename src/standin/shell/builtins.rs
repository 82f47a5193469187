//! The commands that are part of the shell itself.

use super::super::process;
use super::commands::{complain, run};
use super::eval::Flow;
use super::{Shell, Streams};

/// `cd`, `export` and others that change the shell; `None` for all that do not.
pub(super) async fn of_the_shell(shell: &mut Shell, name: &str, args: &[String], streams: &Streams) -> Option<Flow> {
    let first = args.first().map_or("", String::as_str);
    Some(match name {
        ":" | "set" | "umask" => Flow::Next(0),
        "exit" | "return" => Flow::Exit(first.parse().map_or(shell.last, |code: i32| code & 255)),
        "break" => Flow::Break,
        "continue" => Flow::Continue,
        "cd" => {
            let path = shell.path(if first.is_empty() { "/" } else { first });
            if shell.context.files.stat(&path).is_ok_and(|node| node.is_directory()) {
                shell.cwd = path;
                Flow::Next(0)
            } else {
                complain(streams, &format!("sh: cd: can't cd to {first}")).await;
                Flow::Next(2)
            }
        }
        "export" | "readonly" | "local" => {
            for pair in args {
                if let Some((name, value)) = pair.split_once('=') {
                    shell.vars.insert(name.to_owned(), value.to_owned());
                }
            }
            Flow::Next(0)
        }
        "unset" => {
            for name in args {
                shell.vars.remove(name);
            }
            Flow::Next(0)
        }
        "shift" => {
            if shell.args.len() > 1 {
                shell.args.remove(1);
            }
            Flow::Next(0)
        }
        "read" => {
            let line = streams.stdin.line().await;
            let names: Vec<&String> = args.iter().filter(|arg| !arg.starts_with('-')).collect();
            let text = String::from_utf8_lossy(line.as_deref().unwrap_or_default()).into_owned();
            let mut words = text.trim().splitn(names.len().max(1), char::is_whitespace);
            for name in names {
                let word = words.next().unwrap_or("").trim().to_owned();
                shell.vars.insert(name.clone(), word);
            }
            Flow::Next(i32::from(line.is_none()))
        }
        "trap" => {
            for signal in args.iter().skip(1).filter_map(|name| process::signal(name)) {
                shell.context.set_trap(signal, first);
            }
            Flow::Next(0)
        }
        "wait" => {
            shell.context.wait_background().await;
            Flow::Next(0)
        }
        "exec" => match args {
            [] => Flow::Next(0),
            command => match run(shell, command, streams).await {
                Flow::Next(code) | Flow::Exit(code) => Flow::Exit(code),
                flow @ (Flow::Break | Flow::Continue) => flow,
            },
        },
        _ => return None,
    })
}
