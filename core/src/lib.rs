//! Client and token verifier for [Scalekit](https://scalekit.com): organizations, SSO, SCIM, users, roles, sessions,
//! machine tokens and connected accounts.
//!
//! One [`Client`] serves a whole program. It
//!
//! * calls every operation of the API, typed (`client.organizations()`, …; see [`api`]) or by name
//!   ([`Client::call`]), with retries where they are safe and one deadline over all of it;
//! * signs users in ([`Client::authorization_url`], [`Client::authenticate_with_code`]);
//! * validates tokens ([`Client::validate_token`]) against the environment's keys, which it keeps;
//! * verifies webhooks ([`webhook`]).
//!
//! Everything that can fail returns the one [`Error`].
//!
//! ```no_run
//! use scalekit::Client;
//! use scalekit::oauth::AuthorizationUrlOptions;
//!
//! # async fn example() -> Result<(), scalekit::Error> {
//! let client = Client::from_env()?;
//!
//! // Where to send a user of this organization to sign in.
//! let options = AuthorizationUrlOptions { organization_id: Some("org_123".into()), ..Default::default() };
//! let url = client.authorization_url("https://app.example.com/callback", &options);
//!
//! // In the callback.
//! # let code = "";
//! let login = client.authenticate_with_code(code, "https://app.example.com/callback", &Default::default()).await?;
//! println!("{} signed in", login.user.email().unwrap_or("someone"));
//!
//! // On every request.
//! let claims = client.validate_token(&login.access_token, &Default::default()).await?.claims()?;
//! assert_eq!(claims.organization_id(), login.organization_id.as_deref());
//! # Ok(())
//! # }
//! ```

#[rustfmt::skip]
pub mod api;
pub mod call;
mod client;
mod config;
mod credentials;
mod error;
pub mod oauth;
pub mod operation;
mod secret;
pub mod token;
pub mod types;
pub mod webhook;

#[cfg(test)]
mod test_server;

pub use call::{CallOptions, PreparedRequest, Reply};
pub use client::Client;
pub use config::{API_VERSION, ClientBuilder};
pub use error::{Class, Code, Error, ErrorKind};
pub use secret::Secret;
pub use types::{FieldMask, InvalidTimestamp, Timestamp};
