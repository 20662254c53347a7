//! `/oidc/logout` (OpenID Connect RP-Initiated Logout 1.0).

use http::{Method, StatusCode};
use serde_json::json;

use crate::app::App;
use crate::http::{Pairs, Reply, Request};
use crate::keys::decode_claims;
use crate::pages::{self, Browser, Ticket};

/// What a ticket of the page is for. It holds for any address to go to, which is checked again.
const PURPOSE: &str = "logout";

pub(super) fn answer(app: &App, request: &Request) -> anyhow::Result<Reply> {
    let form = match request.method {
        Method::POST => request.form(),
        _ => Pairs::default(),
    };
    // The page posts to the URL it was shown at; an application may post its request.
    let given = match form.get("ticket") {
        None if request.method == Method::POST => form.clone(),
        _ => request.query(),
    };
    // An expired token still says whose session ends, so only its signature counts.
    let hint = match given.get("id_token_hint") {
        None => None,
        Some(token) => match decode_claims(&app.keys, token) {
            None => return pages::error("The id_token_hint is not a token of this environment."),
            claims => claims,
        },
    };
    let claim = |name: &str| hint.as_ref().and_then(|claims| claims[name].as_str());
    let client_id = given.get("client_id").or_else(|| claim("aud"));
    if claim("aud").is_some_and(|audience| Some(audience) != client_id) {
        return pages::error("The id_token_hint was made for another client than client_id.");
    }
    let back = match back(app, &given, client_id) {
        Ok(back) => back,
        Err(problem) => return pages::error(problem),
    };
    let browser = Browser::of(app, request);
    if let Some(session) = claim("sid") {
        let user = claim("sub").unwrap_or_default();
        app.change(|state| state.log_out_of_browsers(&app.ctx(), session, user, browser.key().as_ref()));
        return gone(back);
    }
    let sessions = browser.sessions(app, &app.read());
    if sessions.is_empty() {
        return gone(back);
    }
    // Without a token that says so, the user may not have wanted this (section 6).
    if browser.open(app, &form, PURPOSE).is_some() {
        if form.get("do") == Some("stay") {
            let text = "You can close this window.";
            return pages::message(StatusCode::OK, "You are still signed in", text, None);
        }
        app.change(|state| {
            for row in &sessions {
                state.log_out(&app.ctx(), &row.session.session_id);
            }
        });
        return gone(back);
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
        "ticket": browser.close(app, &Ticket::default(), PURPOSE),
        "emails": emails,
    });
    drop(state);
    Ok(browser.dress(app, pages::page(StatusCode::OK, "login/logout.html", context)?))
}

fn gone(back: Option<url::Url>) -> anyhow::Result<Reply> {
    match back {
        Some(back) => Ok(Reply::redirect(back.as_str())),
        None => pages::message(StatusCode::OK, "Signed out", "You are logged out.", None),
    }
}

/// Where the browser goes afterwards (section 3). As with redirect URIs, a client that has none set may use any.
fn back(app: &App, given: &Pairs, client_id: Option<&str>) -> Result<Option<url::Url>, &'static str> {
    let Some(target) = given.get("post_logout_redirect_uri") else {
        return Ok(None);
    };
    let url = url::Url::parse(target).map_err(|_| "The post_logout_redirect_uri is not a URL.")?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("The post_logout_redirect_uri must be http or https.");
    }
    let state = app.read();
    let client = client_id.map(|id| state.oauth_client(&app.ctx(), id));
    let registered = match client {
        Some(None) => return Err("The client_id is unknown."),
        Some(Some(client)) => client.logout_uris,
        // Nobody says which client it is: those of all count.
        None => state
            .clients
            .iter()
            .flat_map(|row| row.client.post_logout_redirect_uris.clone())
            .collect(),
    };
    if !registered.is_empty() && !registered.iter().any(|uri| uri == target) {
        return Err("The post_logout_redirect_uri is not one of the configured ones.");
    }
    let mut url = url;
    if let Some(state) = given.get("state") {
        url.query_pairs_mut().append_pair("state", state);
    }
    Ok(Some(url))
}
