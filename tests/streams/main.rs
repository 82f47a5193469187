//! Streams over real sockets: raw clients, the gateway, a raw backend, and every
//! byte between them decided here.

#![allow(unreachable_pub, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::disallowed_methods)]

#[path = "../process/mod.rs"]
mod process;
#[path = "../support/mod.rs"]
mod support;

/// Runs cases on every way in and every way out.
macro_rules! on_every_transport {
    ($($case:ident)*) => { $(
        mod $case {
            use crate::support::Transport::{Tcp, Tls, Unix};

            #[tokio::test]
            async fn tcp_to_tcp() { super::$case(Tcp, Tcp).await }
            #[tokio::test]
            async fn tcp_to_unix() { super::$case(Tcp, Unix).await }
            #[tokio::test]
            async fn tcp_to_tls() { super::$case(Tcp, Tls).await }
            #[tokio::test]
            async fn unix_to_tcp() { super::$case(Unix, Tcp).await }
            #[tokio::test]
            async fn unix_to_unix() { super::$case(Unix, Unix).await }
            #[tokio::test]
            async fn unix_to_tls() { super::$case(Unix, Tls).await }
            #[tokio::test]
            async fn tls_to_tcp() { super::$case(Tls, Tcp).await }
            #[tokio::test]
            async fn tls_to_unix() { super::$case(Tls, Unix).await }
            #[tokio::test]
            async fn tls_to_tls() { super::$case(Tls, Tls).await }
        }
    )* };
}

mod calls;
mod descriptors;
mod drain;
mod ends;
mod faults;
mod hijack;
mod hold;
mod limits;
mod matrix;
mod memory;
mod wire;
