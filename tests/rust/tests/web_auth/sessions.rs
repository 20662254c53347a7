//! Sessions: refresh, outages, revocation and the store.

use super::*;

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
