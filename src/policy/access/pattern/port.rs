//! Patterns over ports of the host.

use crate::policy::facts::HostPort;

/// `[ADDRESS:]PORTS[/PROTOCOL]`, where `PORTS` is `80`, `8000-8999`, `random` or `*`.
#[derive(Clone, Debug)]
pub(super) struct PortPattern {
    address: Option<String>,
    ports: Ports,
    protocol: Option<String>,
}

#[derive(Clone, Copy, Debug)]
enum Ports {
    All,
    /// The daemon's choice.
    Random,
    Range(u16, u16),
}

impl PortPattern {
    pub(super) fn new(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is not of the form [ADDRESS:]PORT[-PORT][/PROTOCOL]");
        let (rest, protocol) = text.split_once('/').map_or((text, None), |(rest, protocol)| (rest, Some(protocol)));
        if protocol.is_some_and(|protocol| !matches!(protocol, "tcp" | "udp" | "sctp")) {
            return Err(wrong());
        }
        let (address, ports) = rest.rsplit_once(':').map_or((None, rest), |(address, ports)| (Some(address), ports));
        let address = address.map(|address| address.trim_start_matches('[').trim_end_matches(']'));
        if address.is_some_and(|address| address.parse::<std::net::IpAddr>().is_err()) {
            return Err(wrong());
        }
        let ports = match ports {
            "*" => Ports::All,
            "random" => Ports::Random,
            range => {
                let (first, last) = range.split_once('-').unwrap_or((range, range));
                match (first.parse(), last.parse()) {
                    (Ok(first), Ok(last)) if first <= last && first > 0 => Ports::Range(first, last),
                    _ => return Err(wrong()),
                }
            }
        };
        Ok(Self { address: address.map(str::to_owned), ports, protocol: protocol.map(str::to_owned) })
    }

    /// True if every port of the range is one that the pattern names.
    pub(super) fn grants(&self, port: &HostPort<'_>) -> bool {
        let ports = match (self.ports, port.range) {
            (Ports::All, _) | (Ports::Random, None) => true,
            (Ports::Range(first, last), Some((from, to))) => first <= from && to <= last,
            (Ports::Random, Some(_)) | (Ports::Range(..), None) => false,
        };
        ports
            && self.address.as_ref().is_none_or(|address| *address == port.address)
            && self.protocol.as_ref().is_none_or(|protocol| *protocol == port.protocol)
    }

    /// True if one port of the range is one that the pattern names.
    pub(super) fn catches(&self, port: &HostPort<'_>) -> bool {
        let ports = match (self.ports, port.range) {
            (Ports::All, _) | (Ports::Random, None) => true,
            (Ports::Range(first, last), Some((from, to))) => first <= to && from <= last,
            (Ports::Random, Some(_)) | (Ports::Range(..), None) => false,
        };
        ports
            && self.address.as_ref().is_none_or(|address| port.address.is_empty() || *address == port.address)
            && self.protocol.as_ref().is_none_or(|protocol| *protocol == port.protocol)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn port(address: &'static str, range: Option<(u16, u16)>, protocol: &'static str) -> HostPort<'static> {
        HostPort { address: address.into(), range, protocol: protocol.into() }
    }

    #[test]
    fn a_range_grants_what_lies_within_and_catches_what_it_touches() {
        let pattern = PortPattern::new("8000-8999").unwrap();
        assert!(pattern.grants(&port("", Some((8000, 8010)), "tcp")));
        assert!(!pattern.grants(&port("", Some((7999, 8010)), "tcp")) && !pattern.grants(&port("", None, "tcp")));
        assert!(pattern.catches(&port("", Some((7999, 8010)), "udp")));
        assert!(!pattern.catches(&port("", Some((1, 7999)), "tcp")));
    }

    #[test]
    fn an_address_binds_to_that_address_only() {
        let pattern = PortPattern::new("127.0.0.1:8000-8999/tcp").unwrap();
        assert!(pattern.grants(&port("127.0.0.1", Some((8000, 8000)), "tcp")));
        assert!(!pattern.grants(&port("", Some((8000, 8000)), "tcp")));
        assert!(!pattern.grants(&port("127.0.0.1", Some((8000, 8000)), "udp")));
        assert!(pattern.catches(&port("", Some((8000, 8000)), "tcp")));
        assert!(PortPattern::new("[::1]:80").unwrap().grants(&port("::1", Some((80, 80)), "tcp")));
    }

    #[test]
    fn the_daemon_s_choice_has_a_word_of_its_own() {
        assert!(PortPattern::new("random").unwrap().grants(&port("", None, "tcp")));
        assert!(!PortPattern::new("random").unwrap().grants(&port("", Some((80, 80)), "tcp")));
        assert!(PortPattern::new("*").unwrap().grants(&port("", None, "tcp")));
        assert!(!PortPattern::new("1-65535").unwrap().grants(&port("", None, "tcp")));
    }

    #[test]
    fn what_is_no_port_is_refused() {
        for text in ["", "http", "0", "80-70", "80/icmp", "host:80", "70000", "80-", "-80"] {
            assert!(PortPattern::new(text).is_err(), "{text}");
        }
    }
}
