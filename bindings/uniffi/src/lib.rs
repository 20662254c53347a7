//! The native library of the Kotlin and Swift packages.
//!
//! The interface is small: a client, one function for all operations with JSON requests and
//! responses, login and tokens. The packages generate typed services on top of it. Token validation
//! with cached keys and webhooks have functions for JNI and C.
//!
//! Every exported function returns a `Result` and catches panics, because a panic in a function
//! without a `Result` would abort a Swift program.

// UniFFI has no boxed errors.
#![allow(clippy::result_large_err)]

mod c;
mod call;
mod cancellation;
mod client;
mod failure;
#[cfg(feature = "jni")]
mod jni;
mod login;
mod options;
mod proxy;
mod task;
mod tokens;
mod urls;

pub use call::{CallRequest, CallResponse, HttpHeader};
pub use cancellation::Cancellation;
pub use client::NativeClient;
pub use failure::{Failure, NativeError};
pub use login::{
    IdpInitiatedLogin, LoginTokens, MachineToken, PkcePair, RefreshedTokens, generate_pkce,
    pkce_from_verifier,
};
pub use options::ClientOptions;
pub use proxy::{Parameter, ProxyBody, ProxyRequest};
pub use tokens::TokenChecks;
pub use urls::{AuthorizationParameters, LogoutParameters};

use scalekit_bindings::exceptions::Exception;
use scalekit_bindings::{API_VERSION, call::operations, guard};

uniffi::setup_scaffolding!();

/// Facts about the library, which the tests of the packages compare with the package.
#[derive(Debug, uniffi::Record)]
pub struct About {
    /// The version of the library.
    pub version: String,
    /// The value of the `x-api-version` header.
    pub api_version: String,
    /// The names of all operations.
    pub operations: Vec<String>,
    /// The names of all exception classes. Base classes come first.
    pub exceptions: Vec<String>,
}

/// Returns facts about the library.
///
/// # Errors
/// Never fails.
#[uniffi::export]
pub fn about() -> Result<About, NativeError> {
    guard::run(|| {
        Ok(About {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            api_version: API_VERSION.to_owned(),
            operations: operations().map(str::to_owned).collect(),
            exceptions: Exception::ALL
                .iter()
                .map(|class| class.name().to_owned())
                .collect(),
        })
    })
}

/// Returns the number of calls that are in progress in all clients of the process, for tests of
/// cancellation.
///
/// # Errors
/// Never fails.
#[uniffi::export]
pub fn live_calls() -> Result<u64, NativeError> {
    guard::run(|| Ok(task::live()))
}
