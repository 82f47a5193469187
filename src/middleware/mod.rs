//! One file, one layer. The stack reads top to bottom in `stack()`.

pub mod framing;
