//! Traffic: the log of requests, and faults that change responses.

mod faults;
mod log;

pub(crate) use faults::{Effect, Fault, Faults};
pub(crate) use log::{Filter, Log};
