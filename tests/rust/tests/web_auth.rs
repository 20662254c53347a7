//! Login and sessions of a web application, against the emulator.

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

#[tokio::test]
async fn a_login_leads_to_the_return_path_and_to_a_session() -> anyhow::Result<()> {
    let emulator = emulator().await?;
    let auth = auth(&emulator, options()?)?;
    let mut anonymous = Browser::default();
    let outcome = require(&auth, &mut anonymous, &Requirements::new()).await;
    assert_eq!(status(&outcome), Some(302));
    assert_eq!(location(&outcome), "/login?returnTo=%2Forders%3Fpage%3D2");

    let (mut browser, outcome) = log_in(&auth, location(&outcome)).await?;
    assert_eq!(status(&outcome), Some(302), "{outcome:?}");
    assert_eq!(location(&outcome), "/orders?page=2");
    assert_eq!(outcome.event, Some(Event::Login));
    let names: Vec<&str> = browser.0.keys().map(String::as_str).collect();
    assert_eq!(names, ["sk_session"], "the cookie of the login is deleted");

    let outcome = require(&auth, &mut browser, &Requirements::new()).await;
    assert!(outcome.response.is_none() && outcome.cookies.is_empty());
    let session = outcome.session.expect("a session");
    assert_eq!(session.user_id(), Some("usr_1"));
    assert_eq!(session.organization_id(), Some("org_1"));
    Ok(())
}

#[tokio::test]
async fn the_authorization_url_has_pkce_state_and_nonce() -> anyhow::Result<()> {
    let emulator = emulator().await?;
    let auth = auth(&emulator, options()?)?;
    let mut browser = Browser::default();
    let target = "/login?organization_id=org_1&prompt=login&returnTo=/%5Cevil.example";
    let url = Url::parse(&start_login(&auth, &mut browser, target).await)?;
    let query: BTreeMap<_, _> = url.query_pairs().into_owned().collect();
    assert_eq!(query["code_challenge_method"], "S256");
    assert_eq!((query["state"].len(), query["nonce"].len()), (43, 43));
    assert_eq!(query["organization_id"], "org_1");
    assert_eq!(query["prompt"], "login");
    assert_eq!(query["scope"], "openid profile email offline_access");
    let outcome = callback(&auth, &mut browser, &approve(url.as_str()).await?).await;
    assert_eq!(
        location(&outcome),
        "/",
        "the return path leads to another origin"
    );
    Ok(())
}

#[tokio::test]
async fn two_tabs_can_log_in_at_once() -> anyhow::Result<()> {
    let emulator = emulator().await?;
    let auth = auth(&emulator, options()?)?;
    let mut browser = Browser::default();
    let first = start_login(&auth, &mut browser, "/login?returnTo=/first").await;
    let second = start_login(&auth, &mut browser, "/login?returnTo=/second").await;
    for (url, path) in [(second, "/second"), (first, "/first")] {
        let target = approve(&url).await?;
        let outcome = callback(&auth, &mut browser, &target).await;
        assert_eq!(location(&outcome), path);
    }
    Ok(())
}

#[tokio::test]
async fn a_failed_callback_is_a_page_and_not_a_loop() -> anyhow::Result<()> {
    let emulator = emulator().await?;
    let auth = auth(&emulator, options()?)?;
    for (target, reason) in [
        ("/callback?code=c&state=unknown-state", "login_not_started"),
        ("/callback", "login_not_started"),
    ] {
        let outcome = callback(&auth, &mut Browser::default(), target).await;
        assert_eq!(status(&outcome), Some(400));
        assert_eq!(outcome.reason.as_ref().map(Reason::as_str), Some(reason));
        let body = &outcome.response.as_ref().expect("a response").body;
        assert!(body.contains("href=\"/login\"") && body.contains(reason));
    }
    for (query, reason) in [
        (
            "error=access_denied&error_description=%3Cscript%3E",
            "access_denied",
        ),
        ("error=%3Cscript%3E", "rejected"),
        ("code=", "missing_code"),
        ("code=unknown", "exchange_failed"),
    ] {
        let mut browser = Browser::default();
        let url = Url::parse(&start_login(&auth, &mut browser, "/login").await)?;
        let (_, state) = url
            .query_pairs()
            .find(|(name, _)| name == "state")
            .expect("a state");
        let outcome = callback(
            &auth,
            &mut browser,
            &format!("/callback?{query}&state={state}"),
        )
        .await;
        assert_eq!(status(&outcome), Some(400), "{query}");
        assert_eq!(outcome.reason.as_ref().map(Reason::as_str), Some(reason));
        assert!(
            !outcome
                .response
                .as_ref()
                .expect("a response")
                .body
                .contains("script")
        );
        assert!(browser.0.is_empty(), "the cookie of the login is deleted");
    }
    Ok(())
}

