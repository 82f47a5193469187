//! Images: list and inspect.

use super::Answer;
use crate::docker::bridge::tree::{LIST, OBJECT, default, instead_of_null, is_blank, items, retain, string, text};
use crate::docker::json::Json;

const NO_TAG: &str = "<none>:<none>";
const NO_DIGEST: &str = "<none>@<none>";
const NO_DATE: &str = "0001-01-01T00:00:00Z";

/// The images of a list, of a disk usage, or the one of an inspect.
fn each(json: &mut Json<'_>, rewrite: impl Fn(&mut Json<'_>)) {
    if let Some(images) = json.get_mut("Images") {
        items(images).for_each(rewrite);
    } else if matches!(json, Json::Array(_)) {
        items(json).for_each(rewrite);
    } else if json.get("Id").is_some() {
        rewrite(json);
    }
}

/// Below 1.43 an image without a name has the name `<none>`.
pub(crate) fn none_names(answer: &mut Answer<'_, '_, '_>) {
    each(answer.json, |image| {
        let blank = |name| image.get(name).is_none_or(is_blank);
        if blank("RepoTags") && blank("RepoDigests") {
            image.set("RepoTags", vec![string(NO_TAG)]);
            image.set("RepoDigests", vec![string(NO_DIGEST)]);
        }
    });
}

/// From 1.43 on it has none.
pub(crate) fn no_none_names(answer: &mut Answer<'_, '_, '_>) {
    each(answer.json, |image| {
        for (name, none) in [("RepoTags", NO_TAG), ("RepoDigests", NO_DIGEST)] {
            if let Some(names) = image.get_mut(name) {
                retain(names, |text| text.as_str() != Some(none));
            }
            instead_of_null(image, &[name], LIST);
            default(image, name, LIST);
        }
    });
}

/// Below 1.44 the size has a second name, and a missing date is the first of all dates.
pub(crate) fn virtual_size(answer: &mut Answer<'_, '_, '_>) {
    let inspected = answer.json.get("Id").is_some();
    each(answer.json, |image| {
        let size = image.get("Size").cloned().unwrap_or(Json::from(0));
        default(image, "VirtualSize", size);
        if inspected && text(image, &["Created"]).is_empty() {
            image.set("Created", NO_DATE);
        }
    });
}

/// From 1.44 on they are left out.
pub(crate) fn no_virtual_size(answer: &mut Answer<'_, '_, '_>) {
    each(answer.json, |image| {
        image.remove("VirtualSize");
        if text(image, &["Created"]) == NO_DATE {
            image.remove("Created");
        }
    });
}

/// Below 1.45 the container that an image was made from is shown.
pub(crate) fn container(answer: &mut Answer<'_, '_, '_>) {
    default(answer.json, "Container", "");
    default(answer.json, "ContainerConfig", OBJECT);
}

/// From 1.45 on it is not.
pub(crate) fn no_container(answer: &mut Answer<'_, '_, '_>) {
    answer.json.remove("Container");
    answer.json.remove("ContainerConfig");
}

/// The descriptor and the manifests are shown from 1.48 on.
pub(crate) fn no_descriptor(answer: &mut Answer<'_, '_, '_>) {
    each(answer.json, |image| {
        image.remove("Descriptor");
        image.remove("Manifests");
    });
}

/// What of a container's configuration an image never had, but showed below 1.50.
const NOT_OF_IMAGES: [(&str, Json<'static>); 10] = [
    ("Hostname", Json::String(std::borrow::Cow::Borrowed(""))),
    ("Domainname", Json::String(std::borrow::Cow::Borrowed(""))),
    ("AttachStdin", Json::Bool(false)),
    ("AttachStdout", Json::Bool(false)),
    ("AttachStderr", Json::Bool(false)),
    ("Tty", Json::Bool(false)),
    ("OpenStdin", Json::Bool(false)),
    ("StdinOnce", Json::Bool(false)),
    ("Image", Json::String(std::borrow::Cow::Borrowed(""))),
    ("NetworkDisabled", Json::Bool(false)),
];

/// What an image's configuration showed below 1.52 also where it is not set.
const ALWAYS_THERE: [(&str, Json<'static>); 8] = [
    ("User", Json::String(std::borrow::Cow::Borrowed(""))),
    ("Env", Json::Null),
    ("Cmd", Json::Null),
    ("Volumes", Json::Null),
    ("WorkingDir", Json::String(std::borrow::Cow::Borrowed(""))),
    ("Entrypoint", Json::Null),
    ("OnBuild", Json::Null),
    ("Labels", Json::Null),
];

/// Below 1.50 the configuration has all fields of a container's.
pub(crate) fn container_fields(answer: &mut Answer<'_, '_, '_>) {
    if let Some(config) = answer.json.get_mut("Config") {
        for (name, zero) in NOT_OF_IMAGES.iter().filter(|(name, _)| *name != "NetworkDisabled") {
            default(config, name, zero.clone());
        }
    }
}

/// From 1.50 on it has those of an image.
pub(crate) fn no_container_fields(answer: &mut Answer<'_, '_, '_>) {
    if let Some(config) = answer.json.get_mut("Config") {
        for (name, _) in NOT_OF_IMAGES.iter().chain(&[("MacAddress", Json::Null), ("StopTimeout", Json::Null)]) {
            config.remove(name);
        }
    }
}

/// Below 1.51 a list does not count containers.
pub(crate) fn containers_unknown(answer: &mut Answer<'_, '_, '_>) {
    each(answer.json, |image| image.set("Containers", -1));
}

/// Below 1.52 fields without a value are there all the same.
pub(crate) fn empty_fields(answer: &mut Answer<'_, '_, '_>) {
    for name in ["Parent", "Comment", "DockerVersion", "Author"] {
        default(answer.json, name, "");
    }
    if let Some(config) = answer.json.get_mut("Config") {
        for (name, zero) in &ALWAYS_THERE {
            default(config, name, zero.clone());
        }
    }
}

/// From 1.52 on they are left out.
pub(crate) fn no_empty_fields(answer: &mut Answer<'_, '_, '_>) {
    let drop = |json: &mut Json<'_>, name: &str| {
        if json.get(name).is_some_and(is_blank) {
            json.remove(name);
        }
    };
    for name in ["Parent", "Comment", "DockerVersion", "Author"] {
        drop(answer.json, name);
    }
    if let Some(config) = answer.json.get_mut("Config") {
        for (name, _) in &ALWAYS_THERE {
            drop(config, name);
        }
    }
}
