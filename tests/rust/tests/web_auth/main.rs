//! Login and sessions of a web application, against the emulator.

mod guards;
mod login;
mod sessions;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use reqwest::redirect::Policy;
use scalekit::oauth::AuthorizationUrlOptions;
use scalekit::session::{KeyRing, RefreshPolicy, RequestCookies, Session, SessionCookies};
use scalekit::web_auth::{
    Event, LoginParameters, MemoryStore, Outcome, Reason, Requirements, WebAuth, WebAuthOptions,
    WebRequest,
};
use scalekit_emulator::{Emulator, Seed};
use serde_json::json;
use url::Url;

const SECRET: &str = "a secret of at least thirty-two characters";
const REDIRECT_URI: &str = "https://app.example.com/callback";

async fn emulator() -> anyhow::Result<Emulator> {
    let seed = Seed::from_json(json!({
        "organizations": [{ "id": "org_1", "display_name": "Acme" }],
        "users": [{
            "id": "usr_1",
            "email": "ada@acme.com",
            "memberships": [{
                "organization_id": "org_1",
                "membership_status": "ACTIVE",
                "roles": [{ "name": "admin" }],
            }],
        }],
    }))?;
    Ok(Emulator::builder()
        .seed(seed)
        .auto_approve(true)
        .start()
        .await?)
}

fn options() -> anyhow::Result<WebAuthOptions> {
    Ok(WebAuthOptions::new(REDIRECT_URI, KeyRing::new([SECRET])?))
}

fn auth(emulator: &Emulator, options: WebAuthOptions) -> anyhow::Result<WebAuth> {
    Ok(WebAuth::new(emulator.client()?, options)?)
}

/// The cookies of a browser.
#[derive(Clone, Default)]
struct Browser(BTreeMap<String, String>);

impl Browser {
    fn receive(&mut self, outcome: &Outcome) {
        for cookie in &outcome.cookies {
            if cookie.max_age == Some(0) {
                self.0.remove(&cookie.name);
            } else {
                self.0.insert(cookie.name.clone(), cookie.value.clone());
            }
        }
    }

    fn header(&self) -> String {
        let pairs = self.0.iter().map(|(name, value)| format!("{name}={value}"));
        pairs.collect::<Vec<_>>().join("; ")
    }
}

fn location(outcome: &Outcome) -> &str {
    let response = outcome.response.as_ref().expect("a response");
    let header = response
        .headers
        .iter()
        .find(|(name, _)| *name == "Location");
    header.map_or("", |(_, value)| value)
}

fn status(outcome: &Outcome) -> Option<u16> {
    outcome.response.as_ref().map(|response| response.status)
}

/// Follows the URL of a login to the callback and returns its path with the query.
async fn approve(authorization_url: &str) -> anyhow::Result<String> {
    let http = reqwest::Client::builder()
        .redirect(Policy::none())
        .build()?;
    let response = http.get(authorization_url).send().await?;
    let location = response.headers()["location"].to_str()?;
    let url = Url::parse(location)?;
    Ok(format!(
        "{}?{}",
        url.path(),
        url.query().unwrap_or_default()
    ))
}

async fn start_login(auth: &WebAuth, browser: &mut Browser, target: &str) -> String {
    let header = browser.header();
    let request = WebRequest::new("GET", target).header("Cookie", &header);
    let options = AuthorizationUrlOptions::new().login_hint("ada@acme.com");
    let parameters = LoginParameters::new().authorization(options);
    let outcome = auth.login(&request, parameters).await;
    browser.receive(&outcome);
    location(&outcome).to_owned()
}

async fn callback(auth: &WebAuth, browser: &mut Browser, target: &str) -> Outcome {
    let header = browser.header();
    let request = WebRequest::new("GET", target).header("Cookie", &header);
    let outcome = auth.callback(&request).await;
    browser.receive(&outcome);
    outcome
}

async fn log_in(auth: &WebAuth, target: &str) -> anyhow::Result<(Browser, Outcome)> {
    let mut browser = Browser::default();
    let url = start_login(auth, &mut browser, target).await;
    let target = approve(&url).await?;
    let outcome = callback(auth, &mut browser, &target).await;
    Ok((browser, outcome))
}

async fn require(auth: &WebAuth, browser: &mut Browser, required: &Requirements) -> Outcome {
    let header = browser.header();
    let request = WebRequest::new("GET", "/orders?page=2").header("Cookie", &header);
    let outcome = auth.require(&request, required).await;
    browser.receive(&outcome);
    outcome
}

/// A policy that refreshes a session with each request.
fn always() -> RefreshPolicy {
    RefreshPolicy::new().ahead(Duration::from_secs(365 * 24 * 3600))
}
