//! How many connections may be open: in all, in their handshake, and per peer.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::identity::{Evidence, Identity};
use crate::settings::Limits;

/// The numbers of open connections, as they are now; for metrics.
#[derive(Clone, Debug, Default)]
pub struct Connections(Arc<Open>);

#[derive(Debug, Default)]
struct Open {
    connections: AtomicUsize,
    tunnels: AtomicUsize,
}

impl Connections {
    /// Client connections, tunnels among them.
    #[must_use]
    pub fn open(&self) -> usize {
        self.0.connections.load(Ordering::Relaxed)
    }

    /// Hijacked connections.
    #[must_use]
    pub fn tunnels(&self) -> usize {
        self.0.tunnels.load(Ordering::Relaxed)
    }
}

/// Counts the open connections of a server.
#[derive(Debug)]
pub(super) struct Counts {
    open: Connections,
    handshakes: AtomicUsize,
    max_open: usize,
    max_handshakes: usize,
    per_peer: Mutex<HashMap<Peer, usize>>,
    max_per_peer: usize,
}

/// What a peer is counted by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Peer {
    Certificate(String),
    User(u32),
    Address(IpAddr),
}

/// The place of one open connection; dropping it makes room.
#[derive(Debug)]
pub(super) struct Place(Arc<Counts>);

/// A connection in the number of tunnels.
#[derive(Debug)]
pub(super) struct TunnelPlace(Arc<Open>);

/// The place of one handshake.
#[derive(Debug)]
pub(super) struct HandshakePlace(Arc<Counts>);

/// The place of a connection among those of its peer.
#[derive(Debug)]
pub(super) struct PeerPlace(Option<(Arc<Counts>, Peer)>);

impl Counts {
    pub(super) fn new(limits: &Limits, open: Connections) -> Arc<Self> {
        let max_open = limits.max_connections.max(1);
        Arc::new(Self {
            open,
            handshakes: AtomicUsize::new(0),
            max_open,
            // Peers that connect and stay silent must not fill every place there is.
            max_handshakes: if limits.max_handshakes == 0 { max_open.div_ceil(4) } else { limits.max_handshakes },
            per_peer: Mutex::default(),
            max_per_peer: limits.max_connections_per_peer,
        })
    }

    /// A place for a new connection; `None` when there are as many as may be.
    pub(super) fn place(self: &Arc<Self>) -> Option<Place> {
        take(&self.open.0.connections, self.max_open).then(|| Place(self.clone()))
    }

    /// Counts a tunnel, until the place is dropped.
    pub(super) fn tunnel(&self) -> TunnelPlace {
        self.open.0.tunnels.fetch_add(1, Ordering::Relaxed);
        TunnelPlace(self.open.0.clone())
    }

    /// A place for a handshake; `None` when as many as may be are under way.
    pub(super) fn handshake(self: &Arc<Self>) -> Option<HandshakePlace> {
        take(&self.handshakes, self.max_handshakes).then(|| HandshakePlace(self.clone()))
    }

    /// A place among the connections of this peer; `None` when it has as many as it may.
    pub(super) fn peer(self: &Arc<Self>, identity: &Identity) -> Option<PeerPlace> {
        if self.max_per_peer == 0 {
            return Some(PeerPlace(None));
        }
        let peer = match (&identity.evidence, identity.address) {
            (Evidence::Certificate(certificate), _) => Peer::Certificate(certificate.fingerprint.clone()),
            (Evidence::UnixPeer { uid, .. }, _) => Peer::User(*uid),
            (Evidence::Nobody, Some(address)) => Peer::Address(address.ip().to_canonical()),
            (Evidence::Nobody, None) => return Some(PeerPlace(None)),
        };
        let mut per_peer = self.per_peer.lock().unwrap_or_else(PoisonError::into_inner);
        let open = per_peer.entry(peer.clone()).or_default();
        if *open >= self.max_per_peer {
            return None;
        }
        *open += 1;
        Some(PeerPlace(Some((self.clone(), peer))))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.open.0.connections.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Drop for TunnelPlace {
    fn drop(&mut self) {
        self.0.tunnels.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Drop for HandshakePlace {
    fn drop(&mut self) {
        self.0.handshakes.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Drop for PeerPlace {
    fn drop(&mut self) {
        let Some((counts, peer)) = self.0.take() else { return };
        let mut per_peer = counts.per_peer.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(open) = per_peer.get_mut(&peer) {
            *open -= 1;
            if *open == 0 {
                per_peer.remove(&peer);
            }
        }
    }
}

fn take(count: &AtomicUsize, max: usize) -> bool {
    count.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |open| (open < max).then_some(open + 1)).is_ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn counts(max_connections: usize, max_connections_per_peer: usize) -> Arc<Counts> {
        Counts::new(&Limits { max_connections, max_connections_per_peer, ..Limits::default() }, Connections::default())
    }

    fn from(address: &str) -> Identity {
        Identity { evidence: Evidence::Nobody, address: Some(address.parse().unwrap()) }
    }

    #[test]
    fn a_closed_connection_makes_room_for_another() {
        let counts = counts(2, 0);
        let (first, second) = (counts.place(), counts.place());
        assert!(first.is_some() && second.is_some() && counts.place().is_none());
        drop(first);
        assert!(counts.place().is_some());
    }

    #[test]
    fn peers_are_counted_one_by_one() {
        let counts = counts(9, 1);
        let first = counts.peer(&from("192.0.2.1:1000")).unwrap();
        assert!(counts.peer(&from("192.0.2.1:2000")).is_none());
        assert!(counts.peer(&from("[::ffff:192.0.2.1]:2000")).is_none());
        assert!(counts.peer(&from("192.0.2.2:1000")).is_some());
        drop(first);
        assert!(counts.peer(&from("192.0.2.1:1000")).is_some());
        assert!(counts.per_peer.lock().unwrap().is_empty());
    }
}
