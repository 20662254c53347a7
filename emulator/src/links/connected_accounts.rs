//! Authorization links of connected accounts.
//!
//! The emulator simulates the third-consent service and the user. Access is granted by default and
//! denied with `decision=deny`.

use http::StatusCode;

use crate::app::App;
use crate::http::{Request, Response};
use crate::pages;

/// Returns the last page of a link without a `user_verify_url`.
pub(crate) fn handle_done() -> anyhow::Result<Response> {
    pages::message(
        StatusCode::OK,
        "Account connected",
        "The account is connected. You can close this window.",
        None,
    )
}

pub(crate) fn handle(app: &App, request: &Request) -> anyhow::Result<Response> {
    let query = request.query();
    if query.get("decision") == Some("deny") {
        return pages::message(
            StatusCode::OK,
            "Account not connected",
            "Access was denied. The connected account is unchanged.",
            None,
        );
    }
    let ctx = app.ctx();
    let token = query.get("token").unwrap_or_default();
    let link = match app.change(|state| state.follow_magic_link(&ctx, token)) {
        Ok(link) => link,
        Err(problem) => return pages::error(problem),
    };
    let Some(verify_url) = link.user_verify_url else {
        return handle_done();
    };
    let Ok(mut redirect) = url::Url::parse(&verify_url) else {
        return pages::error("The user_verify_url of the link is not a valid URL.");
    };
    let mut parameters = redirect.query_pairs_mut();
    parameters.append_pair("auth_request_id", &link.auth_request_id);
    if let Some(state) = &link.state {
        parameters.append_pair("state", state);
    }
    drop(parameters);
    Ok(Response::redirect(redirect.as_str()))
}