#[tokio::test]
async fn a_callback_that_is_opened_twice_leads_a_signed_in_user_on() -> anyhow::Result<()> {
    let emulator = emulator().await?;
    let auth = auth(&emulator, options()?)?;
    let mut browser = Browser::default();
    let url = start_login(&auth, &mut browser, "/login").await;
    let target = approve(&url).await?;
    callback(&auth, &mut browser, &target).await;
    let again = callback(&auth, &mut browser, &target).await;
    assert_eq!((status(&again), location(&again)), (Some(302), "/"));
    Ok(())
}

#[tokio::test]
async fn an_id_token_of_another_login_is_rejected() -> anyhow::Result<()> {
    let emulator = emulator().await?;
    let auth = auth(&emulator, options()?)?;
    let mut browser = Browser::default();
    let url = start_login(&auth, &mut browser, "/login").await;
    // The attacker replaces the nonce, as with a code of a login that the attacker started.
    let mut other = Url::parse(&url)?;
    let pairs: Vec<_> = other.query_pairs().into_owned().collect();
    let pairs = pairs.into_iter().map(|(name, value)| match name.as_str() {
        "nonce" => (name, "another".to_owned()),
        _ => (name, value),
    });
    let pairs: Vec<_> = pairs.collect();
    other.query_pairs_mut().clear().extend_pairs(pairs);
    let outcome = callback(&auth, &mut browser, &approve(other.as_str()).await?).await;
    assert_eq!(
        outcome.reason.as_ref().map(Reason::as_str),
        Some("nonce_mismatch")
    );
    assert!(browser.0.is_empty());
    Ok(())
}

#[tokio::test]
async fn scripts_receive_401_and_forms_no_return_path() -> anyhow::Result<()> {
    let emulator = emulator().await?;
    let auth = auth(&emulator, options()?)?;
    let anonymous = |method: &'static str, headers: &'static [(&str, &str)]| {
        let request = WebRequest::new(method, "/orders");
        let request = headers.iter().fold(request, |request, (name, value)| {
            request.header(name, value)
        });
        auth.try_require(&request, &Requirements::new())
            .expect("an outcome")
    };
    for headers in [
        &[("Sec-Fetch-Mode", "cors")][..],
        &[("Accept", "application/json")],
        &[
            ("X-Requested-With", "XMLHttpRequest"),
            ("Accept", "text/html"),
        ],
    ] {
        let outcome = anonymous("GET", headers);
        assert_eq!(status(&outcome), Some(401), "{headers:?}");
        let response = outcome.response.expect("a response");
        assert!(
            response
                .headers
                .iter()
                .any(|(name, _)| *name == "WWW-Authenticate")
        );
        let body: serde_json::Value = serde_json::from_str(&response.body)?;
        assert_eq!(body["error"], "no_session");
    }
    let form = anonymous("POST", &[("Sec-Fetch-Mode", "navigate")]);
    assert_eq!((status(&form), location(&form)), (Some(303), "/login"));
    assert_eq!(status(&anonymous("GET", &[])), Some(302));
    Ok(())
}

