//! The protocol of OAuth 2.0 and OpenID Connect.

mod authorization_request;
mod claims;
mod client;
pub(crate) mod discovery;
mod error;
pub(crate) mod logout;
mod pkce;
pub(crate) mod token;
pub(crate) mod userinfo;

pub(crate) use authorization_request::{AuthorizationRequest, STANDARD_SCOPES};
pub(crate) use claims::{IdpInitiated, idp_initiated_token};
pub(crate) use error::{Failure, OAuthError};
