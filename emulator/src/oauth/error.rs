//! Errors of the token endpoint (RFC 6749 section 5.2).

use http::StatusCode;
use http::header::{CACHE_CONTROL, WWW_AUTHENTICATE};
use serde_json::json;

use crate::http::Response;

/// An OAuth error response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OAuthError {
    /// The error code, such as `invalid_grant`.
    pub(crate) code: &'static str,
    pub(crate) description: String,
}

impl OAuthError {
    pub(crate) fn new(code: &'static str, description: impl Into<String>) -> Self {
        Self {
            code,
            description: description.into(),
        }
    }

    pub(crate) fn invalid_request(description: impl Into<String>) -> Self {
        Self::new("invalid_request", description)
    }

    pub(crate) fn invalid_grant(description: impl Into<String>) -> Self {
        Self::new("invalid_grant", description)
    }

    pub(crate) fn invalid_client(description: impl Into<String>) -> Self {
        Self::new("invalid_client", description)
    }

    pub(crate) fn into_response(self) -> Response {
        let status = match self.code {
            "invalid_client" | "invalid_token" => StatusCode::UNAUTHORIZED,
            _ => StatusCode::BAD_REQUEST,
        };
        let body = json!({ "error": self.code, "error_description": self.description });
        let response = Response::json(status, &body).header(CACHE_CONTROL, "no-store");
        match self.code {
            "invalid_client" => response.header(WWW_AUTHENTICATE, "Basic realm=\"scalekit\""),
            "invalid_token" => response.header(WWW_AUTHENTICATE, "Bearer error=\"invalid_token\""),
            _ => response,
        }
    }
}
