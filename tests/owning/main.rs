//! What an identity creates is its own, and what is others' is not there: two holders of certificates
//! through the program, in front of the stand-in.

#![allow(unreachable_pub, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::disallowed_methods)]

#[allow(dead_code)]
#[path = "../support/certs.rs"]
mod certs;
mod images;
mod names;
mod others;
#[path = "../process/mod.rs"]
mod process;
mod races;
mod setup;
mod things;
