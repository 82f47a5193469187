//! What exists: containers, execs, images, networks, volumes.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::container::Container;
use super::exec::Exec;
use super::failure::Failure;
use super::image::Image;
use super::network::Network;
use super::volume::Volume;

/// Everything that a stand-in holds, each kind behind its own lock. No two are held at once.
pub(super) struct Store {
    pub(super) containers: Mutex<Vec<Arc<Container>>>,
    pub(super) execs: Mutex<Vec<Arc<Exec>>>,
    pub(super) images: Mutex<Vec<Image>>,
    pub(super) networks: Mutex<Vec<Network>>,
    pub(super) volumes: Mutex<Vec<Volume>>,
}

impl Store {
    pub(super) fn new() -> Self {
        Self {
            containers: Mutex::new(Vec::new()),
            execs: Mutex::new(Vec::new()),
            images: Mutex::new(super::shipped::shipped()),
            networks: Mutex::new(vec![Network::bridge()]),
            volumes: Mutex::new(Vec::new()),
        }
    }

    /// A container by its id, its name or the only id that starts so.
    pub(super) fn container(&self, name: &str) -> Result<Arc<Container>, Failure> {
        let containers = lock(&self.containers);
        let bare = name.trim_start_matches('/');
        let exact = containers.iter().find(|container| container.id == bare || container.name() == bare);
        if let Some(container) = exact {
            return Ok(Arc::clone(container));
        }
        let mut starting = containers.iter().filter(|container| !bare.is_empty() && container.id.starts_with(bare));
        match (starting.next(), starting.next()) {
            (Some(only), None) => Ok(Arc::clone(only)),
            (None, _) | (Some(_), Some(_)) => Err(Failure::no_such_container(name)),
        }
    }

    pub(super) fn all_containers(&self) -> Vec<Arc<Container>> {
        lock(&self.containers).clone()
    }
}

/// Locks, whatever a task that died in between has left.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
