//! Client for [Scalekit](https://scalekit.com): organizations, SSO, SCIM, users, roles, sessions,
//! machine tokens and connected accounts.
//!
//! Create one [`Client`] per program. It
//!
//! * calls every operation of the API, typed (`client.organizations()`, …; see [`api`]) or by name
//!   ([`Client::call`]), with safe retries and one deadline per call;
//! * logs users in ([`Client::authorization_url`], [`Client::authenticate_with_code`]);
//! * validates tokens ([`Client::validate_token`]) with the environment's keys, which it caches;
//! * verifies webhooks ([`Client::verify_webhook`]).
//!
//! Every fallible function returns [`Error`].
//!
//! ```no_run
//! use scalekit::Client;
//! use scalekit::oauth::AuthorizationUrlOptions;
//!
//! # async fn example() -> Result<(), scalekit::Error> {
//! let client = Client::from_env()?;
//!
//! // Redirect the user to this URL.
//! let options = AuthorizationUrlOptions { organization_id: Some("org_123".into()), ..Default::default() };
//! let url = client.authorization_url("https://app.example.com/callback", &options);
//!
//! // In the callback:
//! # let code = "";
//! let login = client.authenticate_with_code(code, "https://app.example.com/callback", &Default::default()).await?;
//! println!("{} signed in", login.user.email().unwrap_or("unknown"));
//!
//! // In every request:
//! let claims = client.validate_token(&login.access_token, &Default::default()).await?.claims()?;
//! assert_eq!(claims.organization_id(), login.organization_id.as_deref());
//! # Ok(())
//! # }
//! ```
//!
//! # Features
//!
//! | feature | default | content |
//! |---|---|---|
//! | `client` | yes | [`Client`], the API types and HTTP over `reqwest` and `tokio` |
//!
//! Without `client` the crate has no network and no runtime. It validates tokens with a given key
//! set ([`token::KeySet`]), verifies webhooks ([`webhook::Verifier`]) and builds login URLs
//! ([`oauth::authorization_url`]).

#[cfg(feature = "client")]
pub mod api;
#[cfg(feature = "client")]
mod case;
#[cfg(feature = "client")]
mod client;
mod config;
#[cfg(feature = "client")]
mod credentials;
mod error;
#[cfg(feature = "client")]
mod http;
pub mod oauth;
mod percent;
#[cfg(feature = "client")]
#[doc(hidden)]
pub mod request;
#[cfg(feature = "client")]
pub mod schema;
mod secret;
#[cfg(feature = "client")]
mod single_flight;
pub mod token;
#[cfg(feature = "client")]
pub mod types;
pub mod webhook;

#[cfg(feature = "client")]
#[cfg(test)]
mod test_server;

/// The result of every fallible function of this crate.
///
/// ```
/// fn client() -> scalekit::Result<scalekit::Client> {
///     scalekit::Client::builder("https://acme.scalekit.com", "skc_123", "secret").build()
/// }
/// assert!(client().is_ok());
/// ```
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Defaults and limits of the client options, for bindings.
#[doc(hidden)]
pub use config::defaults;
/// Environment variables of the client options, for bindings.
#[cfg(feature = "client")]
#[doc(hidden)]
pub use config::variables;
#[doc(hidden)]
pub use error::Message;
pub use error::{Code, Error, ErrorKind};
pub use secret::Secret;
#[cfg(feature = "client")]
pub use {
    client::{Call, CallFuture, CallOptions, Client, ClientBuilder, Page, Pages},
    config::API_VERSION,
    types::{FieldMask, InvalidTimestamp, Timestamp},
};
#[cfg(feature = "client")]
#[doc(hidden)]
pub use {http::Response, request::PreparedRequest};
