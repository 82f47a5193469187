//! Fields of old clients that stood beside `HostConfig`.

use crate::docker::bridge::tree::{is_blank, object};
use crate::docker::endpoint::Endpoint;
use crate::docker::json::Json;
use crate::docker::version::ApiVersion;

/// The last version whose clients put limits beside `HostConfig`.
const LAST: ApiVersion = ApiVersion::new(20);

const LIFTED: [(&str, &str); 5] = [
    ("Memory", "Memory"),
    ("MemorySwap", "MemorySwap"),
    ("CpuShares", "CpuShares"),
    ("Cpuset", "CpusetCpus"),
    ("VolumeDriver", "VolumeDriver"),
];

/// Moves the limits of a create that an old client put beside `HostConfig` into
/// it, where every version finds them. Comes before the body is read by its
/// schema, which takes none beside it; what contradicts `HostConfig` stays, for the schema to refuse.
pub fn lift(endpoint: Endpoint, client: ApiVersion, body: &mut Json<'_>) {
    if endpoint != Endpoint::ContainerCreate || client > LAST {
        return;
    }
    for (name, within) in LIFTED {
        let Some(value) = body.get(name).filter(|value| !is_blank(value)).cloned() else { continue };
        let there = body.get("HostConfig").and_then(|host| host.get(within)).filter(|own| !is_blank(own));
        if there.is_some_and(|own| *own != value) {
            continue;
        }
        body.remove(name);
        if let Some(host) = object(body, "HostConfig") {
            host.set(within, value);
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::docker::json::parse;

    fn lifted(text: &str, client: u8) -> String {
        let mut body = parse(text.as_bytes()).unwrap();
        lift(Endpoint::ContainerCreate, ApiVersion::new(client), &mut body);
        body.to_string()
    }

    #[test]
    fn limits_of_old_clients_move_into_the_host_configuration() {
        let old = r#"{"Image":"x","CpuShares":512,"Cpuset":"0,1","Memory":0}"#;
        assert_eq!(lifted(old, 18), r#"{"Image":"x","Memory":0,"HostConfig":{"CpuShares":512,"CpusetCpus":"0,1"}}"#);
        assert_eq!(lifted(old, 21), old);
    }

    #[test]
    fn what_contradicts_the_host_configuration_stays() {
        let both = r#"{"Memory":1,"HostConfig":{"Memory":2}}"#;
        assert_eq!(lifted(both, 18), both);
        assert_eq!(lifted(r#"{"Memory":1,"HostConfig":{"Memory":0}}"#, 18), r#"{"HostConfig":{"Memory":1}}"#);
    }
}
