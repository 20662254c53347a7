//! Authorization links of connected accounts.
//!
//! The emulator simulates the third-party service. A link opens its consent page. With
//! `--auto-approve`, the link grants access without a page, or denies it with `decision=deny`.

use http::{Method, StatusCode};
use scalekit::api::raw::connections::ConnectionSettings;
use serde_json::{Value, json};
use url::Url;

use crate::app::App;
use crate::http::{Request, Response};
use crate::pages::{self, Browser};
use crate::state::{MagicLink, State};
use crate::ticket::Ticket;

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
    let token = query.get("token").unwrap_or_default();
    if request.method == Method::POST {
        return submit(app, request, token);
    }
    if !app.config.auto_approve {
        return show(app, request, token);
    }
    match query.get("decision") {
        Some("deny") => deny(),
        _ => allow(app, token),
    }
}

/// Returns the purpose of the tickets of a link.
fn purpose(token: &str) -> String {
    format!("connected account {token}")
}

fn show(app: &App, request: &Request, token: &str) -> anyhow::Result<Response> {
    let ctx = app.ctx();
    let state = app.read();
    let link = match state.usable_magic_link(&ctx, token) {
        Ok(link) => link,
        Err(problem) => return pages::error(problem),
    };
    let mut context = description(&state, link);
    drop(state);
    let browser = Browser::of(app, request);
    let ticket = browser.issue_ticket(app, &Ticket::default(), &purpose(token));
    context["ticket"] = ticket.into();
    context["action"] = action(request).into();
    let page = pages::page(StatusCode::OK, "account.html", context)?;
    Ok(browser.with_cookie(app, page))
}

/// Returns the path and the query of the page.
fn action(request: &Request) -> String {
    let query = request.query.as_deref().unwrap_or_default();
    format!("{}?{query}", request.path)
}

/// Returns the account and the connection of a link for the page.
fn description(state: &State, link: &MagicLink) -> Value {
    let row = state.accounts.get(&link.account_id);
    let Some(row) = row else { return json!({}) };
    let connection = state.connections.get(&row.account.connection_id);
    let scopes = match connection.and_then(|connection| connection.settings.as_ref()) {
        _ if !row.scopes.is_empty() => row.scopes.as_slice(),
        Some(ConnectionSettings::OauthConfig(config)) => config.scopes.as_slice(),
        _ => &[],
    };
    json!({
        "provider": row.account.provider,
        "connection": row.account.connector,
        "identifier": row.account.identifier,
        "scopes": scopes,
    })
}

/// Handles the form of the page.
fn submit(app: &App, request: &Request, token: &str) -> anyhow::Result<Response> {
    let form = request.form();
    let browser = Browser::of(app, request);
    if browser.verify_ticket(app, &form, &purpose(token)).is_none() {
        let action = action(request);
        let text = "The page has expired or belongs to another browser.";
        let link = Some(("Start again", action.as_str()));
        let status = StatusCode::BAD_REQUEST;
        return pages::message(status, "This page has expired", text, link);
    }
    match form.get("do") {
        Some("allow") => allow(app, token),
        Some("deny") => deny(),
        _ => pages::error("The form has no decision."),
    }
}

fn deny() -> anyhow::Result<Response> {
    pages::message(
        StatusCode::OK,
        "Account not connected",
        "Access was denied. The connected account is unchanged.",
        None,
    )
}

/// Authorizes the account and redirects to the application, if the link has its URL.
fn allow(app: &App, token: &str) -> anyhow::Result<Response> {
    let ctx = app.ctx();
    // Check the URL before the account is changed.
    let target = match app.read().usable_magic_link(&ctx, token) {
        Ok(link) => link.user_verify_url.as_deref().map(redirect_url),
        Err(problem) => return pages::error(problem),
    };
    if let Some(None) = target {
        return pages::error("The user_verify_url of the link is not an http or https URL.");
    }
    let link = match app.change(|state| state.follow_magic_link(&ctx, token)) {
        Ok(link) => link,
        Err(problem) => return pages::error(problem),
    };
    let Some(mut url) = target.flatten() else {
        return handle_done();
    };
    let mut parameters = url.query_pairs_mut();
    parameters.append_pair("auth_request_id", &link.auth_request_id);
    if let Some(state) = &link.state {
        parameters.append_pair("state", state);
    }
    drop(parameters);
    Ok(Response::redirect(url.as_str()))
}

/// Returns the URL if browsers may be redirected to it. A seed can contain any text.
fn redirect_url(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    matches!(url.scheme(), "http" | "https").then_some(url)
}