#[tokio::test]
async fn a_guard_checks_organization_roles_and_permissions() -> anyhow::Result<()> {
    let emulator = emulator().await?;
    let auth = auth(&emulator, options()?)?;
    let (mut browser, _) = log_in(&auth, "/login").await?;
    for (required, allowed) in [
        (Requirements::new().organization(), true),
        (Requirements::new().organization_id("org_1"), true),
        (Requirements::new().organization_id("org_2"), false),
        (Requirements::new().role("admin"), true),
        (Requirements::new().role("admin").role("owner"), false),
        (Requirements::new().permission("orders:delete"), false),
    ] {
        let outcome = require(&auth, &mut browser, &required).await;
        let expected = if allowed { None } else { Some(403) };
        assert_eq!(status(&outcome), expected, "{required:?}");
    }
    Ok(())
}

#[tokio::test]
async fn parallel_requests_refresh_a_session_once() -> anyhow::Result<()> {
    let emulator = emulator().await?;
    let auth = auth(&emulator, options()?.refresh(always()))?;
    let (browser, _) = log_in(&auth, "/login").await?;
    let requests = (0..50).map(|_| {
        let (auth, mut browser) = (auth.clone(), browser.clone());
        tokio::spawn(async move { require(&auth, &mut browser, &Requirements::new()).await })
    });
    let mut refreshed = 0;
    for request in requests.collect::<Vec<_>>() {
        let outcome = request.await?;
        assert!(
            outcome.session.is_some() && outcome.response.is_none(),
            "{outcome:?}"
        );
        assert!(
            !outcome.cookies.is_empty(),
            "each response has the new cookie"
        );
        refreshed += usize::from(outcome.event == Some(Event::Refresh));
    }
    assert_eq!(refreshed, 1);
    Ok(())
}

#[tokio::test]
async fn processes_with_a_store_refresh_a_session_once() -> anyhow::Result<()> {
    let emulator = emulator().await?;
    let store = Arc::new(MemoryStore::new());
    let processes: Vec<WebAuth> = (0..8)
        .map(|_| auth(&emulator, options()?.refresh(always()).store(store.clone())))
        .collect::<Result<_, _>>()?;
    let (browser, _) = log_in(&processes[0], "/login").await?;
    let mut requests = Vec::new();
    for auth in &processes {
        for _ in 0..20 {
            let (auth, mut browser) = (auth.clone(), browser.clone());
            requests.push(tokio::spawn(async move {
                require(&auth, &mut browser, &Requirements::new()).await
            }));
        }
    }
    let mut refreshed = 0;
    for request in requests {
        let outcome = request.await?;
        assert!(
            outcome.session.is_some() && outcome.response.is_none(),
            "{outcome:?}"
        );
        refreshed += usize::from(outcome.event == Some(Event::Refresh));
    }
    assert_eq!(refreshed, 1);
    Ok(())
}

#[tokio::test]
async fn an_outage_keeps_the_session_and_a_revoked_one_ends() -> anyhow::Result<()> {
    let emulator = emulator().await?;
    let auth = auth(&emulator, options()?.refresh(always()))?;
    let (mut browser, login) = log_in(&auth, "/login").await?;
    let fault = |body: serde_json::Value| {
        let url = format!("{}/_emulator/faults", emulator.url());
        let request = reqwest::Client::new().post(url);
        let request = request
            .header("Content-Type", "application/json")
            .body(body.to_string());
        async move { request.send().await?.error_for_status() }
    };
    fault(json!({ "operation": "oauth.token", "status": 503, "times": 1 })).await?;
    let outcome = require(&auth, &mut browser, &Requirements::new()).await;
    assert!(
        outcome.session.is_some() && outcome.error.is_some(),
        "{outcome:?}"
    );
    assert!(outcome.response.is_none() && !browser.0.is_empty());

    let session = login.session.expect("a session");
    let id = session.session_id().expect("a session id");
    emulator.client()?.sessions().revoke(id).await?;
    let outcome = require(&auth, &mut browser, &Requirements::new()).await;
    assert_eq!(outcome.reason, Some(Reason::RefreshFailed));
    assert!(browser.0.is_empty(), "the cookie is deleted");
    Ok(())
}

