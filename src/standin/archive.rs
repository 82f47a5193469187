//! `docker cp`: GET, HEAD and PUT of `/containers/{id}/archive`.

use std::io::Read;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, StatusCode};
use serde_json::json;

use super::StandIn;
use super::clock;
use super::failure::Failure;
use super::reply::{self, Reply};
use super::request::Call;
use super::tree::{FileError, Kind, Node, Tree, clean};

/// Go's bit for a directory in a file mode.
const GO_DIRECTORY: u32 = 1 << 31;
/// Go's bit for a symbolic link.
const GO_LINK: u32 = 1 << 27;

/// GET and HEAD.
pub(super) fn read(standin: &Arc<StandIn>, name: &str, call: &Call) -> Result<Reply, Failure> {
    let path = path(call)?;
    let container = standin.store.container(name)?;
    let found = container.files.on(&path, |tree, inner| {
        let node = tree.entry(inner).cloned()?;
        Some((stat(inner, &path, &node), pack(tree, inner, &path)))
    });
    let Some((stat, packed)) = found else {
        return Err(no_such_file(name));
    };
    let mut reply = if call.method == Method::HEAD {
        reply::empty(StatusCode::OK)
    } else {
        let packed = packed.map_err(|error| Failure::internal(error.to_string()))?;
        send(standin, Bytes::from(packed))
    };
    if let Ok(value) = HeaderValue::from_str(&stat) {
        let header = HeaderName::from_static("x-docker-container-path-stat");
        reply.headers_mut().insert(header, value);
    }
    Ok(reply)
}

/// PUT.
pub(super) async fn write(standin: &Arc<StandIn>, name: &str, mut call: Call) -> Result<Reply, Failure> {
    let path = path(&call)?;
    let container = standin.store.container(name)?;
    if !container.files.stat(&path).is_ok_and(|node| node.is_directory()) {
        return Err(no_such_file(name));
    }
    let body = call.read_body().await?;
    container.files.on(&path, |tree, inner| unpack(tree, inner, &body))?;
    Ok(reply::empty(StatusCode::OK))
}

fn path(call: &Call) -> Result<String, Failure> {
    match call.query.text("path") {
        "" => Err(Failure::bad_request("bad parameter: 'path' cannot be empty")),
        path => Ok(clean("/", path)),
    }
}

fn no_such_file(name: &str) -> Failure {
    Failure::not_found(format!("No such file or directory for container: {name}"))
}

/// Sends a tar in pieces, without a length.
fn send(standin: &StandIn, mut packed: Bytes) -> Reply {
    let (sender, reply) = reply::stream(Some("application/x-tar"));
    standin.spawn(async move {
        while !packed.is_empty() {
            let piece = packed.split_to(packed.len().min(32 << 10));
            if sender.send(piece).await.is_err() {
                return;
            }
        }
    });
    reply
}

/// The header that tells what the path is.
fn stat(inner: &str, path: &str, node: &Node) -> String {
    let (bits, target) = match &node.kind {
        Kind::Directory => (GO_DIRECTORY, ""),
        Kind::File(_) => (0, ""),
        Kind::Link(target) => (GO_LINK, target.as_str()),
    };
    let name = base_name(if inner == "/" { path } else { inner });
    let stat = json!({
        "name": name,
        "size": node.size(),
        "mode": node.mode | bits,
        "mtime": clock::rfc3339(node.modified),
        "linkTarget": target,
    });
    STANDARD.encode(stat.to_string())
}

fn base_name(path: &str) -> &str {
    match path.rsplit('/').next() {
        None | Some("") => "/",
        Some(name) => name,
    }
}

/// The tar of a file, or of a directory and all below it.
fn pack(tree: &Tree, inner: &str, path: &str) -> std::io::Result<Vec<u8>> {
    let mut archive = tar::Builder::new(Vec::new());
    let top = base_name(path);
    let top = if top == "/" { "." } else { top };
    let start = inner.trim_end_matches('/').len();
    if let Some(node) = tree.entry(inner) {
        add(&mut archive, top, node)?;
    }
    for (below, node) in tree.below(inner) {
        let rest = below.get(start..).unwrap_or("");
        add(&mut archive, &format!("{top}{rest}"), node)?;
    }
    archive.into_inner()
}

fn add(archive: &mut tar::Builder<Vec<u8>>, name: &str, node: &Node) -> std::io::Result<()> {
    let mut header = tar::Header::new_gnu();
    header.set_mode(node.mode);
    header.set_mtime(clock::seconds(node.modified));
    header.set_size(0);
    match &node.kind {
        Kind::Directory => {
            header.set_entry_type(tar::EntryType::Directory);
            archive.append_data(&mut header, format!("{name}/"), std::io::empty())
        }
        Kind::File(content) => {
            header.set_entry_type(tar::EntryType::Regular);
            header.set_size(u64::try_from(content.len()).unwrap_or(0));
            archive.append_data(&mut header, name, content.as_ref())
        }
        Kind::Link(target) => {
            header.set_entry_type(tar::EntryType::Symlink);
            archive.append_link(&mut header, name, target)
        }
    }
}

/// Puts the members of a tar below a directory. No member can leave the container: a path that
/// climbs ends at its root.
fn unpack(tree: &mut Tree, folder: &str, body: &[u8]) -> Result<(), Failure> {
    let unrecognised = || Failure::conflict("Stream format not recognized");
    let mut archive = tar::Archive::new(body);
    let members = archive.entries().map_err(|_| unrecognised())?;
    for (at, member) in members.enumerate() {
        let mut member = member.map_err(|_| {
            if at == 0 && body.len() >= 512 { unrecognised() } else { Failure::internal("unexpected EOF") }
        })?;
        let name = String::from_utf8_lossy(&member.path_bytes()).into_owned();
        let path = clean(folder, name.trim_start_matches('/'));
        let mode = member.header().mode().unwrap_or(0o644) & 0o7777;
        let modified = member.header().mtime().unwrap_or(0).saturating_mul(1_000_000_000);
        let kind = member.header().entry_type();
        let made = if kind.is_dir() {
            tree.make_directories(&path).and_then(|()| {
                let real = tree.resolve(&path)?;
                let node = Node { mode, modified, ..Node::directory() };
                tree.put(&real, node)
            })
        } else if kind.is_symlink() {
            let target = member.link_name_bytes().unwrap_or_default();
            let target = String::from_utf8_lossy(&target).into_owned();
            let node = Node { kind: Kind::Link(target), mode, modified };
            place(tree, &path, node)
        } else if kind.is_file() {
            let mut content = Vec::new();
            if member.read_to_end(&mut content).is_err() {
                return Err(Failure::internal("unexpected EOF"));
            }
            let node = Node { kind: Kind::File(Bytes::from(content)), mode, modified };
            place(tree, &path, node)
        } else {
            // Devices, pipes and the like have no place here.
            Ok(())
        };
        made.map_err(|error| Failure::internal(error.to_string()))?;
    }
    Ok(())
}

/// Puts a node at a path, with the directories above it.
fn place(tree: &mut Tree, path: &str, node: Node) -> Result<(), FileError> {
    let parent = path.get(..path.rfind('/').unwrap_or(0)).unwrap_or("");
    if !parent.is_empty() {
        tree.make_directories(parent)?;
    }
    let parent = tree.resolve(parent)?;
    let real = format!("{}/{}", parent.trim_end_matches('/'), base_name(path));
    if tree.entry(&real).is_some_and(Node::is_directory) {
        return Err(FileError::IsDirectory);
    }
    tree.put(&real, node)
}
