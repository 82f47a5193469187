//! What a call refers to: in its path, its query and its body, in whatever spelling.

use super::Owner;
use super::table::{Treatment, treatment};
use crate::docker::endpoint::Endpoint;
use crate::docker::filters;
use crate::docker::query::Query;
use crate::docker::schema::Body;
use crate::docker::target::Target;
use crate::policy::facts::{self, Fact, Kind, KindSet, Reference as ImageReference, Value};

/// What can be somebody's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Thing {
    /// A container.
    Container,
    /// An image.
    Image,
    /// A volume.
    Volume,
    /// A network.
    Network,
    /// An exec, which is its container's owner's.
    Exec,
}

/// What a call needs of a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// It must be the caller's.
    Change,
    /// It must be the caller's, or be shared.
    Use,
    /// It must be the caller's, and is made if it is not there.
    Make,
    /// It is a name that an image gets: nobody else's image may have it.
    Name,
    /// The same for a pull, which may move names of shared images.
    Pull,
    /// It is a hint: what is not there is overlooked.
    Hint,
}

/// Where a call refers to something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In its path.
    Path,
    /// In a query parameter.
    Query(&'static str),
    /// In its body: a text that holds the name.
    Body(String),
    /// In its body: the name of a member.
    Key(String),
    /// Somewhere where the name stays as it is.
    Stays(String),
}

/// One thing that a call refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// What it is.
    pub thing: Thing,
    /// What the call calls it: a name, an id or the beginning of one. An image is called by its
    /// familiar name, with `*` for all tags.
    pub name: String,
    /// What the call needs of it.
    pub need: Need,
    /// Where it stands.
    pub place: Place,
}

impl Thing {
    /// What people call it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Container => "container",
            Self::Image => "image",
            Self::Volume => "volume",
            Self::Network => "network",
            Self::Exec => "exec",
        }
    }

    /// What engines say of one that is not there.
    #[must_use]
    pub fn missing(self, name: &str) -> String {
        match self {
            Self::Container => format!("No such container: {name}"),
            Self::Image => format!("No such image: {name}"),
            Self::Volume => format!("get {name}: no such volume"),
            Self::Network => format!("network {name} not found"),
            Self::Exec => format!("No such exec instance: {name}"),
        }
    }
}

/// What a fact names, of the things that rules know by name: what it is, and what it is called.
pub(in crate::policy) fn named<'f>(fact: &'f Fact<'_>) -> Option<(Thing, &'f str)> {
    let Value::Text(text) = &fact.value else { return None };
    if matches!(fact.kind, Kind::Container | Kind::VolumesFrom | Kind::Link) {
        Some((Thing::Container, text))
    } else if fact.kind == Kind::Namespace {
        Some((Thing::Container, text.split_once(":container:")?.1))
    } else {
        (fact.kind == Kind::Network).then_some((Thing::Network, text))
    }
}

/// All that a call refers to; without images where those are everybody's.
pub(in crate::policy) fn references(
    owner: Option<&Owner>,
    endpoint: Endpoint,
    target: &Target,
    query: &Query<'_>,
    body: Option<&Body<'_>>,
) -> Vec<Reference> {
    let mut interest = KindSet::NONE;
    for kind in [
        Kind::Container,
        Kind::VolumesFrom,
        Kind::Link,
        Kind::Namespace,
        Kind::Network,
        Kind::Volume,
        Kind::Image,
        Kind::Tag,
    ] {
        interest.insert(kind);
    }
    let name = target.name(endpoint);
    let facts = facts::read(endpoint, name, Some(query), body, interest);
    let mut found: Vec<Reference> = facts.facts.iter().filter_map(|fact| reference(endpoint, fact, body)).collect();
    if let Treatment::About(Thing::Exec, need) = treatment(endpoint) {
        found.push(Reference { thing: Thing::Exec, name: name.to_owned(), need, place: Place::Path });
    }
    found.extend(narrowing(endpoint, query));
    found.retain(|reference| reference.thing != Thing::Image || !owner.is_some_and(Owner::shares_images));
    found
}