#[tokio::test]
async fn a_peek_refreshes_only_a_session_of_the_store() -> anyhow::Result<()> {
    let emulator = emulator().await?;
    let store = || options().map(|options| options.store(Arc::new(MemoryStore::new())));
    for (options, refreshed) in [(options()?, false), (store()?.server_sessions(true), true)] {
        let auth = auth(&emulator, options.refresh(always()))?;
        let (browser, login) = log_in(&auth, "/login").await?;
        let header = browser.header();
        let request = WebRequest::new("GET", "/").header("Cookie", &header);
        let outcome = auth.peek_session(&request).await;
        assert!(outcome.cookies.is_empty() && outcome.response.is_none());
        assert_eq!(outcome.event == Some(Event::Refresh), refreshed);
        let session = outcome.session.expect("a session");
        assert_eq!(session.user_id(), Some("usr_1"));
        let before = login.session.expect("a session").access_token.clone();
        assert_eq!(session.access_token != before, refreshed);
    }
    Ok(())
}

#[tokio::test]
async fn an_expired_session_is_kept_while_the_service_cannot_be_reached() -> anyhow::Result<()> {
    let away = scalekit::Client::builder("http://127.0.0.1:9", "skc_1", "secret")
        .dangerous_allow_http(true)
        .build()?;
    let auth = WebAuth::new(away, options()?)?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    for (age, expected) in [(30, None), (3600, Some(503))] {
        let claims = json!({ "sub": "usr_1", "exp": now - age });
        let claims = claims.as_object().cloned().unwrap_or_default();
        let session = Session::new(claims, "access token").refresh_token("refresh token");
        let sessions = SessionCookies::new(KeyRing::new([SECRET])?);
        let cookie = &sessions.write(&session, &RequestCookies::default())?[0];
        let mut browser = Browser::default();
        browser.0.insert(cookie.name.clone(), cookie.value.clone());
        let outcome = require(&auth, &mut browser, &Requirements::new()).await;
        assert_eq!(status(&outcome), expected, "{outcome:?}");
        assert_eq!(outcome.session.is_some(), expected.is_none());
        assert!(!browser.0.is_empty(), "the cookie is kept");
    }
    Ok(())
}

#[tokio::test]
async fn a_revoked_session_ends_at_once_with_a_store() -> anyhow::Result<()> {
    let emulator = emulator().await?;
    let auth = auth(&emulator, options()?.store(Arc::new(MemoryStore::new())))?;
    let (mut browser, login) = log_in(&auth, "/login").await?;
    let session = login.session.expect("a session");
    let id = session.session_id().expect("a session id");
    let event = json!({ "type": "session.revoked", "data": { "session_id": id } });
    assert_eq!(auth.handle_event(&event).await?.as_deref(), Some(id));
    let other = json!({ "type": "user.updated", "data": { "id": "usr_1" } });
    assert_eq!(auth.handle_event(&other).await?, None);
    let outcome = require(&auth, &mut browser, &Requirements::new()).await;
    assert_eq!(outcome.reason, Some(Reason::Revoked));
    assert!(browser.0.is_empty());
    Ok(())
}

#[tokio::test]
async fn a_server_session_keeps_only_an_id_in_the_cookie() -> anyhow::Result<()> {
    let emulator = emulator().await?;
    let store = Arc::new(MemoryStore::new());
    let options = options()?.store(store).server_sessions(true);
    let auth = auth(&emulator, options)?;
    let (mut browser, _) = log_in(&auth, "/login").await?;
    assert!(browser.0["sk_session"].len() < 200);
    let outcome = require(&auth, &mut browser, &Requirements::new()).await;
    assert_eq!(outcome.session.expect("a session").user_id(), Some("usr_1"));

    let stolen = browser.clone();
    let header = browser.header();
    let logout = auth
        .logout(&WebRequest::new("POST", "/logout").header("Cookie", &header))
        .await;
    browser.receive(&logout);
    assert!(browser.0.is_empty());
    let outcome = require(&auth, &mut stolen.clone(), &Requirements::new()).await;
    assert_eq!(
        outcome.reason,
        Some(Reason::InvalidSession),
        "the store has no session"
    );
    Ok(())
}

