//! The evaluator.

use std::pin::Pin;

use super::super::pipe::{Reader, pipe};
use super::ast::{Joint, Node, Redirect, Target};
use super::{Output, Shell, Streams, commands, expand, parse, source};

/// How deep evaluation may go, over scripts that start scripts too.
const MAX_DEPTH: usize = 40;

/// Where a script goes after a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    /// On, with this exit code.
    Next(i32),
    /// Out of the script.
    Exit(i32),
    Break,
    Continue,
}

/// Evaluation calls itself, so its future is boxed.
pub(super) type Running<'a> = Pin<Box<dyn Future<Output = Flow> + Send + 'a>>;

/// Parses and runs a script.
pub(super) async fn script(shell: &mut Shell, text: &str, streams: &Streams) -> Flow {
    match parse::parse(text) {
        Ok(node) => node_boxed(shell, &node, streams).await,
        Err(error) => {
            // An error that cannot be told is still an exit code.
            let _ = streams.stderr.write(format!("sh: syntax error: {error}\n")).await;
            Flow::Exit(2)
        }
    }
}

/// Runs a node; the depth is counted here.
pub(super) fn node_boxed<'a>(shell: &'a mut Shell, node: &'a Node, streams: &'a Streams) -> Running<'a> {
    Box::pin(async move {
        if shell.depth >= MAX_DEPTH {
            // As above: the exit code tells it as well.
            let _ = streams.stderr.write("sh: nested too deeply\n").await;
            return Flow::Exit(2);
        }
        shell.depth += 1;
        let flow = run(shell, node, streams).await;
        shell.depth -= 1;
        if let Flow::Next(code) | Flow::Exit(code) = flow {
            shell.last = code;
        }
        flow
    })
}

async fn run(shell: &mut Shell, node: &Node, streams: &Streams) -> Flow {
    match node {
        Node::Simple { assigns, args, redirects } => {
            let mut argv = Vec::new();
            for word in args {
                argv.extend(expand::fields(shell, word, streams).await);
            }
            let mut values = Vec::new();
            for (name, word) in assigns {
                values.push((name.clone(), expand::joined(shell, word, streams).await));
            }
            let streams = match redirected(shell, redirects, streams).await {
                Ok(streams) => streams,
                Err(flow) => return flow,
            };
            if argv.is_empty() {
                shell.vars.extend(values);
                return Flow::Next(0);
            }
            if values.is_empty() {
                return commands::run(shell, &argv, &streams).await;
            }
            let before = shell.vars.clone();
            shell.vars.extend(values);
            let flow = commands::run(shell, &argv, &streams).await;
            shell.vars = before;
            flow
        }
        Node::List(nodes) => {
            let mut flow = Flow::Next(0);
            for node in nodes {
                flow = node_boxed(shell, node, streams).await;
                if !matches!(flow, Flow::Next(_)) {
                    break;
                }
            }
            flow
        }
        Node::Pipe(members) => pipeline(shell, members, streams).await,
        Node::Chain(first, rest) => {
            let mut flow = node_boxed(shell, first, streams).await;
            for (joint, node) in rest {
                let Flow::Next(code) = flow else { break };
                let goes_on = match joint {
                    Joint::And => code == 0,
                    Joint::Or => code != 0,
                };
                if goes_on {
                    flow = node_boxed(shell, node, streams).await;
                }
            }
            flow
        }
        Node::Not(inner) => match node_boxed(shell, inner, streams).await {
            Flow::Next(code) => Flow::Next(i32::from(code == 0)),
            flow @ (Flow::Exit(_) | Flow::Break | Flow::Continue) => flow,
        },
        Node::Background(inner) => {
            // Commands in the background read nothing and end with the process.
            let mut own = streams.clone();
            own.stdin = Reader::of(bytes::Bytes::new());
            shell.background(inner, own);
            Flow::Next(0)
        }
        Node::Subshell(inner) => {
            let mut child = shell.clone();
            Flow::Next(match node_boxed(&mut child, inner, streams).await {
                Flow::Next(code) | Flow::Exit(code) => code,
                Flow::Break | Flow::Continue => 0,
            })
        }
        Node::Redirected(inner, redirects) => match redirected(shell, redirects, streams).await {
            Ok(streams) => node_boxed(shell, inner, &streams).await,
            Err(flow) => flow,
        },
        Node::If(branches, otherwise) => {
            for (condition, body) in branches {
                match node_boxed(shell, condition, streams).await {
                    Flow::Next(0) => return node_boxed(shell, body, streams).await,
                    Flow::Next(_) => {}
                    flow @ (Flow::Exit(_) | Flow::Break | Flow::Continue) => return flow,
                }
            }
            match otherwise {
                Some(body) => node_boxed(shell, body, streams).await,
                None => Flow::Next(0),
            }
        }
        Node::While(condition, body) => {
            let mut code = 0;
            loop {
                // A loop of nothing must not keep the thread to itself.
                tokio::task::yield_now().await;
                match node_boxed(shell, condition, streams).await {
                    Flow::Next(0) | Flow::Continue => {}
                    Flow::Next(_) | Flow::Break => return Flow::Next(code),
                    Flow::Exit(code) => return Flow::Exit(code),
                }
                match node_boxed(shell, body, streams).await {
                    Flow::Next(last) => code = last,
                    Flow::Continue => {}
                    Flow::Break => return Flow::Next(0),
                    Flow::Exit(code) => return Flow::Exit(code),
                }
            }
        }
        Node::For(name, words, body) => {
            let mut values = Vec::new();
            for word in words {
                values.extend(expand::fields(shell, word, streams).await);
            }
            let mut code = 0;
            for value in values {
                tokio::task::yield_now().await;
                shell.vars.insert(name.clone(), value);
                match node_boxed(shell, body, streams).await {
                    Flow::Next(last) => code = last,
                    Flow::Continue => {}
                    Flow::Break => return Flow::Next(0),
                    Flow::Exit(code) => return Flow::Exit(code),
                }
            }
            Flow::Next(code)
        }
    }
}

