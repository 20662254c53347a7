//! The endpoint `/oidc/logout` (OpenID Connect RP-Initiated Logout 1.0).

use http::{Method, StatusCode};
use serde_json::json;

use crate::app::App;
use crate::http::{Pairs, Request, Response};
use crate::keys::decode_claims;
use crate::pages::{self, Browser};
use crate::ticket::Ticket;

/// The purpose of the page's ticket. It does not bind the redirect URI, which is checked again.
const PURPOSE: &str = "logout";

pub(crate) fn handle(app: &App, request: &Request) -> anyhow::Result<Response> {
    let form = match request.method {
        Method::POST => request.form(),
        _ => Pairs::default(),
    };
    // The page posts to its own URL. An application may send its parameters in a POST body.
    let parameters = match form.get("ticket") {
        None if request.method == Method::POST => form.clone(),
        _ => request.query(),
    };
    // Expired tokens are accepted; only the signature is checked.
    let hint = match parameters.get("id_token_hint") {
        None => None,
        Some(token) => match decode_claims(&app.keys, token) {
            None => return pages::error("The id_token_hint was not issued by this environment."),
            claims => claims,
        },
    };
    let claim = |name: &str| hint.as_ref().and_then(|claims| claims[name].as_str());
    let client_id = parameters.get("client_id").or_else(|| claim("aud"));
    if claim("aud").is_some_and(|audience| Some(audience) != client_id) {
        return pages::error("The id_token_hint was issued to a different client than client_id.");
    }
    let redirect = match redirect_uri(app, &parameters, client_id) {
        Ok(redirect) => redirect,
        Err(problem) => return pages::error(problem),
    };
    let browser = Browser::of(app, request);
    if let Some(session) = claim("sid") {
        let user = claim("sub").unwrap_or_default();
        app.change(|state| {
            state.log_out_of_browsers(&app.ctx(), session, user, browser.key().as_ref())
        });
        return logged_out(redirect);
    }
    let sessions = browser.sessions(app, &app.read());
    if sessions.is_empty() {
        return logged_out(redirect);
    }
    // Without an id_token_hint, the user must confirm the logout (section 6).
    if browser.verify_ticket(app, &form, PURPOSE).is_some() {
        if form.get("do") == Some("stay") {
            let text = "You can close this window.";
            return pages::message(StatusCode::OK, "You are still signed in", text, None);
        }
        app.change(|state| {
            for row in &sessions {
                state.log_out(&app.ctx(), &row.session.session_id);
            }
        });
        return logged_out(redirect);
    }
    let state = app.read();
    let mut emails: Vec<&str> = (sessions.iter())
        .filter_map(|row| Some(state.users.get(&row.session.user_id)?.email.as_str()))
        .collect();
    emails.sort_unstable();
    emails.dedup();
    let query = if request.method == Method::POST && form.get("ticket").is_none() {
        form.query()
    } else {
        request.query.clone().unwrap_or_default()
    };
    let context = json!({
        "action": format!("{}?{query}", request.path),
        "ticket": browser.issue_ticket(app, &Ticket::default(), PURPOSE),
        "emails": emails,
    });
    drop(state);
    Ok(browser.with_cookie(
        app,
        pages::page(StatusCode::OK, "login/logout.html", context)?,
    ))
}

fn logged_out(redirect: Option<url::Url>) -> anyhow::Result<Response> {
    match redirect {
        Some(redirect) => Ok(Response::redirect(redirect.as_str())),
        None => pages::message(StatusCode::OK, "Signed out", "You are signed out.", None),
    }
}

/// Returns the URL to redirect to after the logout (section 3). If no URLs are registered for the
/// client, every URL is accepted.
fn redirect_uri(
    app: &App,
    parameters: &Pairs,
    client_id: Option<&str>,
) -> Result<Option<url::Url>, &'static str> {
    let Some(target) = parameters.get("post_logout_redirect_uri") else {
        return Ok(None);
    };
    let url = url::Url::parse(target).map_err(|_| "The post_logout_redirect_uri is not a URL.")?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("The post_logout_redirect_uri must be an http or https URL.");
    }
    let state = app.read();
    let client = client_id.map(|id| state.oauth_client(&app.ctx(), id));
    let registered = match client {
        Some(None) => return Err("The client_id is unknown."),
        Some(Some(client)) => client.logout_uris,
        // Without a client id, the URLs of all clients are accepted.
        None => state
            .clients
            .iter()
            .flat_map(|row| row.client.post_logout_redirect_uris.clone())
            .collect(),
    };
    if !registered.is_empty() && !registered.iter().any(|uri| uri == target) {
        return Err("The post_logout_redirect_uri is not registered.");
    }
    let mut url = url;
    if let Some(state) = parameters.get("state") {
        url.query_pairs_mut().append_pair("state", state);
    }
    Ok(Some(url))
}
