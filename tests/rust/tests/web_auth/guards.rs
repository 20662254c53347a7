//! Guards, logout and options.

use super::*;

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
        &[("Sec-Fetch-Mode", "websocket")],
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