/// Runs all members at once, each in a shell of its own; the last one's code counts.
async fn pipeline(shell: &Shell, members: &[Node], streams: &Streams) -> Flow {
    let mut running: Vec<Running<'_>> = Vec::new();
    let mut stdin = streams.stdin.clone();
    let last = members.len().saturating_sub(1);
    for (at, member) in members.iter().enumerate() {
        let mut own = streams.clone();
        own.stdin = stdin;
        stdin = Reader::of(bytes::Bytes::new());
        if at < last {
            let (writer, reader) = pipe(false);
            own.stdout = Output::Pipe(writer);
            stdin = reader;
        }
        let mut child = shell.clone();
        running.push(Box::pin(async move {
            let flow = node_boxed(&mut child, member, &own).await;
            // Dropped here: the neighbours see that this one has ended.
            drop(own);
            flow
        }));
    }
    drop(stdin);
    match all(running).await {
        Some(Flow::Next(code) | Flow::Exit(code)) => Flow::Next(code),
        Some(Flow::Break | Flow::Continue) | None => Flow::Next(0),
    }
}

/// Polls all futures until each is done, and gives the last one's result.
async fn all(running: Vec<Running<'_>>) -> Option<Flow> {
    let mut slots: Vec<(Option<Running<'_>>, Option<Flow>)> =
        running.into_iter().map(|future| (Some(future), None)).collect();
    std::future::poll_fn(|context| {
        let mut pending = false;
        for (future, result) in &mut slots {
            if let Some(running) = future {
                match running.as_mut().poll(context) {
                    std::task::Poll::Ready(flow) => {
                        *result = Some(flow);
                        *future = None;
                    }
                    std::task::Poll::Pending => pending = true,
                }
            }
        }
        if pending { std::task::Poll::Pending } else { std::task::Poll::Ready(()) }
    })
    .await;
    slots.pop().and_then(|(_, flow)| flow)
}

/// The streams after redirections, or how the command fails.
async fn redirected(shell: &mut Shell, redirects: &[Redirect], streams: &Streams) -> Result<Streams, Flow> {
    let mut own = streams.clone();
    for redirect in redirects {
        match &redirect.target {
            Target::Stdout if redirect.descriptor == 2 => own.stderr = own.stdout.clone(),
            Target::Stderr if redirect.descriptor == 1 => own.stdout = own.stderr.clone(),
            Target::Stdout | Target::Stderr => {}
            Target::File(word, append) => {
                let name = expand::joined(shell, word, streams).await;
                let path = shell.path(&name);
                let opened = if redirect.descriptor == 0 {
                    shell.context.files.read(&path).map(|content| {
                        own.stdin = Reader::of(content);
                    })
                } else {
                    source::output(shell, &path, *append).map(|output| {
                        if redirect.descriptor == 2 {
                            own.stderr = output;
                        } else {
                            own.stdout = output;
                        }
                    })
                };
                if let Err(error) = opened {
                    let text = format!("sh: can't open {name}: {error}\n");
                    // The exit code tells it as well.
                    let _ = streams.stderr.write(text).await;
                    return Err(Flow::Next(1));
                }
            }
        }
    }
    Ok(own)
}
