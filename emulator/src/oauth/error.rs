//! Errors of the protocol (RFC 6749, sections 4.1.2.1 and 5.2).

use http::StatusCode;
use http::header::{CACHE_CONTROL, WWW_AUTHENTICATE};
use serde_json::json;

use crate::http::Response;

/// An error for the client or the application.
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

    /// Returns the response of the token endpoint or of userinfo.
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

/// A failed request.
pub(crate) enum Failure {
    /// Returned to the client or the application.
    Rejected(OAuthError),
    /// An error in the emulator.
    Internal(anyhow::Error),
}

impl From<OAuthError> for Failure {
    fn from(error: OAuthError) -> Self {
        Self::Rejected(error)
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::Internal(error)
    }
}
