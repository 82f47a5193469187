//! Finding a command and running it.

use bytes::Bytes;

use super::super::clock;
use super::super::files::Files;
use super::super::tree::clean;
use super::builtins::of_the_shell;
use super::eval::{self, Flow, Running};
use super::sh::{ended, sh};
use super::small::{env, id, sleep, test, user_name};
use super::{BROKEN_PIPE, Broken, Shell, Streams, disk, text};

/// The programs of the `busybox` image; each is a file below `/bin` that names it.
pub(in super::super) const PROGRAMS: [&str; 33] = [
    "[", "ash", "cat", "date", "echo", "env", "false", "grep", "head", "hello", "hostname", "id", "kill", "ls",
    "mkdir", "mv", "printenv", "printf", "pwd", "rm", "seq", "sh", "sleep", "sort", "tail", "tee", "test", "touch",
    "true", "uname", "wc", "whoami", "yes",
];

/// How many commands may run each other: polling them takes stack.
const MAX_NESTED: usize = 12;

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
        if shell.nested >= MAX_NESTED {
            complain(streams, "sh: nested too deeply").await;
            return Flow::Exit(2);
        }
        shell.nested += 1;
        let flow = run_named(shell, name, args, argv, streams).await;
        shell.nested -= 1;
        flow
    })
}

async fn run_named(shell: &mut Shell, name: &str, args: &[String], argv: &[String], streams: &Streams) -> Flow {
    if shell.depth > 0
        && let Some(flow) = of_the_shell(shell, name, args, streams).await
    {
        return flow;
    }
    let path = shell.vars.get("PATH").map_or("/bin", String::as_str);
    match find(&shell.context.files, path, &shell.cwd, name) {
        // What runs further commands stays out of the large future of all others, which would
        // lie on the stack once a level.
        Some(Program::BuiltIn(program)) => match program.as_str() {
            "sh" | "ash" => sh(shell, args, streams).await,
            "env" | "printenv" => env(shell, args, streams).await,
            other => program_run(shell, other, args, streams).await,
        },
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
}

async fn program_run(shell: &mut Shell, program: &str, args: &[String], streams: &Streams) -> Flow {
    let result = match program {
        "true" => Ok(0),
        "false" => Ok(1),
        "sleep" => sleep(args, streams).await,
        "pwd" => line(streams, &shell.cwd).await,
        "hostname" => line(streams, &shell.context.hostname).await,
        "whoami" => line(streams, &user_name(&shell.context.user)).await,
        "id" => id(shell, args, streams).await,
        "uname" => line(streams, if args.is_empty() { "Linux" } else { "Linux vic x86_64" }).await,
        "date" => line(streams, &clock::rfc3339(clock::now())).await,
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

/// Writes a line to standard output.
pub(super) async fn line(streams: &Streams, text: &str) -> Result<i32, Broken> {
    streams.stdout.write(format!("{text}\n")).await?;
    Ok(0)
}

/// Says what is wrong on standard error. The exit code tells it as well, so that a reader who
/// has gone does not matter.
pub(super) async fn complain(streams: &Streams, text: &str) {
    let _ = streams.stderr.write(format!("{text}\n")).await;
}
