//! Access policies: who may do what.
//!
//! A policy maps identities to roles and roles to rules. A call needs a rule
//! that allows it; a rule that denies beats every rule that allows; a call that
//! no rule speaks of is refused. Rules look at the facts of a call
//! ([`facts`](super::facts)), never at its spelling.
