//! Finding a command and running it; the commands that are part of the shell itself.

use std::time::Duration;

use bytes::Bytes;

use super::super::files::Files;
use super::super::pipe::Reader;
use super::super::tree::clean;
use super::eval::{self, Flow, Running};
use super::{BROKEN_PIPE, Broken, Output, Shell, Streams, disk, text};

/// The programs of the `busybox` image; each is a file below `/bin` that names it.
pub(in super::super) const PROGRAMS: [&str; 33] = [
    "[", "ash", "cat", "date", "echo", "env", "false", "grep", "head", "hello", "hostname", "id", "kill", "ls",
    "mkdir", "mv", "printenv", "printf", "pwd", "rm", "seq", "sh", "sleep", "sort", "tail", "tee", "test", "touch",
    "true", "uname", "wc", "whoami", "yes",
];

/// What a program file holds before its name.
pub(in super::super) const PROGRAM_MARK: &str = "#!/built-in/";

enum Program {
    BuiltIn(String),
    Script(Bytes),
}

/// True when there is such a program in the container.
pub(in super::super) fn exists(files: &Files, path: &str, cwd: &str, name: &str) -> bool {
    find(files, path, cwd, name).is_some()
}

/// Looks a program up along `path`, the value of `PATH`.
fn find(files: &Files, path: &str, cwd: &str, name: &str) -> Option<Program> {
    let candidates: Vec<String> = if name.contains('/') {
        vec![clean(cwd, name)]
    } else if name.is_empty() {
        Vec::new()
    } else {
        path.split(':').map(|folder| clean(cwd, &format!("{folder}/{name}"))).collect()
    };
    candidates.iter().find_map(|path| {
        let runs = files.stat(path).is_ok_and(|node| node.mode & 0o111 != 0);
        let content = files.read(path).ok().filter(|_| runs)?;
        let built_in =
            content.strip_prefix(PROGRAM_MARK.as_bytes()).map(|name| String::from_utf8_lossy(name).trim().to_owned());
        match built_in {
            Some(name) => Some(Program::BuiltIn(name)),
            None if content.starts_with(b"#!") => Some(Program::Script(content)),
            None => None,
        }
    })
}

/// Runs one command.
pub(super) fn run<'a>(shell: &'a mut Shell, argv: &'a [String], streams: &'a Streams) -> Running<'a> {
    Box::pin(async move {
        let Some((name, args)) = argv.split_first() else {
            return Flow::Next(0);
        };
        if shell.depth > 0
            && let Some(flow) = of_the_shell(shell, name, args, streams).await
        {
            return flow;
        }
        let path = shell.vars.get("PATH").map_or("/bin", String::as_str);
        match find(&shell.context.files, path, &shell.cwd, name) {
            Some(Program::BuiltIn(program)) => program_run(shell, &program, args, streams).await,
            Some(Program::Script(text)) => {
                let mut child = shell.clone();
                child.args = argv.to_vec();
                let text = String::from_utf8_lossy(&text).into_owned();
                ended(eval::script(&mut child, &text, streams).await)
            }
            None => {
                complain(streams, &format!("sh: {name}: not found")).await;
                Flow::Next(127)
            }
        }
    })
}

/// `cd`, `export` and others that change the shell; `None` for all that do not.
async fn of_the_shell(shell: &mut Shell, name: &str, args: &[String], streams: &Streams) -> Option<Flow> {
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
            for signal in args.iter().skip(1).filter_map(|name| super::super::process::signal(name)) {
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

async fn program_run(shell: &mut Shell, program: &str, args: &[String], streams: &Streams) -> Flow {
    let result = match program {
        "sh" | "ash" => return sh(shell, args, streams).await,
        "true" => Ok(0),
        "false" => Ok(1),
        "sleep" => sleep(args, streams).await,
        "env" | "printenv" => env(shell, args, streams).await,
        "pwd" => line(streams, &shell.cwd).await,
        "hostname" => line(streams, &shell.context.hostname).await,
        "whoami" => line(streams, &user_name(&shell.context.user)).await,
        "id" => id(shell, args, streams).await,
        "uname" => line(streams, if args.is_empty() { "Linux" } else { "Linux vic x86_64" }).await,
        "date" => line(streams, &super::super::clock::rfc3339(super::super::clock::now())).await,
        "kill" => Ok(0),
        "test" => Ok(i32::from(!test(shell, args))),
        "[" => match args.split_last() {
            Some((last, args)) if last == "]" => Ok(i32::from(!test(shell, args))),
            Some(_) | None => {
                complain(streams, "sh: [: missing ]").await;
                Ok(2)
            }
        },
        "hello" => text::hello(streams).await,
        "echo" => text::echo(args, streams).await,
        "printf" => text::printf(args, streams).await,
        "cat" => text::cat(shell, args, streams).await,
        "head" => text::head(shell, args, streams).await,
        "tail" => text::tail(shell, args, streams).await,
        "wc" => text::wc(shell, args, streams).await,
        "sort" => text::sort(shell, args, streams).await,
        "grep" => text::grep(shell, args, streams).await,
        "seq" => text::seq(args, streams).await,
        "yes" => text::yes(args, streams).await,
        "tee" => text::tee(shell, args, streams).await,
        "ls" => disk::ls(shell, args, streams).await,
        "mkdir" => disk::mkdir(shell, args, streams).await,
        "rm" => disk::rm(shell, args, streams).await,
        "touch" => disk::touch(shell, args, streams).await,
        "mv" => disk::mv(shell, args, streams).await,
        other => {
            complain(streams, &format!("{other}: not built in")).await;
            Ok(126)
        }
    };
    Flow::Next(result.unwrap_or(BROKEN_PIPE))
}

/// `sh -c SCRIPT [NAME [ARG…]]`, `sh FILE [ARG…]`, or commands from standard input.
async fn sh(shell: &mut Shell, args: &[String], streams: &Streams) -> Flow {
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
    let base = shell.depth;
    loop {
        if prompts && streams.stdout.write(format!("{} # ", shell.cwd)).await.is_err() {
            break;
        }
        let context = std::sync::Arc::clone(&shell.context);
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
                shell.depth = base;
            }
        }
    }
    Flow::Next(shell.last)
}

