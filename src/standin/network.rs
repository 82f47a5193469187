//! Networks, which VIC calls scopes.

use std::net::Ipv4Addr;
use std::sync::Arc;

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::StandIn;
use super::container::{Container, Endpoint};
use super::failure::Failure;
use super::filters::Filters;
use super::json::Fields;
use super::reply::{self, Reply};
use super::request::Call;
use super::store::lock;
use super::{clock, ids};

/// A network.
pub(super) struct Network {
    pub(super) id: String,
    pub(super) name: String,
    labels: Vec<(String, String)>,
    internal: bool,
    subnet: String,
    gateway: String,
    /// The first two numbers of its addresses.
    prefix: (u8, u8),
    builtin: bool,
    given: u16,
}

impl Network {
    /// The network that is always there.
    pub(super) fn bridge() -> Self {
        Self::new("bridge", 16, true)
    }

    fn new(name: &str, number: u8, builtin: bool) -> Self {
        Self {
            id: ids::fresh(),
            name: name.to_owned(),
            labels: Vec::new(),
            internal: false,
            subnet: format!("172.{number}.0.0/16"),
            gateway: format!("172.{number}.0.1"),
            prefix: (172, number),
            builtin,
            given: 1,
        }
    }

    fn shown(&self, containers: &[Arc<Container>], is_vic: bool) -> Value {
        let labels: Map<String, Value> = self.labels.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
        let mut members = Map::new();
        for container in containers.iter().filter(|container| container.is_running()) {
            for endpoint in lock(&container.endpoints).iter() {
                if endpoint.network == self.name {
                    let address = endpoint.address.clone().unwrap_or_default();
                    members.insert(
                        container.id.clone(),
                        json!({
                            "Name": container.name(),
                            "EndpointID": endpoint.id,
                            "MacAddress": "",
                            "IPv4Address": format!("{address}/16"),
                            "IPv6Address": "",
                        }),
                    );
                }
            }
        }
        json!({
            "Name": self.name,
            "Id": self.id,
            "Created": clock::rfc3339(clock::now()),
            "Scope": if is_vic { "" } else { "local" },
            "Driver": "bridge",
            "EnableIPv6": false,
            "IPAM": {
                "Driver": if is_vic { "" } else { "default" },
                "Options": {},
                "Config": [{"Subnet": self.subnet, "Gateway": self.gateway}],
            },
            "Internal": self.internal,
            "Attachable": false,
            "Containers": members,
            "Options": {},
            "Labels": labels,
        })
    }
}

/// `GET /networks`.
pub(super) fn list(standin: &StandIn, call: &Call) -> Result<Reply, Failure> {
    let filters = Filters::parse(call.query.text("filters"))?;
    filters.only(&["name", "id", "driver", "type", "label"])?;
    let containers = standin.store.all_containers();
    let networks = lock(&standin.store.networks);
    let shown: Vec<Value> = networks
        .iter()
        .filter(|network| {
            filters.any("name", |wanted| network.name.contains(wanted))
                && filters.any("id", |wanted| network.id.starts_with(wanted))
                && filters.any("driver", |wanted| wanted == "bridge")
                && filters.any("type", |wanted| (wanted == "builtin") == network.builtin)
                && filters.labels(&network.labels)
        })
        .map(|network| network.shown(&containers, standin.settings.is_vic()))
        .collect();
    Ok(reply::ok(&Value::from(shown)))
}

/// `GET /networks/{id}`.
pub(super) fn inspect(standin: &StandIn, name: &str) -> Result<Reply, Failure> {
    let containers = standin.store.all_containers();
    let networks = lock(&standin.store.networks);
    find(&networks, name)
        .map(|network| reply::ok(&network.shown(&containers, standin.settings.is_vic())))
        .ok_or_else(|| Failure::not_found(format!("network {name} not found")))
}

