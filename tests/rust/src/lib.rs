//! Calls any operation through its typed method, by name: what the conformance plan needs to drive the Rust face. And
//! the attack suite.

pub mod attacks;
#[rustfmt::skip]
mod dispatch;

use scalekit::{Client, Error};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

pub use dispatch::{METHODS, call_typed};

/// Reads a request, which the plan promises to be of the method's type.
fn read<T: DeserializeOwned>(request: Value) -> T {
    serde_json::from_value(request)
        .unwrap_or_else(|error| panic!("the plan's request does not fit its type: {error}"))
}

/// Writes an answer back as JSON, so that it can be compared with the plan's.
fn write<T: Serialize>(answer: T) -> Value {
    serde_json::to_value(answer)
        .unwrap_or_else(|error| panic!("an answer cannot be written as JSON: {error}"))
}
