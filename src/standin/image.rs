//! Images: what ships, and list, inspect, tag, remove, load, push.

use std::sync::Arc;

use bytes::Bytes;
use http::StatusCode;
use serde_json::{Value, json};

use super::StandIn;
use super::clock::{self, Nanos};
use super::failure::Failure;
use super::filters::Filters;
use super::reference::Reference;
use super::reply::{self, Reply};
use super::request::Call;
use super::store::lock;
use super::system::DRIVER;
use super::tree::Tree;

/// An image.
#[derive(Clone)]
pub(super) struct Image {
    /// 64 hexadecimal digits, without `sha256:`.
    pub(super) id: String,
    /// `name:tag`.
    pub(super) tags: Vec<String>,
    pub(super) created: Nanos,
    pub(super) entrypoint: Option<Vec<String>>,
    pub(super) cmd: Vec<String>,
    pub(super) env: Vec<String>,
    pub(super) labels: Vec<(String, String)>,
    pub(super) user: String,
    pub(super) cwd: String,
    pub(super) volumes: Vec<String>,
    pub(super) author: String,
    pub(super) comment: String,
    pub(super) files: Arc<Tree>,
}

impl Image {
    fn size(&self) -> usize {
        self.files.all().map(|(_, node)| node.size()).sum()
    }
}

/// An image by its name, its id or the start of its id.
pub(super) fn find(standin: &StandIn, name: &str) -> Option<Image> {
    let images = lock(&standin.store.images);
    if let Ok(reference) = Reference::parse(name) {
        let text = reference.text();
        if let Some(image) = images.iter().find(|image| image.tags.contains(&text)) {
            return Some(image.clone());
        }
    }
    let id = name.strip_prefix("sha256:").unwrap_or(name);
    let mut starting = images.iter().filter(|image| !id.is_empty() && image.id.starts_with(id));
    match (starting.next(), starting.next()) {
        (Some(only), None) => Some(only.clone()),
        (None, _) | (Some(_), Some(_)) => None,
    }
}

/// The image of a create call. VIC answers 404 whatever is wrong with the name.
pub(super) fn find_for_create(standin: &StandIn, name: &str) -> Result<Image, Failure> {
    find(standin, name).ok_or_else(|| match Reference::parse(name) {
        Ok(reference) => Failure::not_found(format!("No such image: {}", reference.text())),
        Err(why) => {
            Failure::not_found(format!("Error parsing reference: {name:?} is not a valid repository/tag: {why}"))
        }
    })
}

fn find_or_404(standin: &StandIn, name: &str) -> Result<Image, Failure> {
    find(standin, name).ok_or_else(|| {
        let shown = Reference::parse(name).map_or_else(|_| name.to_owned(), |r| r.text());
        Failure::not_found(format!("No such image: {shown}"))
    })
}

/// `GET /images/json`. VIC's ids lack their prefix here.
pub(super) fn list(standin: &StandIn, call: &Call) -> Result<Reply, Failure> {
    let filters = Filters::parse(call.query.text("filters"))?;
    filters.only(&["label", "before", "since", "reference", "dangling"])?;
    let is_vic = standin.settings.is_vic();
    if is_vic && filters.has("dangling") {
        return Err(Failure::internal("filter dangling is not currently supported by vic"));
    }
    let created = |key: &str| -> Result<Option<Nanos>, Failure> {
        match filters.values(key).next() {
            Some(name) => find_or_404(standin, name).map(|image| Some(image.created)),
            None => Ok(None),
        }
    };
    let (before, since) = (created("before")?, created("since")?);
    let wanted = call.query.text("filter");
    let repository = |tag: &str| tag.split(':').next().unwrap_or("").to_owned();
    let matches = |image: &Image, wanted: &str| image.tags.iter().any(|tag| tag == wanted || repository(tag) == wanted);
    let images = lock(&standin.store.images);
    let shown: Vec<Value> = images
        .iter()
        .filter(|image| before.is_none_or(|before| image.created < before))
        .filter(|image| since.is_none_or(|since| image.created > since))
        .filter(|image| wanted.is_empty() || matches(image, wanted))
        .filter(|image| filters.any("reference", |wanted| matches(image, wanted)))
        .filter(|image| filters.labels(&image.labels))
        .map(|image| {
            let mut shown = json!({
                "Id": if is_vic { image.id.clone() } else { format!("sha256:{}", image.id) },
                "ParentId": if is_vic { "scratch" } else { "" },
                "RepoTags": image.tags,
                "RepoDigests": digests(image),
                "Created": clock::seconds(image.created),
                "Size": image.size(),
                "Labels": super::container::labels(&image.labels),
            });
            if is_vic {
                add(&mut shown, "VirtualSize", image.size().into());
            } else {
                add(&mut shown, "SharedSize", (-1).into());
                add(&mut shown, "Containers", (-1).into());
            }
            shown
        })
        .collect();
    Ok(reply::ok(&Value::from(shown)))
}

