//! When what nobody reads is acknowledged.

use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicU32, Ordering};

use nix::sys::socket::setsockopt;
use nix::{getsockopt_impl, libc, setsockopt_impl, sockopt_impl};
use tokio::net::TcpStream;

/// The option of Linux 6.15 and later, of which `libc` does not know (linux/tcp.h).
const TCP_DELACK_MAX_US: libc::c_int = 46;

sockopt_impl!(
    /// How long an acknowledgement waits for something that it could go with, in microseconds at most.
    AckDelayMax,
    Both,
    libc::IPPROTO_TCP,
    TCP_DELACK_MAX_US,
    u32
);

/// The shortest and the longest delay, in milliseconds: less is not to be had where the kernel's clock has 250 ticks a
/// second, and more makes no difference to it.
const DELAYS: RangeInclusive<u32> = 8..=40;

/// Has bytes that are neither read nor answered acknowledged after another delay than on the connection before.
///
/// Whoever sends a little on each of a thousand connections has the kernel acknowledge all of it 40 ms later, within
/// half a millisecond and more in which nobody else has that processor. With as many delays as there are, it takes a
/// tenth of that each time. A kernel that does not know the option does as ever.
pub(super) fn spread(stream: &TcpStream) {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let delay = DELAYS.start() + NEXT.fetch_add(1, Ordering::Relaxed) % (DELAYS.end() - DELAYS.start() + 1);
    let _ = setsockopt(stream, AckDelayMax, &(delay * 1000));
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::BTreeSet;

    use nix::errno::Errno;
    use nix::sys::socket::getsockopt;
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn connections_that_come_together_are_acknowledged_apart() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut delays = BTreeSet::new();
        for _ in DELAYS {
            let stream = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
            if getsockopt(&stream, AckDelayMax) == Err(Errno::ENOPROTOOPT) {
                // A kernel that does not know it: nothing is lost.
                assert_eq!(setsockopt(&stream, AckDelayMax, &8000), Err(Errno::ENOPROTOOPT));
                return spread(&stream);
            }
            spread(&stream);
            delays.insert(getsockopt(&stream, AckDelayMax).unwrap());
        }
        // As many as the kernel's clock has ticks within that time: nine of 250 a second.
        assert!(delays.len() > 2, "{delays:?}");
    }
}
