//! Login: OAuth 2.0 (RFC 6749) with PKCE (RFC 7636), and OpenID Connect.
//!
//! [`authorization_url`](crate::Client::authorization_url) and
//! [`logout_url`](crate::Client::logout_url) only build URLs. The code and refresh exchanges call
//! the token endpoint, never with the client's own access token.

mod options;
mod pkce;
mod results;
#[cfg(feature = "client")]
mod token_endpoint;
mod url;
mod user;

pub use options::{AuthorizationUrlOptions, CodeOptions, LogoutUrlOptions};
pub use pkce::Pkce;
pub use results::{AuthenticationResult, ClientToken, RefreshResult};
#[cfg(feature = "client")]
pub(crate) use token_endpoint::{TokenResponse, request_token};
#[doc(hidden)]
pub use url::{
    AUTHORIZATION_PATH, LOGOUT_PATH, authorization_parameters, logout_parameters, with_query,
};
pub use url::{authorization_url, logout_url};
pub use user::User;
