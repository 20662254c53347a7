//! What the language bindings share. Bindings use this crate only, never the core or the
//! transcoder directly.
//!
//! | module | content |
//! |---|---|
//! | [`call`] | the call of an operation by name, with protobuf or JSON |
//! | [`options`] | the client options: names, types, limits, defaults, environment variables |
//! | [`language`] | what differs between languages: names, units, words, URL style |
//! | [`exceptions`] | the exception classes |
//! | [`failure`] | an error with all its fields |
//! | [`guard`] | panics become errors |
//! | [`process`] | the runtime, and values that do not survive a fork |
//! | [`tokens`] | token validation with cached keys, PKCE |
//! | [`urls`] | login and logout URLs |

pub mod call;
pub mod exceptions;
pub mod failure;
pub mod guard;
pub mod language;
pub mod options;
pub mod process;
pub mod tokens;
pub mod urls;

pub use scalekit::webhook as webhooks;

pub use failure::{BindingError, Failure};
pub use language::Language;
pub use options::ClientOptions;

pub use scalekit::oauth::{AuthenticationResult, ClientToken, CodeOptions, RefreshResult};
pub use scalekit::webhook::Purpose;
pub use scalekit::{API_VERSION, Client, Code, Error, ErrorKind, Secret};

/// The version of the packages.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
