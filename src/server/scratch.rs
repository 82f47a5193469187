//! One read buffer per thread, borrowed for the moment: a connection that waits owns none.

use std::cell::RefCell;

/// Size of the buffer, in bytes. Half of it costs a third more CPU per byte; twice
/// it costs less upward only, and would be kept aside for each stalled reader.
const SIZE: usize = 128 * 1024;

thread_local! {
    static SCRATCH: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Runs `read` with the thread's buffer. It must not call this again.
pub(super) fn with<T>(read: impl FnOnce(&mut [u8]) -> T) -> T {
    SCRATCH.with_borrow_mut(|scratch| {
        scratch.resize(SIZE, 0);
        read(scratch)
    })
}
