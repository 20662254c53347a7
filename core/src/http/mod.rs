//! Sending requests: one pipeline of token, exchange and retry for every endpoint.

mod deadline;
mod outgoing;
mod pipeline;
mod pool;
mod retry;
mod stream;
mod transport;

pub(crate) use deadline::Deadline;
pub(crate) use outgoing::{FORM, JSON, MAX_SMALL_RESPONSE, Outgoing, RESERVED, wiped};
pub(crate) use pipeline::{Anonymous, BearerToken, Pipeline, TokenSource};
pub(crate) use retry::Safety;
pub(crate) use stream::{Forwarded, Streaming};
pub use transport::Response;