fn reference(endpoint: Endpoint, fact: &Fact<'_>, body: Option<&Body<'_>>) -> Option<Reference> {
    let in_path = fact.path.starts_with('/');
    let about = if let Treatment::About(_, need) = treatment(endpoint) { Some(need).filter(|_| in_path) } else { None };
    let place = || place(endpoint, fact, in_path, body);
    if let Value::Image(reference) = &fact.value {
        let need = match (fact.kind, endpoint) {
            (Kind::Tag, _) => Need::Name,
            // A registry is asked, not the host; and a digest moves no name.
            (_, Endpoint::ImageCreate) if has_digest(reference) => return None,
            (_, Endpoint::ImageCreate) => Need::Pull,
            (_, Endpoint::ImageBuild) => Need::Hint,
            (_, _) => about.unwrap_or(Need::Use),
        };
        let name = if is_saved_whole(endpoint, fact) { whole(reference) } else { image_name(reference, fact) };
        return Some(Reference { thing: Thing::Image, name, need, place: place() });
    }
    if fact.kind == Kind::Volume {
        let Value::Text(name) = &fact.value else { return None };
        if endpoint == Endpoint::VolumeCreate {
            // Its answer says whose it is.
            return None;
        }
        let place = if in_path { Place::Path } else { Place::Stays(fact.path.clone()) };
        let need = about.unwrap_or(Need::Make);
        return Some(Reference { thing: Thing::Volume, name: name.clone().into_owned(), need, place });
    }
    let (thing, name) = named(fact)?;
    if endpoint == Endpoint::NetworkCreate && fact.path == "Name" || name == "host" && thing == Thing::Network {
        return None;
    }
    let need = about.unwrap_or(if thing == Thing::Network { Need::Use } else { Need::Change });
    let name = if thing == Thing::Container { name.trim_start_matches('/') } else { name };
    Some(Reference { thing, name: name.to_owned(), need, place: place() })
}

/// Where a fact stands, and whether the name there can be an id instead.
fn place(endpoint: Endpoint, fact: &Fact<'_>, in_path: bool, body: Option<&Body<'_>>) -> Place {
    use Endpoint as E;
    // Whoever lists, saves, pushes or removes an image means that name of it.
    let by_id =
        matches!(endpoint, E::ImageInspect | E::ImageInspectOld | E::ImageHistory | E::ImageAttestations | E::ImageTag);
    // Within a network containers know each other by name.
    let alias = fact.kind == Kind::Link && !fact.path.starts_with("HostConfig.Links");
    let stays = fact.kind == Kind::Image && !by_id || fact.kind == Kind::Tag || alias;
    if stays {
        Place::Stays(fact.path.clone())
    } else if in_path {
        Place::Path
    } else if let Some(value) = body.and_then(|body| body.get(&fact.path)) {
        if value.as_str().is_some() { Place::Body(fact.path.clone()) } else { Place::Key(fact.path.clone()) }
    } else if fact.path == "container" {
        Place::Query("container")
    } else if fact.path == "networkmode" {
        Place::Query("networkmode")
    } else {
        Place::Stays(fact.path.clone())
    }
}

/// Things by whose age a list is narrowed. Of what is not there, a daemon says so.
fn narrowing(endpoint: Endpoint, query: &Query<'_>) -> Vec<Reference> {
    let thing = if matches!(endpoint, Endpoint::ContainerList | Endpoint::ContainerPs) {
        Thing::Container
    } else if endpoint == Endpoint::ImageList {
        Thing::Image
    } else {
        return Vec::new();
    };
    let plain =
        ["since", "before"].into_iter().filter_map(|name| Some((name, vec![query.get(name)?.value.to_string()])));
    let filters = query.get("filters").and_then(|given| filters::read(&given.value)).unwrap_or_default();
    let filters = filters.into_iter().filter_map(|(name, values)| match name.as_str() {
        "since" => Some(("since", values)),
        "before" => Some(("before", values)),
        _ => None,
    });
    let found = plain.chain(filters).flat_map(|(place, values)| values.into_iter().map(move |name| (place, name)));
    found
        .filter(|(_, name)| !name.is_empty())
        .map(|(place, name)| {
            let name = name.trim_start_matches('/').to_owned();
            Reference { thing, name, need: Need::Use, place: Place::Stays(place.to_owned()) }
        })
        .collect()
}

/// True if an archive gets all tags of what is named: engines do so for a name without a tag.
fn is_saved_whole(endpoint: Endpoint, fact: &Fact<'_>) -> bool {
    let name = fact.sent_text().unwrap_or_default();
    let bare = !name.rsplit('/').next().unwrap_or_default().contains([':', '@']);
    matches!(endpoint, Endpoint::ImageGet | Endpoint::ImageGetAll) && bare
}

/// All tags of a repository. A word that could be an id could be one, too.
fn whole(reference: &ImageReference<'_>) -> String {
    match reference {
        ImageReference::Name { name, .. } => format!("{}:*", familiar(name)),
        ImageReference::Id(id) => format!("{id}:*"),
    }
}

fn has_digest(reference: &ImageReference<'_>) -> bool {
    matches!(reference, ImageReference::Name { digest: Some(_), .. })
}

fn familiar(name: &str) -> &str {
    name.strip_prefix("docker.io/library/").or_else(|| name.strip_prefix("docker.io/")).unwrap_or(name)
}

/// An image as people call it: without what every reference has.
fn image_name(reference: &ImageReference<'_>, fact: &Fact<'_>) -> String {
    let ImageReference::Name { name, tag, digest } = reference else {
        return fact.sent_text().map_or_else(|| reference.to_string(), str::to_owned);
    };
    let name = familiar(name);
    match (digest, tag) {
        (Some(digest), _) => format!("{name}@{digest}"),
        (None, Some(tag)) => format!("{name}:{tag}"),
        (None, None) => name.to_owned(),
    }
}
