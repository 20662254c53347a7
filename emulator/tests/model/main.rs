//! Random sequences of operations, put to the emulator and to a plain model of what it must do: both agree, always.

#![allow(missing_docs, clippy::unwrap_used)]

mod check;
mod emulated;
mod machine;
mod model;
mod step;
