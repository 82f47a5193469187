//! What a call asks of the host, read once and said in one way.
//!
//! The API has many spellings for one thing: a bind stands in `Binds`, in
//! `Mounts`, in the options of a volume driver, in the spec of a service. Rules
//! speak about the thing, so it is taken out of the call here, whatever its
//! spelling, and access policies never look at a body themselves.
