//! The images that ship, and that can be pulled.

use std::sync::Arc;

use bytes::Bytes;

use super::image::Image;
use super::shell::{PROGRAM_MARK, PROGRAMS};
use super::tree::{Kind, Node, Tree};

/// The images that are there from the start, and that can be pulled.
pub(super) fn shipped() -> Vec<Image> {
    vec![
        image("7968321274dc6b6171697c33df7815310468e694ac5be0ec03ff053bb135e768", "busybox:latest", "sh", busybox()),
        image(
            "48b5124b2768d2b917edcb640435044a97967015485e812545546cbed5cf0233",
            "hello-world:latest",
            "/hello",
            hello_world(),
        ),
    ]
}

fn image(id: &str, tag: &str, cmd: &str, files: Tree) -> Image {
    Image {
        id: id.to_owned(),
        tags: vec![tag.to_owned()],
        // 2017-01-13: as old as the Docker that VIC speaks like.
        created: 1_484_303_000_000_000_000,
        entrypoint: None,
        cmd: vec![cmd.to_owned()],
        env: vec!["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin".to_owned()],
        labels: Vec::new(),
        user: String::new(),
        cwd: String::new(),
        volumes: Vec::new(),
        author: String::new(),
        comment: String::new(),
        files: Arc::new(files),
    }
}

fn busybox() -> Tree {
    let mut tree = Tree::new();
    for folder in ["/bin", "/dev", "/etc", "/home", "/proc", "/root", "/tmp", "/usr/bin", "/var"] {
        // A new tree has room for these.
        let _ = tree.make_directories(folder);
    }
    for name in PROGRAMS {
        program(&mut tree, &format!("/bin/{name}"), name);
    }
    let link = Node { kind: Kind::Link("/bin/env".to_owned()), ..Node::directory() };
    let users = "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/home:/bin/false\n";
    let files = [
        ("/etc/passwd", users),
        ("/etc/group", "root:x:0:\nnobody:x:65534:\n"),
        ("/etc/hosts", "127.0.0.1 localhost\n"),
        ("/etc/hostname", "vic\n"),
    ];
    let _ = tree.put("/usr/bin/env", link);
    for (path, text) in files {
        let _ = tree.put(path, Node::file(Bytes::from_static(text.as_bytes()), 0o644));
    }
    tree
}

fn hello_world() -> Tree {
    let mut tree = Tree::new();
    program(&mut tree, "/hello", "hello");
    tree
}

fn program(tree: &mut Tree, path: &str, name: &str) {
    let content = Bytes::from(format!("{PROGRAM_MARK}{name}\n"));
    // A new tree has room for it.
    let _ = tree.put(path, Node::file(content, 0o755));
}
