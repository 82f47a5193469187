//! Published ports.

use super::super::StandIn;
use super::super::failure::Failure;
use super::super::store::lock;
use super::{Container, Published};

/// Maps the ports of a container that starts.
pub(super) fn publish(standin: &StandIn, container: &Container) -> Result<(), Failure> {
    let taken: Vec<u16> = standin
        .store
        .all_containers()
        .iter()
        .flat_map(|other| lock(&other.published).clone())
        .map(|port| port.public)
        .collect();
    let mut published: Vec<Published> = Vec::new();
    for binding in &container.spec.ports {
        let is_free = |port: u16| !taken.contains(&port) && published.iter().all(|p| p.public != port);
        let public = match binding.public {
            Some(wanted) if !is_free(wanted) => {
                return Err(Failure::portlayer(format!("error mapping ports: port {wanted} is not available")));
            }
            Some(wanted) => wanted,
            None => (32_768..=u16::MAX).find(|&port| is_free(port)).unwrap_or(0),
        };
        published.push(Published { private: binding.private, protocol: binding.protocol.clone(), public });
    }
    *lock(&container.published) = published;
    Ok(())
}
