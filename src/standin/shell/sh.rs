//! `sh`: a script, a file, or commands from standard input.

use std::sync::Arc;

use super::commands::complain;
use super::eval::{self, Flow};
use super::{Shell, Streams};

/// `sh -c SCRIPT [NAME [ARG…]]`, `sh FILE [ARG…]`, or commands from standard input.
pub(super) async fn sh(shell: &mut Shell, args: &[String], streams: &Streams) -> Flow {
    let mut child = shell.clone();
    let options = args.iter().take_while(|arg| arg.starts_with('-')).count();
    let has_script = args.iter().take(options).any(|arg| arg.contains('c'));
    let rest = args.get(options..).unwrap_or_default();
    let Some((first, more)) = rest.split_first() else {
        return ended(interactive(&mut child, streams).await);
    };
    let script = if has_script {
        if !more.is_empty() {
            child.args = more.to_vec();
        }
        first.clone()
    } else {
        match child.context.files.read(&child.path(first)) {
            Ok(content) => {
                child.args = rest.to_vec();
                String::from_utf8_lossy(&content).into_owned()
            }
            Err(error) => {
                complain(streams, &format!("sh: can't open {first}: {error}")).await;
                return Flow::Next(2);
            }
        }
    };
    ended(eval::script(&mut child, &script, streams).await)
}

/// Reads commands line by line. On a terminal it prompts, and control-C ends the command.
async fn interactive(shell: &mut Shell, streams: &Streams) -> Flow {
    let prompts = shell.context.tty;
    shell.context.set_interactive(prompts);
    let base = (shell.depth, shell.nested);
    loop {
        if prompts && streams.stdout.write(format!("{} # ", shell.cwd)).await.is_err() {
            break;
        }
        let context = Arc::clone(&shell.context);
        let line = tokio::select! {
            line = streams.stdin.line() => line,
            () = context.interrupted(), if prompts => continue,
        };
        let Some(line) = line else { break };
        let text = String::from_utf8_lossy(&line).into_owned();
        let flow = tokio::select! {
            flow = eval::script(shell, &text, streams) => Some(flow),
            () = context.interrupted(), if prompts => None,
        };
        match flow {
            Some(Flow::Exit(code)) => return Flow::Exit(code),
            Some(Flow::Next(code)) => shell.last = code,
            Some(Flow::Break | Flow::Continue) => {}
            None => {
                shell.last = 130;
                (shell.depth, shell.nested) = base;
            }
        }
    }
    Flow::Next(shell.last)
}

pub(super) fn ended(flow: Flow) -> Flow {
    match flow {
        Flow::Next(code) | Flow::Exit(code) => Flow::Next(code),
        Flow::Break | Flow::Continue => Flow::Next(0),
    }
}
