//! Ownership: what an identity creates is its own, and what is others' is not there.
//!
//! A policy with `owner = "label"` has things labelled with who made them. [`table`] decides for each
//! operation what that means, [`reference`] finds what a call refers to, [`Known`] is what the backend
//! said of it, [`judge`] puts them together. All of it is pure: the middleware asks the backend.

mod answer;
mod events;
mod judge;
mod known;
mod label;
mod reference;
mod table;

pub use answer::{cut, keep_containers, shows_containers, wants_cut};
pub use events::{Events, Heard};
pub(in crate::policy) use judge::{Asked, Change, End, gone, judge};
pub use known::{Found, Known, Object, Whose};
pub(in crate::policy) use label::clean_name;
pub use reference::{Need, Place, Reference, Thing};
pub(in crate::policy) use reference::{named, references};
pub(in crate::policy) use table::treatment;

use http::StatusCode;

use crate::docker::endpoint::Endpoint;
use crate::docker::json::Json;
use crate::identity::{Evidence, Identity};

/// Who owns what a call makes, and by which label that is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    label: String,
    name: String,
    /// True if images are everybody's.
    shares_images: bool,
}

/// What ownership asks of a permitted call besides its judgement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Own {
    /// Who owns.
    pub owner: Owner,
    /// Volumes that the call would make in passing, without a label: they are made before it.
    pub volumes: Vec<NewVolume>,
    /// What a new container is made of: the image's name, and the full id that it stood for. It may stand for
    /// another by the time the backend looks it up.
    pub image: Option<(String, String)>,
    /// The answer, where none of the backend's is needed: nothing that the call is about is the caller's.
    pub instead: Option<(StatusCode, &'static str)>,
}

/// A volume to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewVolume {
    /// Its name.
    pub name: String,
    /// The body of its create.
    pub body: Vec<u8>,
}

impl Owner {
    /// What an identity owns carries `label` with its name.
    ///
    /// No two ways to be identified give the same name: a common name that looks like another kind of
    /// evidence is written behind `cn:`.
    #[must_use]
    pub fn new(label: &str, identity: &Identity, shares_images: bool) -> Self {
        let name = identity.label();
        let common =
            matches!(&identity.evidence, Evidence::Certificate(certificate) if certificate.common_names.len() == 1);
        let odd = matches!(name.as_str(), "" | "-" | EVERYBODY)
            || ["uid:", "sha256:", "cn:"].iter().any(|kind| name.starts_with(kind));
        let name = if common && odd { format!("cn:{name}") } else { name };
        Self { label: label.to_owned(), name, shares_images }
    }

    /// The label of containers, volumes and networks.
    #[must_use]
    pub fn label(&self) -> &str {
        &self.label
    }

    /// The label of images. It is another one: a container inherits the labels of its image, and whoever
    /// runs an image that somebody made does not make the container that one's.
    #[must_use]
    pub fn image_label(&self) -> String {
        format!("{}.image", self.label)
    }

    /// The owner, as the label says it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// True if images are everybody's, and only containers, volumes and networks have owners.
    #[must_use]
    pub const fn shares_images(&self) -> bool {
        self.shares_images
    }

    /// What ownership makes of an operation.
    pub(in crate::policy) fn treats(&self, endpoint: Endpoint) -> table::Treatment {
        if self.shares_images { table::with_shared_images(endpoint) } else { treatment(endpoint) }
    }

    /// The label that things of a kind carry.
    fn label_of(&self, thing: Thing) -> String {
        if thing == Thing::Image { self.image_label() } else { self.label.clone() }
    }

    /// Whose a thing with these labels is.
    #[must_use]
    pub fn whose(&self, thing: Thing, labels: Option<&Json<'_>>) -> Whose {
        if self.shares_images && thing == Thing::Image {
            return Whose::Own;
        }
        let said = labels.and_then(|labels| labels.get(&self.label_of(thing))).and_then(Json::as_str);
        match said {
            Some(name) if name == self.name => Whose::Own,
            Some(EVERYBODY) => Whose::Shared,
            None | Some("") if thing == Thing::Image => Whose::Shared,
            Some(_) | None => Whose::Others,
        }
    }

    /// The filter of lists, such as `label=name`.
    #[must_use]
    pub fn filter(&self, thing: Thing) -> String {
        format!("{}={}", self.label_of(thing), self.name)
    }
}

/// The owner of what an operator has made for all, such as a network that everyone may use.
const EVERYBODY: &str = "*";

/// True for the networks that every host has, and that are nobody's.
#[must_use]
pub fn is_predefined_network(name: &str) -> bool {
    matches!(name, "bridge" | "host" | "none" | "default")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]
mod tests;
