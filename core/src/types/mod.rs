//! Types of message fields ([`api`](crate::api)) and their proto3 JSON form.

mod duration;
mod field_mask;
pub(crate) mod json;
mod number;
mod one_of;
pub(crate) mod proto_enum;
mod redacted;
mod timestamp;

use serde::{Deserialize, Serialize};

pub use field_mask::FieldMask;
pub use jiff::SignedDuration;
pub use timestamp::{InvalidTimestamp, Timestamp};

pub(crate) use json::{or_default, unset};
pub(crate) use one_of::{OneOfError, one_of};
pub(crate) use proto_enum::proto_enum;
pub(crate) use redacted::redacted;

/// A response without content.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Empty {}

#[cfg(test)]
mod tests;