fn ended(flow: Flow) -> Flow {
    match flow {
        Flow::Next(code) | Flow::Exit(code) => Flow::Next(code),
        Flow::Break | Flow::Continue => Flow::Next(0),
    }
}

async fn sleep(args: &[String], streams: &Streams) -> Result<i32, Broken> {
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
async fn env(shell: &mut Shell, args: &[String], streams: &Streams) -> Result<i32, Broken> {
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
        streams.stdout.write(all).await?;
        return Ok(0);
    }
    Ok(match run(&mut child, rest, streams).await {
        Flow::Next(code) | Flow::Exit(code) => code,
        Flow::Break | Flow::Continue => 0,
    })
}

async fn id(shell: &Shell, args: &[String], streams: &Streams) -> Result<i32, Broken> {
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

fn user_name(user: &str) -> String {
    match user.split(':').next() {
        None | Some("" | "0") => "root".to_owned(),
        Some(name) => name.to_owned(),
    }
}

/// The expressions of `test`: one test, optionally negated.
fn test(shell: &Shell, args: &[String]) -> bool {
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let number = |text: &str| text.trim().parse::<i64>().unwrap_or(0);
    let stat = |path: &str| shell.context.files.stat(&shell.path(path)).ok();
    match *args.as_slice() {
        ["!", ref rest @ ..] => {
            let rest: Vec<String> = rest.iter().map(|&arg| arg.to_owned()).collect();
            !test(shell, &rest)
        }
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
    }
}

/// Writes a line to standard output.
async fn line(streams: &Streams, text: &str) -> Result<i32, Broken> {
    streams.stdout.write(format!("{text}\n")).await?;
    Ok(0)
}

/// Says what is wrong on standard error. The exit code tells it as well, so that a reader who
/// has gone does not matter.
pub(super) async fn complain(streams: &Streams, text: &str) {
    let _ = streams.stderr.write(format!("{text}\n")).await;
}

/// What a command reads: its files in turn, or standard input.
pub(super) enum Source {
    Stream(Reader),
    /// `/dev/zero`.
    Zeros,
}

impl Source {
    /// Opens a file; `-` is standard input.
    pub(super) async fn open(shell: &Shell, name: &str, streams: &Streams) -> Option<Self> {
        match shell.path(name).as_str() {
            _ if name == "-" => Some(Self::Stream(streams.stdin.clone())),
            "/dev/stdin" => Some(Self::Stream(streams.stdin.clone())),
            "/dev/null" => Some(Self::Stream(Reader::of(Bytes::new()))),
            "/dev/zero" => Some(Self::Zeros),
            path => match shell.context.files.read(path) {
                Ok(content) => Some(Self::Stream(Reader::of(content))),
                Err(error) => {
                    complain(streams, &format!("cannot open '{name}': {error}")).await;
                    None
                }
            },
        }
    }

    pub(super) async fn read(&self) -> Option<Bytes> {
        static ZEROS: [u8; 65_536] = [0; 65_536];
        match self {
            Self::Stream(reader) => reader.read().await,
            Self::Zeros => Some(Bytes::from_static(&ZEROS)),
        }
    }
}

/// Opens a file for writing.
pub(super) fn output(shell: &Shell, path: &str, append: bool) -> Result<Output, super::super::tree::FileError> {
    if path == "/dev/null" {
        return Ok(Output::Null);
    }
    let files = &shell.context.files;
    files.write(path, b"", append)?;
    Ok(Output::File(std::sync::Arc::clone(files), path.to_owned()))
}
