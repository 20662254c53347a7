//! The session in a handler.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use scalekit::session::Session;
use scalekit::web_auth::Requirements;

use crate::context::Context;

/// The session of a signed-in user. Requests without one receive the response of
/// [`WebAuth::require`](scalekit::web_auth::WebAuth::require).
#[derive(Clone, Debug)]
pub struct SignedIn(pub Session);

/// The session of a request, if the user is signed in.
#[derive(Clone, Debug)]
pub struct MaybeSignedIn(pub Option<Session>);

impl<S: Sync> FromRequestParts<S> for SignedIn {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Response> {
        let Some(context) = parts.extensions.get::<Context>() else {
            let message = "SignedIn requires the layer of ScalekitAuth::layer";
            return Err((StatusCode::INTERNAL_SERVER_ERROR, message).into_response());
        };
        if let Some(response) = context.deny(&Requirements::new()).await {
            return Err(response);
        }
        let session = context.session().await.session.clone();
        session
            .map(Self)
            .ok_or_else(|| StatusCode::UNAUTHORIZED.into_response())
    }
}

impl<S: Sync> FromRequestParts<S> for MaybeSignedIn {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        let Some(context) = parts.extensions.get::<Context>() else {
            return Ok(Self(None));
        };
        Ok(Self(context.session().await.session.clone()))
    }
}
