//! The connections of one worker: how many there are, and how they learn that
//! the server is ending, or that what let them in has changed.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::task::{Context, Waker};

use tokio::sync::Notify;

use super::drain::Phase;

/// All connections of a worker. Lives in the worker's thread.
pub(super) struct Tasks {
    phase: Cell<Phase>,
    /// How often there was a reload.
    reloads: Cell<u32>,
    wakers: RefCell<Wakers>,
    empty: Notify,
}

/// One connection among the [`Tasks`].
pub(super) struct Task {
    tasks: Rc<Tasks>,
    slot: usize,
    /// The reload that this connection has seen.
    seen: Cell<u32>,
    registered: Cell<bool>,
}

#[derive(Default)]
struct Wakers {
    slots: Vec<Option<Waker>>,
    free: Vec<usize>,
}

impl Tasks {
    pub(super) fn new() -> Rc<Self> {
        Rc::new(Self {
            phase: Cell::new(Phase::Serving),
            reloads: Cell::new(0),
            wakers: RefCell::new(Wakers::default()),
            empty: Notify::new(),
        })
    }

    /// Adds a connection, until the [`Task`] is dropped.
    pub(super) fn add(self: &Rc<Self>) -> Task {
        let mut wakers = self.wakers.borrow_mut();
        let slot = wakers.free.pop().unwrap_or(wakers.slots.len());
        if slot == wakers.slots.len() {
            wakers.slots.push(None);
        }
        Task { tasks: self.clone(), slot, seen: self.reloads.clone(), registered: Cell::new(false) }
    }

    /// Says how far the end has come, and wakes every connection to look.
    pub(super) fn enter(&self, phase: Phase) {
        self.phase.set(phase);
        self.wake_all();
        if self.is_empty() {
            self.empty.notify_one();
        }
    }

    /// Has every connection look whether it may go on.
    pub(super) fn reloaded(&self) {
        self.reloads.set(self.reloads.get().wrapping_add(1));
        self.wake_all();
    }

    fn wake_all(&self) {
        self.wakers.borrow().slots.iter().flatten().for_each(Waker::wake_by_ref);
    }

    pub(super) fn is_empty(&self) -> bool {
        let wakers = self.wakers.borrow();
        wakers.slots.len() == wakers.free.len()
    }

    /// Waits until there is no connection.
    pub(super) async fn emptied(&self) {
        while !self.is_empty() {
            self.empty.notified().await;
        }
    }
}

impl Task {
    /// How far the end has come. The task of `cx` is woken when that changes; it
    /// must be the same task at every call.
    pub(super) fn poll_phase(&self, cx: &Context<'_>) -> Phase {
        if !self.registered.replace(true)
            && let Some(slot) = self.tasks.wakers.borrow_mut().slots.get_mut(self.slot)
        {
            *slot = Some(cx.waker().clone());
        }
        self.tasks.phase.get()
    }

    /// True once after each reload. The task is woken for it as by [`Task::poll_phase`].
    pub(super) fn is_after_reload(&self) -> bool {
        let reloads = self.tasks.reloads.get();
        self.seen.replace(reloads) != reloads
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        let mut wakers = self.tasks.wakers.borrow_mut();
        let waker = wakers.slots.get_mut(self.slot).and_then(Option::take);
        wakers.free.push(self.slot);
        let empty = wakers.slots.len() == wakers.free.len();
        drop(wakers);
        drop(waker);
        if empty {
            self.tasks.empty.notify_one();
        }
    }
}
