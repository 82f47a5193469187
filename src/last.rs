//! Threads that come last: where others want the processor, they have it.

use std::cell::RefCell;
use std::io;
use std::sync::mpsc::{Sender, channel};
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
pub(crate) fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let run = move || {
        let _ = set_thread_priority_and_policy(thread_native_id(), ThreadPriority::Min, POLICY);
        run();
    };
    thread::Builder::new().name(name.into()).spawn(run).map(drop)
}

type Job = Box<dyn FnOnce() + Send>;

thread_local! {
    /// One thread for each worker that has had such work: it is done piece by piece, so that no more memory is taken
    /// than one takes. `None` until then, and where the system gave none.
    static BESIDE: RefCell<Option<Sender<Job>>> = const { RefCell::new(None) };
}

/// Has work done beside the worker, while that serves others; or here if there is no thread to be had.
pub(crate) fn beside(job: impl FnOnce() + Send + 'static) {
    let job: Job = Box::new(job);
    let left = BESIDE.with_borrow_mut(|beside| {
        if beside.is_none() {
            *beside = start();
        }
        match beside {
            Some(beside) => beside.send(job).err().map(|unsent| unsent.0),
            None => Some(job),
        }
    });
    if let Some(job) = left {
        job();
    }
}

/// Starts the thread. It ends with its worker.
fn start() -> Option<Sender<Job>> {
    let (beside, jobs) = channel::<Job>();
    // Whoever sends much waits longer.
    spawn("beside", move || jobs.iter().for_each(|job| job())).ok()?;
    Some(beside)
}
