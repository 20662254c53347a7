//! Calls operations by name through the typed methods of the Rust client, for the conformance
//! tests. Also contains the attack suite.

pub mod attacks;
#[rustfmt::skip]
mod dispatch;

use scalekit::{Client, Error};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

pub use dispatch::{METHODS, call_typed};

/// Converts a request of the plan to the type of the method.
fn read<T: DeserializeOwned>(request: Value) -> T {
    serde_json::from_value(request)
        .unwrap_or_else(|error| panic!("the plan's request does not match its type: {error}"))
}

/// Converts a response to JSON, to compare it with the response of the plan.
fn write<T: Serialize>(response: T) -> Value {
    serde_json::to_value(response)
        .unwrap_or_else(|error| panic!("the response cannot be converted to JSON: {error}"))
}
