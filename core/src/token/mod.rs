//! Token validation: RS256 with the environment's keys (RFC 7515, 7517, 7519).
//!
//! [`KeySet`] validates tokens without I/O and takes the time as a parameter.
//! [`Client::validate_token`](crate::Client::validate_token) adds the environment's keys, fetched
//! and cached.

mod claims;
mod error;
mod header;
#[cfg(feature = "client")]
mod key_cache;
mod key_set;
mod registered;
mod signature_cache;
#[cfg(test)]
pub(crate) mod testing;
mod validation;

pub use claims::{Claims, IdpInitiatedLoginClaims};
pub use error::TokenError;
#[cfg(feature = "client")]
pub(crate) use header::check_header;
#[cfg(feature = "client")]
pub(crate) use key_cache::{KeyCache, Snapshot};
pub use key_set::{KeySet, Validation};
#[cfg(feature = "client")]
pub(crate) use validation::{Checks, seconds};
pub use validation::{TokenValidation, VerifiedToken};
