//! Ports of the host.

use std::borrow::Cow;
use std::fmt;

use super::collect::{Collector, Here, each_text};
use super::{Kind, Value};
use crate::docker::json::Json;
use crate::docker::schema::Path;

/// A port of the host, or a range of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostPort<'b> {
    /// The address to bind; empty for all addresses.
    pub address: Cow<'b, str>,
    /// First and last port; `None` leaves the choice to the daemon.
    pub range: Option<(u16, u16)>,
    /// `tcp`, `udp` or `sctp`.
    pub protocol: Cow<'b, str>,
}

impl fmt::Display for HostPort<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.address.is_empty() {
            write!(f, "{}:", self.address)?;
        }
        match self.range {
            None => f.write_str("random")?,
            Some((first, last)) if first == last => write!(f, "{first}")?,
            Some((first, last)) => write!(f, "{first}-{last}")?,
        }
        write!(f, "/{}", self.protocol)
    }
}

/// `PortBindings`: `{"80/tcp": [{"HostIp": "", "HostPort": "8080"}]}`.
pub(super) fn bindings<'b>(c: &mut Collector<'b>, value: &'b Json<'b>, at: &Path<'_>) {
    for (port, bindings) in value.as_object().unwrap_or_default() {
        let path = at.key(port);
        let protocol = port.split_once('/').map_or("tcp", |(_, protocol)| protocol);
        for (index, binding) in bindings.as_array().unwrap_or_default().iter().enumerate() {
            let text = |name: &str| binding.get(name).and_then(Json::as_str).unwrap_or_default();
            host_port(c, text("HostIp"), text("HostPort"), protocol, Here::json(&path.index(index), binding));
        }
    }
}

/// `PublishAllPorts`: each exposed port gets one that the daemon chooses.
pub(super) fn publish_all<'b>(c: &mut Collector<'b>, value: &'b Json<'b>, at: &Path<'_>) {
    if value.as_bool() == Some(true) {
        host_port(c, "", "", "tcp", Here::json(at, value));
    }
}

/// `PortSpecs` of API 1.19 and before: `[HOST:]CONTAINER`.
pub(super) fn specs<'b>(c: &mut Collector<'b>, value: &'b Json<'b>, at: &Path<'_>) {
    each_text(c, value, at, |c, text, here| {
        let (spec, protocol) = text.split_once('/').unwrap_or((text, "tcp"));
        let mut parts = spec.rsplitn(3, ':').skip(1);
        let (port, address) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        host_port(c, address, port, protocol, here);
    });
}

/// `EndpointSpec.Ports` of a service.
pub(super) fn service_ports<'b>(c: &mut Collector<'b>, value: &'b Json<'b>, at: &Path<'_>) {
    for (index, item) in value.as_array().unwrap_or_default().iter().enumerate() {
        let port = item.get("PublishedPort").and_then(Json::as_number).unwrap_or("0");
        let protocol = item.get("Protocol").and_then(Json::as_str).filter(|protocol| !protocol.is_empty());
        host_port(c, "", port, protocol.unwrap_or("tcp"), Here::json(&at.index(index), item));
    }
}

fn host_port<'b>(c: &mut Collector<'b>, address: &'b str, port: &'b str, protocol: &'b str, here: Here<'_, 'b>) {
    let Some(range) = range(port) else {
        c.unreadable(here);
        return;
    };
    // All three words mean every address.
    let address = if matches!(address, "0.0.0.0" | "::" | "[::]") { "" } else { address };
    let protocol = match protocol {
        "tcp" | "udp" | "sctp" => Cow::Borrowed(protocol),
        other => Cow::Owned(other.to_ascii_lowercase()),
    };
    c.closed(Kind::Port, here, Value::Port(HostPort { address: Cow::Borrowed(address), range, protocol }));
}

/// First and last port of `8000-8010`; nothing and `0` are the daemon's choice.
#[allow(clippy::option_option)]
fn range(text: &str) -> Option<Option<(u16, u16)>> {
    if text.is_empty() {
        return Some(None);
    }
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let number =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<u16>().ok()).flatten();
    match (number(first)?, number(last)?) {
        (0, 0) => Some(None),
        (first, last) if first <= last => Some(Some((first, last))),
        _ => None,
    }
}
