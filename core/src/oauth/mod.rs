//! Signing users in: OAuth 2.0 (RFC 6749) with PKCE (RFC 7636), and OpenID Connect.
//!
//! [`authorization_url`](crate::Client::authorization_url) and [`logout_url`](crate::Client::logout_url) only write
//! text; the exchanges call the token endpoint, never with the service token.

mod endpoint;
mod exchange;
mod pkce;
mod results;
mod url;
mod user;

pub(crate) use endpoint::TokenReply;
pub use exchange::CodeOptions;
pub use pkce::Pkce;
pub use results::{AuthenticationResult, ClientToken, RefreshResult};
pub use url::{AuthorizationUrlOptions, LogoutUrlOptions, UrlStyle};
pub use user::User;

#[cfg(test)]
mod tests;
