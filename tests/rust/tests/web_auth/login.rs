//! Logins and callbacks.

use super::*;

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
    let target = "/login?organization_id=org_1&prompt=login&domain_hint=acme.com\
        &returnTo=/%5Cevil.example";
    let url = Url::parse(&start_login(&auth, &mut browser, target).await)?;
    let query: BTreeMap<_, _> = url.query_pairs().into_owned().collect();
    assert_eq!(query["code_challenge_method"], "S256");
    assert_eq!((query["state"].len(), query["nonce"].len()), (43, 43));
    assert_eq!(query["organization_id"], "org_1");
    assert_eq!(query["prompt"], "login");
    assert_eq!(query["domain_hint"], "acme.com");
    assert_eq!(query["login_hint"], "ada@acme.com");
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
async fn a_login_of_an_identity_provider_leads_to_its_connection() -> anyhow::Result<()> {
    let emulator = emulator().await?;
    let auth = auth(&emulator, options()?)?;
    let login = json!({
        "connection_id": "conn_1",
        "organization_id": "org_1",
        "login_hint": "ada@acme.com",
        "relay_state": "/orders",
    });
    let response = reqwest::Client::new()
        .post(format!("{}/_emulator/idp-initiated-token", emulator.url()))
        .header("content-type", "application/json")
        .body(login.to_string())
        .send()
        .await?;
    let body: serde_json::Value = serde_json::from_str(&response.text().await?)?;
    let token = body["token"].as_str().unwrap_or_default();
    let target = format!("/login?idp_initiated_login={token}");
    let request = WebRequest::new("GET", &target);
    let outcome = auth.login(&request, LoginParameters::new()).await;
    let url = Url::parse(location(&outcome))?;
    let query: BTreeMap<_, _> = url.query_pairs().into_owned().collect();
    for name in ["connection_id", "organization_id", "login_hint"] {
        assert_eq!(query[name], login[name], "{name}");
    }
    // A forged token does not start a login.
    let target = format!("{}AAAA", target.trim_end_matches(char::is_alphanumeric));
    let request = WebRequest::new("GET", &target);
    let outcome = auth.login(&request, LoginParameters::new()).await;
    assert_eq!(
        (status(&outcome), outcome.reason),
        (Some(400), Some(Reason::InvalidLoginToken))
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
