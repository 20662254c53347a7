//! `/oidc/logout` (OpenID Connect RP-Initiated Logout 1.0).

use http::StatusCode;

use super::page;
use crate::app::App;
use crate::http::{Reply, Request};
use crate::keys::decode_claims;

pub(super) fn answer(app: &App, request: &Request) -> anyhow::Result<Reply> {
    let given = if request.method == http::Method::POST {
        request.form()
    } else {
        request.query()
    };
    // An expired token still says whose session ends, so only its signature counts.
    let hint = given
        .get("id_token_hint")
        .map(|token| decode_claims(&app.keys, token));
    if let Some(None) = hint {
        return page::error("The id_token_hint is not a token of this environment.");
    }
    if let Some(session) = hint
        .flatten()
        .and_then(|claims| claims["sid"].as_str().map(str::to_owned))
    {
        app.change(|state| state.log_out(&app.ctx(), &session));
    }
    let Some(target) = given.get("post_logout_redirect_uri") else {
        return page::message(StatusCode::OK, "Logged out", "You are logged out.");
    };
    let Ok(mut target) = url::Url::parse(target) else {
        return page::error("The post_logout_redirect_uri is not a URL.");
    };
    if !matches!(target.scheme(), "http" | "https") {
        return page::error("The post_logout_redirect_uri must be http or https.");
    }
    if let Some(state) = given.get("state") {
        target.query_pairs_mut().append_pair("state", state);
    }
    Ok(Reply::redirect(target.as_str()))
}
