//! `client.actions()` with the emulator.
#![allow(clippy::unwrap_used, unreachable_pub)]

mod accounts;
mod arguments;
mod calls;
mod environment;
mod guide;
mod proxied;
mod requests;
mod tools;