/// `GET /images/{name}/json`.
pub(super) fn inspect(standin: &StandIn, name: &str) -> Result<Reply, Failure> {
    let image = find_or_404(standin, name)?;
    let config = json!({
        "Hostname": "", "Domainname": "", "User": image.user,
        "AttachStdin": false, "AttachStdout": false, "AttachStderr": false,
        "Tty": false, "OpenStdin": false, "StdinOnce": false,
        "Env": image.env, "Cmd": image.cmd, "Image": "", "Volumes": null,
        "WorkingDir": image.cwd, "Entrypoint": image.entrypoint, "OnBuild": null,
        "Labels": super::container::labels(&image.labels),
    });
    let mut shown = json!({
        "Id": format!("sha256:{}", image.id),
        "RepoTags": image.tags,
        "RepoDigests": digests(&image),
        "Parent": "",
        "Comment": image.comment,
        "Created": clock::rfc3339(image.created),
        "Container": "",
        "ContainerConfig": config,
        "DockerVersion": "1.13.0",
        "Author": image.author,
        "Config": config,
        "Architecture": "amd64",
        "Os": "linux",
        "Size": image.size(),
        "GraphDriver": {"Name": DRIVER, "Data": null},
        "RootFS": {"Type": "layers", "Layers": [format!("sha256:{}", image.id)]},
    });
    if standin.settings.is_vic() {
        add(&mut shown, "VirtualSize", image.size().into());
    }
    Ok(reply::ok(&shown))
}

/// `POST /images/{name}/tag`.
pub(super) fn tag(standin: &StandIn, name: &str, call: &Call) -> Result<Reply, Failure> {
    let image = find_or_404(standin, name)?;
    let (repo, tag) = (call.query.text("repo"), call.query.text("tag"));
    let asked = if tag.is_empty() { repo.to_owned() } else { format!("{repo}:{tag}") };
    let reference =
        Reference::parse(&asked).map_err(|why| Failure::internal(format!("invalid reference format: {why}")))?;
    give_tag(standin, &image.id, &reference.text());
    standin.events.image(&image.id, "tag", &reference.text());
    Ok(reply::empty(StatusCode::CREATED))
}

/// Puts a tag on one image and takes it off all others.
pub(super) fn give_tag(standin: &StandIn, id: &str, tag: &str) {
    for image in lock(&standin.store.images).iter_mut() {
        image.tags.retain(|other| other != tag);
        if image.id == id {
            image.tags.push(tag.to_owned());
        }
    }
}

/// `DELETE /images/{name}`.
pub(super) fn remove(standin: &StandIn, name: &str, call: &Call) -> Result<Reply, Failure> {
    let image = find_or_404(standin, name)?;
    let by_tag = Reference::parse(name).ok().map(|reference| reference.text()).filter(|text| image.tags.contains(text));
    if let Some(tag) = &by_tag
        && image.tags.len() > 1
    {
        for other in lock(&standin.store.images).iter_mut() {
            other.tags.retain(|known| known != tag);
        }
        standin.events.image(&image.id, "untag", tag);
        return Ok(reply::ok(&json!([{"Untagged": tag}])));
    }
    if by_tag.is_none() && image.tags.len() > 1 && !call.query.flag("force") {
        return Err(Failure::conflict(format!(
            "conflict: unable to delete {name} (must be forced) - image is referenced in one or more repositories"
        )));
    }
    let containers = standin.store.all_containers();
    if let Some(user) = containers.iter().find(|c| c.spec.image_id == image.id) {
        let text = format!("Failed to remove image {name:?}: image {} in use by {}", image.id, user.id);
        return Err(if standin.settings.is_vic() { Failure::internal(text) } else { Failure::conflict(text) });
    }
    lock(&standin.store.images).retain(|other| other.id != image.id);
    let mut gone = vec![json!({"Deleted": image.id})];
    for tag in &image.tags {
        standin.events.image(&image.id, "untag", tag);
        gone.push(json!({"Untagged": tag}));
    }
    standin.events.image(&image.id, "delete", &image.id);
    Ok(reply::ok(&Value::from(gone)))
}

/// `POST /images/load`: an error within a stream that says 200. The body is not read.
pub(super) fn load(standin: &Arc<StandIn>) -> Result<Reply, Failure> {
    let failure = Failure::not_implemented("LoadImage");
    let (sender, reply) = reply::stream(Some("application/json"));
    standin.spawn(async move {
        // A client that has gone needs no error.
        let _ = sender.send(error_line(&failure.message)).await;
    });
    Ok(reply)
}

/// An error within a stream.
pub(super) fn error_line(message: &str) -> Bytes {
    let line = json!({"errorDetail": {"message": message}, "error": message});
    Bytes::from(format!("{line}\r\n"))
}

/// `POST /images/{name}/push`: not there, but its credentials are looked at first.
pub(super) async fn push(mut call: Call) -> Result<Reply, Failure> {
    if call.header_text("x-registry-auth").is_empty() && call.read_body().await?.is_empty() {
        return Err(Failure::bad_request("Bad parameters and missing X-Registry-Auth: EOF"));
    }
    Err(Failure::not_implemented("PushImage"))
}

fn add(shown: &mut Value, name: &str, value: Value) {
    if let Some(shown) = shown.as_object_mut() {
        shown.insert(name.to_owned(), value);
    }
}

fn digests(image: &Image) -> Vec<String> {
    let repositories = image.tags.iter().filter_map(|tag| tag.split(':').next());
    repositories.map(|repository| format!("{repository}@sha256:{}", image.id)).collect()
}