#[tokio::test]
async fn a_session_moves_to_the_store_when_the_option_is_set() -> anyhow::Result<()> {
    let emulator = emulator().await?;
    let cookies = auth(&emulator, options()?)?;
    let (mut browser, _) = log_in(&cookies, "/login").await?;
    let large = browser.0["sk_session"].len();
    let options = options()?
        .store(Arc::new(MemoryStore::new()))
        .server_sessions(true);
    let server = auth(&emulator, options)?;
    let outcome = require(&server, &mut browser, &Requirements::new()).await;
    assert!(outcome.session.is_some());
    assert!(browser.0["sk_session"].len() < large / 4);
    Ok(())
}

#[tokio::test]
async fn logout_ends_both_sessions_and_other_sites_cannot_cause_it() -> anyhow::Result<()> {
    let emulator = emulator().await?;
    let auth = auth(&emulator, options()?.post_logout_redirect_uri("/bye"))?;
    let (mut browser, _) = log_in(&auth, "/login").await?;
    let header = browser.header();
    let request =
        |method: &'static str| WebRequest::new(method, "/logout?x=1").header("Cookie", &header);
    let image = request("GET")
        .header("Sec-Fetch-Dest", "image")
        .header("Sec-Fetch-Mode", "no-cors");
    assert_eq!(status(&auth.logout(&image).await), Some(403));
    let form = request("POST").header("Origin", "https://evil.example");
    assert_eq!(status(&auth.logout(&form).await), Some(403));
    let link = request("GET")
        .header("Sec-Fetch-Site", "cross-site")
        .header("Sec-Fetch-Mode", "navigate");
    let confirm = auth.logout(&link).await;
    assert!(confirm.cookies.is_empty());
    let body = confirm.response.expect("a page").body;
    assert!(body.contains("<form method=\"post\" action=\"/logout\">"));

    let outcome = auth
        .logout(&request("POST").header("Origin", "https://app.example.com"))
        .await;
    browser.receive(&outcome);
    assert_eq!(status(&outcome), Some(303));
    let url = Url::parse(location(&outcome))?;
    assert_eq!(url.path(), "/oidc/logout");
    let query: BTreeMap<_, _> = url.query_pairs().into_owned().collect();
    assert_eq!(
        query["post_logout_redirect_uri"],
        "https://app.example.com/bye"
    );
    assert!(!query["id_token_hint"].is_empty());
    assert_eq!(outcome.event, Some(Event::Logout));
    assert!(browser.0.is_empty());
    Ok(())
}

#[tokio::test]
async fn a_session_that_is_too_large_is_a_page_once() -> anyhow::Result<()> {
    let emulator = emulator().await?;
    let options = options()?.cookie_name("s".repeat(3790));
    let auth = auth(&emulator, options)?;
    let (browser, outcome) = log_in(&auth, "/login").await?;
    assert_eq!(status(&outcome), Some(500));
    assert_eq!(outcome.reason, Some(Reason::SessionTooLarge));
    assert!(browser.0.is_empty());
    Ok(())
}

#[test]
fn wrong_options_are_rejected() -> anyhow::Result<()> {
    let client =
        || scalekit::Client::builder("https://acme.scalekit.com", "skc_1", "secret").build();
    for (options, option) in [
        (
            WebAuthOptions::new("/callback", KeyRing::new([SECRET])?),
            "redirect_uri",
        ),
        (options()?.login_path("login"), "login_path"),
        (options()?.cookie_name("a b"), "cookie_name"),
        (options()?.server_sessions(true), "store"),
        (options()?.scopes(["profile"]), "scopes"),
    ] {
        let error = WebAuth::new(client()?, options).expect_err(option);
        assert!(error.to_string().contains(option), "{error}");
    }
    Ok(())
}
