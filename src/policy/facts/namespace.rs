//! Namespaces that a container does not get for itself: the host's, or those
//! of another container.

use std::borrow::Cow;

use super::Kind;
use super::collect::{Collector, Here};
use crate::docker::json::Json;
use crate::docker::schema::Path;

/// `PidMode`.
pub(super) fn pid<'b>(c: &mut Collector<'b>, value: &'b Json<'b>, at: &Path<'_>) {
    mode(c, "pid", &["private"], value, at);
}

/// `IpcMode`.
pub(super) fn ipc<'b>(c: &mut Collector<'b>, value: &'b Json<'b>, at: &Path<'_>) {
    mode(c, "ipc", &["none", "private", "shareable"], value, at);
}

/// `UTSMode`.
pub(super) fn uts<'b>(c: &mut Collector<'b>, value: &'b Json<'b>, at: &Path<'_>) {
    mode(c, "uts", &["private"], value, at);
}

/// `UsernsMode`. Any mode of its own takes the container out of the mapping that the
/// daemon was set up with.
pub(super) fn user<'b>(c: &mut Collector<'b>, value: &'b Json<'b>, at: &Path<'_>) {
    mode(c, "user", &[], value, at);
}

/// `CgroupnsMode`, and `Cgroup`, which joins that of another container.
pub(super) fn cgroup<'b>(c: &mut Collector<'b>, value: &'b Json<'b>, at: &Path<'_>) {
    mode(c, "cgroup", &["private"], value, at);
}

/// `NetworkAttachmentSpec.ContainerID`: a task that is a foothold in a container.
pub(super) fn attachment<'b>(c: &mut Collector<'b>, value: &'b Json<'b>, at: &Path<'_>) {
    let id = value.as_str().unwrap_or_default();
    if !id.is_empty() {
        join(c, "network", &format!("container:{id}"), Here::json(at, value));
    }
}

/// A namespace that is not the container's own.
pub(super) fn join<'b>(c: &mut Collector<'b>, kind: &str, mode: &str, here: Here<'_, 'b>) {
    c.closed_text(Kind::Namespace, here, Cow::Owned(format!("{kind}:{mode}")));
}

fn mode<'b>(c: &mut Collector<'b>, kind: &str, own: &[&str], value: &'b Json<'b>, at: &Path<'_>) {
    let mode = value.as_str().unwrap_or_default();
    if !mode.is_empty() && !own.contains(&mode) {
        join(c, kind, mode, Here::json(at, value));
    }
}

/// `Isolation`.
pub(super) fn isolation<'b>(c: &mut Collector<'b>, value: &'b Json<'b>, at: &Path<'_>) {
    isolated(c, value.as_str().unwrap_or_default(), Here::json(at, value));
}

/// How a container is kept apart on Windows; a process of the host is less than a machine.
pub(super) fn isolated<'b>(c: &mut Collector<'b>, name: &str, here: Here<'_, 'b>) {
    if !matches!(name, "" | "default") {
        c.closed_text(Kind::Runtime, here, Cow::Owned(format!("isolation:{name}")));
    }
}
