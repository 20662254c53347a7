//! The links of connected accounts. Behind every connection the emulator plays the third-party service and its user, who
//! agrees; with `decision=deny` the user does not.

use http::StatusCode;

use crate::app::App;
use crate::http::{Reply, Request};
use crate::pages;

/// Where the browser ends when the application wants it nowhere else.
pub(super) fn done() -> anyhow::Result<Reply> {
    pages::message(
        StatusCode::OK,
        "Account connected",
        "The account is connected. You can close this window.",
        None,
    )
}

pub(super) fn authorize(app: &App, request: &Request) -> anyhow::Result<Reply> {
    let query = request.query();
    if query.get("decision") == Some("deny") {
        return pages::message(
            StatusCode::OK,
            "Account not connected",
            "The account was not authorized. Nothing has changed.",
            None,
        );
    }
    let ctx = app.ctx();
    let token = query.get("token").unwrap_or_default();
    let link = match app.change(|state| state.follow_magic_link(&ctx, token)) {
        Ok(link) => link,
        Err(problem) => return pages::error(problem),
    };
    let Some(back) = link.user_verify_url else {
        return done();
    };
    let Ok(mut back) = url::Url::parse(&back) else {
        return pages::error("The address to go back to is no URL.");
    };
    let mut parameters = back.query_pairs_mut();
    parameters.append_pair("auth_request_id", &link.auth_request_id);
    if let Some(state) = &link.state {
        parameters.append_pair("state", state);
    }
    drop(parameters);
    Ok(Reply::redirect(back.as_str()))
}
