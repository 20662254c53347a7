//! The native addon of the npm package. It converts between JavaScript values and the core.
//!
//! Functions do not throw: they return a value or a `Failure`, which the package converts to an
//! exception. They do not return promises: results of background tasks are delivered through a
//! `Mailbox`.
//!
//! JavaScript holds the addon's state in externals instead of classes. If several contexts of one
//! thread load the addon, they therefore share no state.

#![cfg_attr(
    test,
    allow(
        dead_code,
        reason = "napi's macros register nothing in a test build, which has no Node"
    )
)]

mod client;
mod failure;
mod guard;
mod mailbox;
mod oauth;
mod options;
#[cfg(debug_assertions)]
mod panics;
mod proxy;
mod tokens;
mod urls;
mod web_auth;
mod webhooks;

use napi_derive::napi;
use scalekit_bindings::exceptions::Exception;
use scalekit_bindings::{API_VERSION, VERSION, call, options::variables};

/// Facts about the addon, which the package's tests compare with the package.
#[napi(object, object_from_js = false)]
pub(crate) struct About {
    /// The version of this addon.
    pub version: &'static str,
    /// The value of the `x-api-version` header.
    pub api_version: &'static str,
    /// The names of all operations.
    pub operations: Vec<&'static str>,
    /// The names of all exceptions. Base classes come first.
    pub exceptions: Vec<&'static str>,
    /// The environment variables of the environment URL, the client id and the client secret.
    pub variables: Vec<&'static str>,
}

/// Returns facts about the addon.
#[napi]
pub(crate) fn about() -> About {
    About {
        version: VERSION,
        api_version: API_VERSION,
        operations: call::operations().collect(),
        exceptions: Exception::ALL.iter().map(|class| class.name()).collect(),
        variables: variables::CREDENTIALS.map(|names| names[0]).to_vec(),
    }
}
