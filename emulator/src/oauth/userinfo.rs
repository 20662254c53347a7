//! `/userinfo` (OpenID Connect Core 1.0, section 5.3).

use http::StatusCode;

use super::grants::Access;
use super::{OAuthError, claims};
use crate::app::App;
use crate::http::{Reply, Request};

pub(super) fn answer(app: &App, request: &Request) -> anyhow::Result<Reply> {
    let state = app.read();
    let grant = match request
        .bearer()
        .and_then(|token| state.grants.access(token, app.clock.now()))
    {
        Some(Access::User(grant)) => grant,
        _ => return Ok(OAuthError::new("invalid_token", "a user's access token is needed").into_reply()),
    };
    let Some(user) = state.users.get(&grant.user_id) else {
        return Ok(OAuthError::new("invalid_token", "the user is gone").into_reply());
    };
    let mut about = claims::profile(user, &grant.scope);
    about.insert("sub".to_owned(), user.id.clone().into());
    Ok(Reply::json(StatusCode::OK, &about))
}
