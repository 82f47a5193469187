//! A stream of events, cut to what is the caller's. Those of networks and volumes have no labels, so that
//! the backend is asked about each network and volume that is heard of first.

use std::collections::{HashMap, VecDeque};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use super::find::is_own;
use crate::backend::Backend;
use crate::body::Rewrite;
use crate::docker::version::ApiVersion;
use crate::error::Error;
use crate::policy::own::{Events, Heard, Owner, Thing};

/// How many networks and volumes are remembered.
const REMEMBERED: usize = 4096;

pub(super) struct OwnEvents {
    events: Events,
    /// What was heard, and waits for an answer about what stands first.
    heard: VecDeque<Heard>,
    asking: Option<Asking>,
    /// What is known of networks and volumes: whether they are the owner's.
    known: HashMap<(Thing, String), bool>,
    backend: Arc<Backend>,
    version: Option<ApiVersion>,
    owner: Owner,
}

type Asking = Pin<Box<dyn Future<Output = Result<bool, Error>> + Send>>;

impl OwnEvents {
    pub(super) fn new(backend: Arc<Backend>, version: Option<ApiVersion>, owner: Owner) -> Self {
        let events = Events::new(owner.clone());
        Self { events, heard: VecDeque::new(), asking: None, known: HashMap::new(), backend, version, owner }
    }

    /// Notes what is the owner's already: of what is gone by then nobody can be asked.
    pub(super) fn knows(mut self, thing: Thing, ids: impl IntoIterator<Item = String>) -> Self {
        self.known.extend(ids.into_iter().map(|id| ((thing, id), true)));
        self
    }

    /// What can go on of what was heard, up to what must be asked about.
    fn sort(&mut self) -> Vec<u8> {
        let mut out = Vec::new();
        while let Some(heard) = self.heard.pop_front() {
            match heard {
                Heard::Own(line) => out.extend(line),
                Heard::Asks { thing, id, gone, line } => {
                    let key = (thing, id);
                    match self.known.get(&key).copied() {
                        Some(own) => {
                            if own {
                                out.extend(line);
                            }
                            if gone {
                                self.known.remove(&key);
                            }
                        }
                        // What nobody knew is gone, and nobody can be asked.
                        None if gone => {}
                        None => {
                            let (thing, id) = key;
                            let (backend, owner, version) = (self.backend.clone(), self.owner.clone(), self.version);
                            let name = id.clone();
                            self.asking =
                                Some(Box::pin(async move { is_own(&backend, version, &owner, thing, &name).await }));
                            self.heard.push_front(Heard::Asks { thing, id, gone, line });
                            break;
                        }
                    }
                }
            }
        }
        out
    }
}

impl Rewrite for OwnEvents {
    fn push(&mut self, bytes: &[u8]) -> Result<Vec<u8>, String> {
        self.heard.extend(self.events.push(bytes)?);
        Ok(self.sort())
    }

    fn end(&mut self) -> Result<Vec<u8>, String> {
        self.heard.extend(self.events.end()?);
        Ok(self.sort())
    }

    fn is_done(&self) -> bool {
        false
    }

    fn poll_wait(&mut self, cx: &mut Context<'_>) -> Poll<Result<Vec<u8>, String>> {
        while let Some(asking) = &mut self.asking {
            let own = ready!(asking.as_mut().poll(cx)).map_err(|error| error.message)?;
            self.asking = None;
            if let Some(Heard::Asks { thing, id, .. }) = self.heard.front() {
                if self.known.len() >= REMEMBERED {
                    self.known.retain(|_, own| *own);
                }
                self.known.insert((*thing, id.clone()), own);
            }
            let out = self.sort();
            if !out.is_empty() {
                return Poll::Ready(Ok(out));
            }
        }
        Poll::Ready(Ok(Vec::new()))
    }
}
