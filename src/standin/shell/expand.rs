//! Words to arguments: variables, output of commands, arithmetic, splitting at blanks.

use bytes::BytesMut;

use super::super::pipe::pipe;
use super::ast::{Arg, Node, Word};
use super::eval::node_boxed;
use super::{Output, Shell, Streams, arithmetic};

/// The most output of a command that is taken into a word.
const MAX_OUTPUT: usize = 1 << 20;

/// The arguments that a word makes: none, one or several.
pub(super) async fn fields(shell: &mut Shell, word: &Word, streams: &Streams) -> Vec<String> {
    let mut done = Vec::new();
    let mut open: Option<String> = None;
    for part in word {
        if let (Arg::Variable(name, None), true) = (&part.arg, part.quoted)
            && name == "@"
        {
            // "$@" keeps each argument whole.
            let mut args = shell.args.iter().skip(1).cloned();
            if let Some(first) = args.next() {
                open.get_or_insert_default().push_str(&first);
            }
            for arg in args {
                done.extend(open.replace(arg));
            }
            continue;
        }
        let text = value(shell, &part.arg, streams).await;
        let literal = matches!(part.arg, Arg::Text(_));
        if part.quoted || literal {
            open.get_or_insert_default().push_str(&text);
            continue;
        }
        if text.starts_with(char::is_whitespace) {
            done.extend(open.take());
        }
        let ends_open = !text.ends_with(char::is_whitespace);
        for (at, piece) in text.split_whitespace().enumerate() {
            if at > 0 {
                done.extend(open.take());
            }
            open.get_or_insert_default().push_str(piece);
        }
        if !ends_open {
            done.extend(open.take());
        }
    }
    done.extend(open);
    done
}

/// The word as one string.
pub(super) async fn joined(shell: &mut Shell, word: &Word, streams: &Streams) -> String {
    let mut text = String::new();
    for part in word {
        text.push_str(&value(shell, &part.arg, streams).await);
    }
    text
}

async fn value(shell: &mut Shell, arg: &Arg, streams: &Streams) -> String {
    match arg {
        Arg::Text(text) => text.clone(),
        Arg::Variable(name, default) => {
            let value = variable(shell, name);
            match default {
                Some(default) if value.is_empty() => default.clone(),
                Some(_) | None => value,
            }
        }
        Arg::Output(node) => output(shell, node, streams).await,
        Arg::Arithmetic(text) => arithmetic::evaluate(text, |name| variable(shell, name)).to_string(),
    }
}

fn variable(shell: &Shell, name: &str) -> String {
    match name {
        "?" => shell.last.to_string(),
        "$" => "1".to_owned(),
        "!" => String::new(),
        "#" => shell.args.len().saturating_sub(1).to_string(),
        "@" | "*" => shell.args.get(1..).unwrap_or_default().join(" "),
        name => match name.parse::<usize>() {
            Ok(number) => shell.args.get(number).cloned().unwrap_or_default(),
            Err(_) => shell.vars.get(name).cloned().unwrap_or_default(),
        },
    }
}

async fn output(shell: &mut Shell, node: &Node, streams: &Streams) -> String {
    let (writer, reader) = pipe(false);
    let mut child = shell.clone();
    let mut own = streams.clone();
    own.stdout = Output::Pipe(writer);
    let run = async move {
        let flow = node_boxed(&mut child, node, &own).await;
        drop(own);
        (flow, child.last)
    };
    let collect = async {
        let mut all = BytesMut::new();
        while let Some(chunk) = reader.read().await {
            let room = MAX_OUTPUT.saturating_sub(all.len());
            all.extend_from_slice(chunk.get(..room.min(chunk.len())).unwrap_or_default());
        }
        all
    };
    let ((_, last), all) = tokio::join!(run, collect);
    shell.last = last;
    String::from_utf8_lossy(&all).trim_end_matches('\n').to_owned()
}
