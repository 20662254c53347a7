//! The native addon of the npm package: glue between JavaScript values and the core, without rules of its own.
//!
//! Nothing here throws and no promise is made here: a function returns what was asked for or a failure, of which the
//! package makes an exception, and what takes time is delivered through a mailbox. State lives in externals instead of
//! classes, so that an addon which is loaded by several contexts of one thread shares nothing between them.

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
mod runtime;
mod tokens;
mod urls;
mod webhooks;

use napi_derive::napi;
use scalekit::{API_VERSION, Class, schema::OPERATIONS};

/// What the package can check itself against.
#[napi(object, object_from_js = false)]
pub(crate) struct About {
    /// The version of this addon.
    pub version: &'static str,
    /// The `x-api-version` that is sent.
    pub api_version: &'static str,
    /// The names of all operations.
    pub operations: Vec<&'static str>,
    /// The names of all exceptions, bases first.
    pub exceptions: Vec<&'static str>,
}

/// What this addon is.
#[napi]
pub(crate) fn about() -> About {
    About {
        version: env!("CARGO_PKG_VERSION"),
        api_version: API_VERSION,
        operations: OPERATIONS.iter().map(|operation| operation.name).collect(),
        exceptions: Class::ALL.map(Class::name).to_vec(),
    }
}
