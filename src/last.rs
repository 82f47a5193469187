//! Threads that come last: where others want the processor, they have it.

use std::cell::RefCell;
use std::io;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use thread_priority::{
    NormalThreadSchedulePolicy, ThreadPriority, ThreadSchedulePolicy, set_thread_priority_and_policy, thread_native_id,
};

/// `SCHED_IDLE`, sched(7): whoever is woken where such a thread runs has the processor at once. Before a thread of the
/// lowest priority (nice 19) has run for its time slice, it has not.
pub(crate) const POLICY: ThreadSchedulePolicy = ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Idle);

/// Starts one. If such a policy is forbidden (seccomp), it is a thread among others.
///
/// # Errors
/// The system has no thread.
fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let run = move || {
        let _ = set_thread_priority_and_policy(thread_native_id(), ThreadPriority::Min, POLICY);
        run();
    };
    thread::Builder::new().name(name.into()).spawn(run).map(drop)
}

/// A thread that comes last, of each worker that has had work for it. There is none until then.
#[derive(Debug)]
pub(crate) struct Last<T>(RefCell<Option<Sender<T>>>);

impl<T: Send + 'static> Last<T> {
    pub(crate) const fn new() -> Self {
        Self(RefCell::new(None))
    }

    /// Gives it work, which `run` does until the worker has ended; or gives that back, if the system has no thread.
    pub(crate) fn give(&self, name: &str, work: T, run: fn(&Receiver<T>)) -> Result<(), T> {
        let mut last = self.0.borrow_mut();
        if last.is_none() {
            let (send, receive) = channel();
            *last = spawn(name, move || run(&receive)).ok().map(|()| send);
        }
        match &*last {
            Some(last) => last.send(work).map_err(|unsent| unsent.0),
            None => Err(work),
        }
    }
}

type Job = Box<dyn FnOnce() + Send>;

thread_local! {
    /// It does one after the other, so that no more memory is taken than one takes.
    static BESIDE: Last<Job> = const { Last::new() };
}

/// Has work done beside the worker, while that serves others; or here if there is no thread to be had.
pub(crate) fn beside(job: impl FnOnce() + Send + 'static) {
    // Whoever sends much waits longer.
    let run = |jobs: &Receiver<Job>| jobs.iter().for_each(|job| job());
    if let Err(job) = BESIDE.with(|beside| beside.give("beside", Box::new(job), run)) {
        job();
    }
}
