//! Threads that come last: where others want the processor, they have it.

use std::io;
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
