//! Client for [Scalekit](https://scalekit.com): organizations, SSO, SCIM, users, roles, sessions,
//! machine tokens and connected accounts.
//!
//! Create one [`Client`] per program. It
//!
//! * calls the API ([`api`]), with safe retries and one deadline per call;
//! * gives agents the tools and connected accounts of users ([`actions`]);
//! * calls third-party services with the credentials of connected accounts ([`proxy`]);
//! * logs users in ([`Client::authorization_url`], [`Client::authenticate_with_code`]);
//! * validates tokens ([`Client::validate_token`]) with the environment's keys, which it caches;
//! * verifies webhooks ([`Client::verify_webhook`]).
//!
//! Every fallible function returns [`Error`].
//!
//! # Calls
//!
//! A method of a resource takes ids and required values and returns the value itself. Options are
//! methods of the call, which is sent when it is awaited.
//!
//! ```
//! use scalekit::Client;
//! use scalekit::api::organizations::CreateOrganization;
//! use scalekit::api::users::CreateUser;
//!
//! # async fn example() -> scalekit::Result<()> {
//! let client = Client::from_env()?;
//!
//! let new = CreateOrganization::new("Acme").external_id("customer-7");
//! let organization = client.organizations().create(new).await?;
//!
//! client
//!     .users()
//!     .create(organization.id, CreateUser::new("ada@acme.com"))
//!     .send_invitation_email(false)
//!     .await?;
//!
//! let mut users = client.users().list().page_size(50);
//! while let Some(user) = users.try_next().await? {
//!     println!("{}", user.email);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Login
//!
//! ```
//! use scalekit::Client;
//! use scalekit::oauth::AuthorizationUrlOptions;
//!
//! # async fn example(client: Client) -> scalekit::Result<()> {
//! // Redirect the user to this URL.
//! let options = AuthorizationUrlOptions::new().organization_id("org_123");
//! let url = client.authorization_url("https://app.example.com/callback", &options);
//!
//! // In the callback:
//! # let code = "";
//! let login = client
//!     .authenticate_with_code(code, "https://app.example.com/callback", &Default::default())
//!     .await?;
//! println!("{} signed in", login.user.email().unwrap_or("unknown"));
//!
//! // In every request:
//! let token = client.validate_token(&login.access_token, &Default::default()).await?;
//! assert_eq!(token.claims()?.organization_id(), login.organization_id.as_deref());
//! # Ok(())
//! # }
//! ```
//!
//! # Features
//!
//! | feature | default | content |
//! |---|---|---|
//! | `client` | yes | [`Client`], the API types, and HTTP with `reqwest` and `tokio` |
//! | `session` | no | session cookies of web applications: module `session`; with `client`, login and sessions: module `web_auth` |
//! | `tracing` | no | a span of the crate `tracing` for each call |
//!
//! Without default features, the crate has no network and no async runtime. It validates tokens
//! with given keys ([`token::KeySet`]), verifies webhooks ([`webhook::Verifier`]) and builds login
//! URLs ([`oauth::authorization_url`]):
//!
//! ```toml
//! scalekit = { version = "0.1", default-features = false }
//! ```

#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "client")]
pub mod actions;
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
#[cfg(feature = "client")]
pub mod observe;
mod percent;
#[cfg(feature = "client")]
#[doc(hidden)]
pub mod request;
#[cfg(feature = "client")]
pub mod schema;
mod secret;
#[cfg(feature = "session")]
pub mod session;
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

#[cfg(all(feature = "client", feature = "session"))]
pub use client::web_auth;
/// Defaults and limits of the client options, for bindings.
#[doc(hidden)]
pub use config::defaults;
/// Environment variables of the client options, for bindings.
#[cfg(feature = "client")]
#[doc(hidden)]
pub use config::variables;
#[doc(hidden)]
pub use error::Message;
pub use error::{Code, Error, ErrorKind, UnknownCode};
pub use secret::Secret;
#[cfg(feature = "client")]
pub use {
    client::proxy,
    client::{Call, CallFuture, CallOptions, Client, ClientBuilder, Page, Pages},
    config::API_VERSION,
    types::{FieldMask, InvalidTimestamp, Timestamp},
};
#[cfg(feature = "client")]
#[doc(hidden)]
pub use {
    http::Response,
    request::PreparedRequest,
    single_flight::{BackgroundTask, spawn_background_tasks_with},
};
