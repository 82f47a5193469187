//! Commands on the file tree.

use super::super::tree::{FileError, Kind, Node};
use super::commands::complain;
use super::text::options;
use super::{Broken, Shell, Streams};

/// `ls [-l] [-a] [PATH…]`.
pub(super) async fn ls(shell: &Shell, args: &[String], streams: &Streams) -> Result<i32, Broken> {
    let (options, names) = options(args);
    let names = if names.is_empty() { vec![".".to_owned()] } else { names };
    let mut code = 0;
    for name in names {
        let path = shell.path(&name);
        let found = shell.context.files.on(&path, |tree, path| match tree.stat(path) {
            Ok(node) if node.is_directory() => tree.list(path),
            Ok(node) => Ok(vec![(name.clone(), node.clone())]),
            Err(error) => Err(error),
        });
        match found {
            Ok(nodes) => {
                let hidden = options.contains('a') || options.contains('A');
                let shown = nodes.iter().filter(|(name, _)| hidden || !name.starts_with('.'));
                let text: String = shown.map(|(name, node)| entry(name, node, options.contains('l'))).collect();
                streams.stdout.write(text).await?;
            }
            Err(error) => {
                complain(streams, &format!("ls: {name}: {error}")).await;
                code = 1;
            }
        }
    }
    Ok(code)
}

fn entry(name: &str, node: &Node, long: bool) -> String {
    if !long {
        return format!("{name}\n");
    }
    let (letter, target) = match &node.kind {
        Kind::Directory => ('d', String::new()),
        Kind::File(_) => ('-', String::new()),
        Kind::Link(target) => ('l', format!(" -> {target}")),
    };
    let bits: String = (0..9)
        .map(|bit| match (node.mode >> (8 - bit) & 1, bit % 3) {
            (0, _) => '-',
            (_, 0) => 'r',
            (_, 1) => 'w',
            (_, _) => 'x',
        })
        .collect();
    format!("{letter}{bits} root root {:>9} {name}{target}\n", node.size())
}

/// `mkdir [-p] PATH…`.
pub(super) async fn mkdir(shell: &Shell, args: &[String], streams: &Streams) -> Result<i32, Broken> {
    let (options, names) = options(args);
    let parents = options.contains('p');
    each(shell, &names, streams, "mkdir", |path| {
        shell.context.files.on(
            path,
            |tree, path| {
                if parents { tree.make_directories(path) } else { tree.make_directory(path) }
            },
        )
    })
    .await
}

/// `rm [-r] [-f] PATH…`.
pub(super) async fn rm(shell: &Shell, args: &[String], streams: &Streams) -> Result<i32, Broken> {
    let (options, names) = options(args);
    let recursive = options.contains(['r', 'R']);
    let forced = options.contains('f');
    each(shell, &names, streams, "rm", |path| {
        let removed = shell.context.files.on(path, |tree, path| tree.remove(path, recursive));
        match removed {
            Err(FileError::Missing) if forced => Ok(()),
            other => other,
        }
    })
    .await
}

pub(super) async fn touch(shell: &Shell, args: &[String], streams: &Streams) -> Result<i32, Broken> {
    each(shell, args, streams, "touch", |path| shell.context.files.write(path, b"", true)).await
}

/// `mv FROM TO` for files.
pub(super) async fn mv(shell: &Shell, args: &[String], streams: &Streams) -> Result<i32, Broken> {
    let [from, to] = args else {
        complain(streams, "mv: needs two paths").await;
        return Ok(1);
    };
    let files = &shell.context.files;
    let (from, mut to) = (shell.path(from), shell.path(to));
    if files.stat(&to).is_ok_and(|node| node.is_directory()) {
        let name = from.rsplit('/').next().unwrap_or("");
        to = format!("{}/{name}", to.trim_end_matches('/'));
    }
    let moved = files
        .read(&from)
        .and_then(|content| files.write(&to, &content, false))
        .and_then(|()| files.on(&from, |tree, path| tree.remove(path, false)));
    if let Err(error) = moved {
        complain(streams, &format!("mv: {error}")).await;
        return Ok(1);
    }
    Ok(0)
}

async fn each(
    shell: &Shell,
    names: &[String],
    streams: &Streams,
    command: &str,
    work: impl Fn(&str) -> Result<(), FileError>,
) -> Result<i32, Broken> {
    let mut code = 0;
    for name in names {
        if let Err(error) = work(&shell.path(name)) {
            complain(streams, &format!("{command}: {name}: {error}")).await;
            code = 1;
        }
    }
    Ok(code)
}
