//! Bearer tokens of APIs and MCP servers, against the emulator.

use scalekit::web_auth::{BearerAuth, Denied, ProtectedResource, Requirements};
use scalekit_emulator::Emulator;
use serde_json::{Value, json};

/// Returns a valid access token of the client itself.
async fn token(emulator: &Emulator) -> anyhow::Result<String> {
    Ok(emulator.client()?.client_access_token().await?)
}

fn challenge(denied: &Denied) -> &str {
    let headers = denied.response.headers.iter();
    let header = headers
        .clone()
        .find(|(name, _)| *name == "WWW-Authenticate");
    header.map_or("", |(_, value)| value)
}

#[tokio::test]
async fn a_valid_token_is_accepted() -> anyhow::Result<()> {
    let emulator = Emulator::builder().start().await?;
    let auth = BearerAuth::new(emulator.client()?);
    let token = token(&emulator).await?;
    let header = format!("bearer {token}");
    let required = Requirements::new();
    assert!(
        auth.try_authenticate(Some(&header), &required).is_none(),
        "no keys yet"
    );
    let claims = auth
        .authenticate(Some(&header), &required)
        .await
        .expect("claims");
    assert_eq!(claims.issuer(), Some(emulator.url()));
    assert!(
        auth.try_authenticate(Some(&header), &required)
            .is_some_and(|result| result.is_ok())
    );
    Ok(())
}

#[tokio::test]
async fn a_denied_request_has_a_challenge() -> anyhow::Result<()> {
    let emulator = Emulator::builder().start().await?;
    let auth = BearerAuth::new(emulator.client()?);
    let token = token(&emulator).await?;
    let valid = format!("Bearer {token}");
    let forged = format!("Bearer {}x", &token[..token.len() - 4]);
    let none = Requirements::new();
    let scope = Requirements::new().scope("orders:read").scope("a\"b");
    let role = Requirements::new().role("admin");
    let organization = Requirements::new().organization_id("org_none");
    for (header, required, status, challenge) in [
        (None, &none, 401, "Bearer realm=\"OAuth\""),
        (Some("Basic abc"), &none, 401, "Bearer realm=\"OAuth\""),
        (Some("Bearer"), &none, 400, "error=\"invalid_request\""),
        (Some("Bearer a b"), &none, 400, "error=\"invalid_request\""),
        (Some("Bearer a"), &none, 401, "error=\"invalid_token\""),
        (Some(forged.as_str()), &none, 401, "error=\"invalid_token\""),
        (
            Some(valid.as_str()),
            &scope,
            403,
            "error=\"insufficient_scope\", error_description=\"The token lacks a scope.\", \
             scope=\"orders:read a'b\"",
        ),
        (
            Some(valid.as_str()),
            &role,
            403,
            "error=\"insufficient_permissions\"",
        ),
        (
            Some(valid.as_str()),
            &organization,
            403,
            "error=\"insufficient_permissions\"",
        ),
    ] {
        let denied = auth
            .authenticate(header, required)
            .await
            .expect_err("denied");
        assert_eq!(denied.response.status, status, "{denied:?}");
        assert!(self::challenge(&denied).contains(challenge), "{denied:?}");
        assert!(!denied.response.body.contains(&token));
        let body: Value = serde_json::from_str(&denied.response.body)?;
        assert!(body["error"].is_string() && body["error_description"].is_string());
    }
    let missing = auth.authenticate(None, &none).await.expect_err("denied");
    assert!(
        !challenge(&missing).contains("error"),
        "RFC 6750, section 3.1"
    );
    Ok(())
}

#[tokio::test]
async fn a_token_for_another_audience_is_rejected() -> anyhow::Result<()> {
    let emulator = Emulator::builder().start().await?;
    let auth = BearerAuth::new(emulator.client()?).audience(["https://api.example.com"]);
    let header = format!("Bearer {}", token(&emulator).await?);
    let denied = auth.authenticate(Some(&header), &Requirements::new()).await;
    let denied = denied.expect_err("denied");
    assert!(
        challenge(&denied).contains("another audience"),
        "{denied:?}"
    );
    Ok(())
}

#[tokio::test]
async fn keys_that_cannot_be_fetched_are_not_the_fault_of_the_token() -> anyhow::Result<()> {
    let emulator = Emulator::builder().start().await?;
    let header = format!("Bearer {}", token(&emulator).await?);
    let away = scalekit::Client::builder("http://127.0.0.1:9", "skc_1", "secret");
    let auth = BearerAuth::new(away.dangerous_allow_http(true).build()?);
    let denied = auth.authenticate(Some(&header), &Requirements::new()).await;
    let denied = denied.expect_err("denied");
    assert_eq!(denied.response.status, 503);
    assert!(challenge(&denied).is_empty() && denied.error.is_some());
    Ok(())
}

#[tokio::test]
async fn an_mcp_server_serves_its_metadata() -> anyhow::Result<()> {
    let emulator = Emulator::builder().start().await?;
    let resource = ProtectedResource::new("https://api.example.com/mcp")?
        .resource_id("res_1")
        .scopes(["tools:call"])
        .documentation("https://docs.example.com");
    let auth = BearerAuth::new(emulator.client()?).resource(resource);
    for path in [
        "/.well-known/oauth-protected-resource",
        "/.well-known/oauth-protected-resource/mcp",
        "/.well-known/oauth-protected-resource/mcp?x=1",
    ] {
        let response = auth.metadata(path).expect(path);
        let metadata: Value = serde_json::from_str(&response.body)?;
        let expected = json!({
            "resource": "https://api.example.com/mcp",
            "authorization_servers": [format!("{}/resources/res_1", emulator.url())],
            "bearer_methods_supported": ["header"],
            "scopes_supported": ["tools:call"],
            "resource_documentation": "https://docs.example.com",
        });
        assert_eq!(metadata, expected);
    }
    assert!(
        auth.metadata("/.well-known/oauth-protected-resource/other")
            .is_none()
    );
    let denied = auth
        .authenticate(None, &Requirements::new())
        .await
        .expect_err("denied");
    assert_eq!(
        challenge(&denied),
        "Bearer realm=\"OAuth\", resource_metadata=\
         \"https://api.example.com/.well-known/oauth-protected-resource/mcp\""
    );
    let audience = auth.accepted_audience().unwrap_or_default();
    assert_eq!(
        audience,
        [
            "https://api.example.com/mcp/",
            "https://api.example.com/mcp",
            "res_1"
        ]
    );
    Ok(())
}

#[test]
fn the_url_of_a_resource_is_checked() {
    for url in [
        "/mcp",
        "ftp://api.example.com",
        "https://api.example.com/#a",
        "",
    ] {
        let error = ProtectedResource::new(url).expect_err(url);
        assert!(error.to_string().contains("resource_url"), "{error}");
    }
    let root = ProtectedResource::new("https://api.example.com").expect("a resource");
    assert_eq!(
        root.metadata_paths(),
        ["/.well-known/oauth-protected-resource"]
    );
    assert_eq!(
        root.audience(),
        ["https://api.example.com/", "https://api.example.com"]
    );
}