/// `POST /networks/create`.
pub(super) async fn create(standin: &Arc<StandIn>, mut call: Call) -> Result<Reply, Failure> {
    let body = call.read_json().await?;
    let given = Fields::of(&body)?;
    let name = given.text("Name")?;
    let ipam = given.object("IPAM")?;
    let configs = ipam.get("Config").and_then(Value::as_array);
    if configs.is_some_and(|configs| configs.len() > 1) {
        return Err(Failure::internal("at most one ipam config supported"));
    }
    match given.text("Driver")? {
        "" | "bridge" | "default" => {}
        "external" => return Err(Failure::internal("cannot create external networks")),
        _ => return Err(Failure::internal("scope type not supported")),
    }
    let mut networks = lock(&standin.store.networks);
    if networks.iter().any(|network| network.name == name) {
        return Err(Failure::conflict(format!("vicnetwork {name} already exists")));
    }
    let used = |number: &u8| networks.iter().any(|network| network.prefix == (172, *number));
    let number = (17..=250).find(|number| !used(number)).unwrap_or(251);
    let mut network = Network::new(name, number, false);
    network.labels = given.labels("Labels")?;
    network.internal = given.flag("Internal")?;
    if let Some(config) = configs.and_then(|configs| configs.first()) {
        let config = Fields::of(config)?;
        take_range(&mut network, config.text("Subnet")?, config.text("Gateway")?)?;
    }
    let id = network.id.clone();
    networks.push(network);
    let created = json!({"Id": id, "Warning": ""});
    Ok(reply::json(StatusCode::CREATED, &created))
}

fn take_range(network: &mut Network, subnet: &str, gateway: &str) -> Result<(), Failure> {
    if subnet.is_empty() {
        return Ok(());
    }
    let address = subnet.split('/').next().unwrap_or("");
    let address: Ipv4Addr =
        address.parse().map_err(|_| Failure::internal(format!("invalid CIDR address: {subnet}")))?;
    let [first, second, third, _] = address.octets();
    network.prefix = (first, second);
    network.subnet = subnet.to_owned();
    network.gateway = if gateway.is_empty() { format!("{first}.{second}.{third}.1") } else { gateway.to_owned() };
    Ok(())
}

/// `POST /networks/{id}/connect`.
pub(super) async fn connect(standin: &Arc<StandIn>, name: &str, mut call: Call) -> Result<Reply, Failure> {
    let body = call.read_json().await?;
    let given = Fields::of(&body)?;
    let container =
        standin.store.container(given.text("Container")?).map_err(|_| Failure::internal("container not found"))?;
    let Some(network) = find(&lock(&standin.store.networks), name).map(|n| n.name.clone()) else {
        return Err(Failure::internal(format!("scope {name} not found")));
    };
    let endpoint = new_endpoint(&network, given.object("EndpointConfig")?)?;
    let mut endpoints = lock(&container.endpoints);
    if endpoints.iter().any(|endpoint| endpoint.network == network) {
        return Err(Failure::internal(format!("container is already connected to network {network}")));
    }
    endpoints.push(endpoint);
    Ok(reply::empty(StatusCode::OK))
}

/// `POST /networks/{id}/disconnect`, which VIC does not have.
pub(super) async fn disconnect(standin: &Arc<StandIn>, name: &str, mut call: Call) -> Result<Reply, Failure> {
    let body = call.read_json().await?;
    let container = standin.store.container(Fields::of(&body)?.text("Container")?)?;
    let Some(network) = find(&lock(&standin.store.networks), name).map(|n| n.name.clone()) else {
        return Err(Failure::not_found(format!("network {name} not found")));
    };
    lock(&container.endpoints).retain(|endpoint| endpoint.network != network);
    Ok(reply::empty(StatusCode::OK))
}

/// `DELETE /networks/{id}`.
pub(super) fn remove(standin: &StandIn, name: &str) -> Result<Reply, Failure> {
    let containers = standin.store.all_containers();
    let mut networks = lock(&standin.store.networks);
    let Some(network) = find(&networks, name) else {
        return Err(Failure::not_found(format!("network {name} not found")));
    };
    if network.builtin {
        return Err(Failure::internal("cannot remove builtin scope"));
    }
    let in_use = containers.iter().any(|container| {
        let endpoints = lock(&container.endpoints);
        container.is_running() && endpoints.iter().any(|e| e.network == network.name)
    });
    if in_use {
        return Err(Failure::internal(format!("{} has active endpoints", network.name)));
    }
    let id = network.id.clone();
    networks.retain(|network| network.id != id);
    Ok(reply::empty(StatusCode::NO_CONTENT))
}

