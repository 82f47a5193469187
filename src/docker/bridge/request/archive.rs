//! Files out of a container: `copy` up to 1.23, `archive` from 1.20 on.

use super::Request;
use crate::docker::bridge::tree::{OBJECT, text};
use crate::docker::endpoint::Endpoint;

/// From 1.24 on a copy is an archive; both have the same root.
pub(crate) fn copy_to_archive(request: &mut Request<'_, '_, '_>) {
    let resource = request.body.as_deref().map(|body| text(body, &["Resource"]).to_owned()).unwrap_or_default();
    let path = if resource.starts_with('/') { resource } else { format!("/{resource}") };
    request.send_to(Endpoint::ContainerArchive);
    request.target.query = vec![("path".to_owned(), path)];
    request.edits.drop_body = true;
    request.note("copy", "asked for as an archive");
}

/// Below 1.20 an archive is a copy.
pub(crate) fn archive_to_copy(request: &mut Request<'_, '_, '_>) {
    let path = request.take_param("path").unwrap_or_default();
    request.send_to(Endpoint::ContainerCopy);
    let mut body = OBJECT;
    body.set("Resource", path);
    request.edits.body = Some(body);
    request.note("archive", "asked for as a copy");
}

/// `/containers/ps` was a second name of the list up to 1.24.
pub(crate) fn ps_to_list(request: &mut Request<'_, '_, '_>) {
    request.send_to(Endpoint::ContainerList);
    super::since_before(request);
}

/// Plugins were inspected under a shorter path in 1.24.
pub(crate) fn plugin_json(request: &mut Request<'_, '_, '_>) {
    request.send_to(Endpoint::PluginInspect);
}
