//! Runs random sequences of operations on the emulator and on a simple model of it. Both must
//! always agree.

#![allow(missing_docs, clippy::unwrap_used)]

mod check;
mod emulated;
mod machine;
mod model;
mod step;