/// The network that a new container joins; `None` when it asks for none at all.
pub(super) fn endpoint(standin: &StandIn, config: Fields<'_>, host: Fields<'_>) -> Result<Option<Endpoint>, Failure> {
    if config.flag("NetworkDisabled")? {
        return Ok(None);
    }
    let asked = config.object("NetworkingConfig")?.object("EndpointsConfig")?;
    let mut entries = asked.entries();
    let only = entries.next();
    if entries.next().is_some() {
        return Err(Failure::internal("NetworkMode error: Container can be connected to one vicnetwork endpoint only"));
    }
    let is_vic = standin.settings.is_vic();
    let has_host = config.object("HostConfig")?.is_there();
    // The one endpoint overrides the mode.
    let mode = match only {
        Some((name, _)) => name.as_str(),
        None => host.text("NetworkMode")?,
    };
    let wanted = match mode {
        "" if is_vic && !has_host => {
            return Err(Failure::portlayer("unknown error (status 405): {resp:0xc4204d2240}"));
        }
        "" | "default" => "bridge",
        "none" | "host" if !is_vic => return Ok(None),
        other => other,
    };
    let found = find(&lock(&standin.store.networks), wanted).map(|network| network.name.clone());
    let Some(network) = found else {
        let scope = wanted.split(':').next().unwrap_or(wanted);
        return Err(if is_vic {
            Failure::portlayer(format!(
                "[POST /scopes/{{scope}}/containers][500] addContainerInternalServerError  &{{Code:0 Message:scope {scope} not found}}"
            ))
        } else {
            Failure::not_found(format!("network {wanted} not found"))
        });
    };
    let settings = match only {
        Some((_, settings)) => Fields::of(settings)?,
        None => Fields::of(&Value::Null)?,
    };
    new_endpoint(&network, settings).map(Some)
}

fn new_endpoint(network: &str, settings: Fields<'_>) -> Result<Endpoint, Failure> {
    let address = settings.object("IPAMConfig")?.text("IPv4Address")?;
    if !address.is_empty() && address.parse::<Ipv4Addr>().is_err() {
        return Err(Failure::portlayer(format!("invalid ip address {address:?}")));
    }
    Ok(Endpoint {
        network: network.to_owned(),
        id: ids::fresh(),
        address: (!address.is_empty()).then(|| address.to_owned()),
        is_static: !address.is_empty(),
        aliases: settings.strings("Aliases")?.unwrap_or_default(),
    })
}

/// Gives each endpoint of a container that starts an address.
pub(super) fn take_addresses(standin: &StandIn, container: &Container) {
    let mut networks = lock(&standin.store.networks);
    for endpoint in lock(&container.endpoints).iter_mut() {
        let network = networks.iter_mut().find(|n| n.name == endpoint.network);
        if let (Some(network), None) = (network, &endpoint.address) {
            network.given = network.given.wrapping_add(1).max(2);
            let [high, low] = network.given.to_be_bytes();
            let (first, second) = network.prefix;
            endpoint.address = Some(Ipv4Addr::new(first, second, high, low).to_string());
        }
    }
}

/// Takes the addresses back that were not asked for.
pub(super) fn leave_addresses(container: &Container) {
    for endpoint in lock(&container.endpoints).iter_mut() {
        if !endpoint.is_static {
            endpoint.address = None;
        }
    }
}

/// The gateway of the network that an address is in.
pub(super) fn gateway_of(address: &str) -> String {
    match address.parse::<Ipv4Addr>() {
        Ok(address) => {
            let [first, second, _, _] = address.octets();
            format!("{first}.{second}.0.1")
        }
        Err(_) => String::new(),
    }
}

/// A network by its name, its id or the start of it.
fn find<'a>(networks: &'a [Network], name: &str) -> Option<&'a Network> {
    let exact = networks.iter().find(|network| network.name == name || network.id == name);
    exact.or_else(|| networks.iter().find(|network| !name.is_empty() && network.id.starts_with(name)))
}
