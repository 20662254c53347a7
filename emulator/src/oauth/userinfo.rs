//! The endpoint `/userinfo` (OpenID Connect Core 1.0, section 5.3).

use http::StatusCode;

use super::{OAuthError, claims};
use crate::app::App;
use crate::http::{Request, Response};
use crate::state::Access;

pub(crate) fn handle(app: &App, request: &Request) -> anyhow::Result<Response> {
    let state = app.read();
    let grant = match request
        .bearer()
        .and_then(|token| state.grants.access(token, app.clock.now()))
    {
        Some(Access::User(grant)) => grant,
        _ => {
            return Ok(
                OAuthError::new("invalid_token", "the access token of a user is required")
                    .into_response(),
            );
        }
    };
    let Some(user) = state.users.get(&grant.user_id) else {
        return Ok(OAuthError::new("invalid_token", "the user was deleted").into_response());
    };
    let mut claims = claims::profile(user, &grant.scope);
    claims.insert("sub".to_owned(), user.id.clone().into());
    Ok(Response::json(StatusCode::OK, &claims))
}
