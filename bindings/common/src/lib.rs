//! Shared logic of the language bindings. Bindings use this crate only, never the core or the
//! transcoder directly.
//!
//! | module | content |
//! |---|---|
//! | [`call`] | the call of an operation by name, with protobuf or JSON |
//! | [`login`] | requests to the token endpoint |
//! | [`options`] | the client options: names, types, limits, defaults, environment variables |
//! | [`language`] | differences between languages: names, units, words, URL style |
//! | [`exceptions`] | the exception classes |
//! | [`failure`] | an error with all its fields |
//! | [`guard`] | panics become errors |
//! | [`process`] | the runtime, and values that do not survive a fork |
//! | [`proxy`] | requests to third-party services |
//! | [`recording`] | the attempts of a call, for logs, traces and metrics |
//! | [`runtime`] | blocking calls and background tasks |
//! | [`gate`] | the shutdown of the language |
//! | [`tasks`] | background tasks by number |
//! | [`tokens`] | token validation with cached keys, PKCE |
//! | [`urls`] | login and logout URLs |
//! | [`web_auth`] | login and sessions of web applications |
//! | [`webhooks`] | verification of webhooks and interceptor requests |

pub mod call;
pub mod exceptions;
pub mod failure;
pub mod gate;
pub mod guard;
pub mod language;
pub mod login;
pub mod options;
pub mod process;
pub mod proxy;
pub mod recording;
pub mod runtime;
pub mod tasks;
pub mod tokens;
pub mod urls;
pub mod web_auth;
pub mod webhooks;

pub use failure::{BindingError, Failure};
pub use language::Language;
pub use options::ClientOptions;

pub use scalekit::oauth::CodeOptions;
pub use scalekit::{API_VERSION, Client, Code, Error, ErrorKind, Secret};

/// The version of the packages.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
