//! Refresh tokens: rotation, reuse, and the session behind them.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::environment;

fn refresh_token(tokens: &Value) -> &str {
    tokens["refresh_token"].as_str().unwrap()
}

#[tokio::test]
async fn each_use_returns_a_new_refresh_token_for_the_same_session() {
    let environment = environment().await;
    let id = environment.emulator.client_id();
    let first = environment.log_in(&[]).await;
    let second = environment.refresh(refresh_token(&first), &[]).await.json();
    let third = environment
        .refresh(refresh_token(&second), &[])
        .await
        .json();
    assert_ne!(refresh_token(&first), refresh_token(&second));
    assert_ne!(refresh_token(&second), refresh_token(&third));
    let before = environment
        .claims(first["access_token"].as_str().unwrap(), id)
        .await;
    let after = environment
        .claims(third["access_token"].as_str().unwrap(), id)
        .await;
    for claim in ["sid", "sub", "oid", "scope"] {
        assert_eq!(before[claim], after[claim], "{claim}");
    }
    assert_ne!(before["jti"], after["jti"]);
    assert_eq!(
        environment
            .claims(third["id_token"].as_str().unwrap(), id)
            .await["sub"],
        "usr_1"
    );
}

#[tokio::test]
async fn reuse_of_a_refresh_token_revokes_its_family() {
    let environment = environment().await;
    let first = environment.log_in(&[]).await;
    let second = environment.refresh(refresh_token(&first), &[]).await.json();
    assert_eq!(
        environment
            .refresh(refresh_token(&first), &[])
            .await
            .error(),
        "invalid_grant"
    );
    assert_eq!(
        environment
            .refresh(refresh_token(&second), &[])
            .await
            .error(),
        "invalid_grant"
    );
    // Another login of the same user is not affected.
    let other = environment.log_in(&[]).await;
    assert_eq!(
        environment.refresh(refresh_token(&other), &[]).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn a_refresh_can_narrow_but_not_widen_the_scopes() {
    let environment = environment().await;
    let tokens = environment.log_in(&[]).await;
    let rejected = environment
        .refresh(refresh_token(&tokens), &[("scope", "openid admin")])
        .await;
    assert_eq!(
        (rejected.status, rejected.error().as_str()),
        (StatusCode::BAD_REQUEST, "invalid_scope")
    );
    let fewer = environment
        .refresh(refresh_token(&tokens), &[("scope", "email")])
        .await
        .json();
    assert_eq!(fewer["scope"], "email");
    assert!(fewer.get("id_token").is_none());
    let all = environment.refresh(refresh_token(&fewer), &[]).await.json();
    assert_eq!(all["scope"], "openid profile email");
}

#[tokio::test]
async fn revoking_the_session_ends_its_refresh_token() {
    let environment = environment().await;
    let tokens = environment.log_in(&[]).await;
    let access = environment
        .claims(
            tokens["access_token"].as_str().unwrap(),
            environment.emulator.client_id(),
        )
        .await;
    let path = format!("/api/v1/sessions/{}", access["sid"].as_str().unwrap());
    let session = environment.call(Method::GET, &path, None).await.json();
    assert_eq!(
        (&session["user_id"], &session["organization_id"]),
        (&json!("usr_1"), &json!("org_1"))
    );
    let revoked = environment
        .call(Method::POST, &format!("{path}/revoke"), None)
        .await;
    assert_eq!(revoked.status, StatusCode::OK, "{}", revoked.body);
    assert_eq!(
        environment
            .refresh(refresh_token(&tokens), &[])
            .await
            .error(),
        "invalid_grant"
    );
}

#[tokio::test]
async fn logging_out_ends_the_session_and_redirects() {
    let environment = environment().await;
    let tokens = environment.log_in(&[]).await;
    let path = format!(
        "/oidc/logout?id_token_hint={}&post_logout_redirect_uri=http%3A%2F%2Flocalhost%3A3000%2Fcallback&state=s1",
        tokens["id_token"].as_str().unwrap()
    );
    let callback = environment.get(&path).await.redirected();
    assert_eq!(callback["state"], "s1");
    assert_eq!(
        environment
            .refresh(refresh_token(&tokens), &[])
            .await
            .error(),
        "invalid_grant"
    );

    let page = environment.get("/oidc/logout").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("You are signed out."));
    let forged = environment.get("/oidc/logout?id_token_hint=a.b.c").await;
    assert_eq!(forged.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn an_expired_session_cannot_be_refreshed() {
    let environment = environment().await;
    let tokens = environment.log_in(&[]).await;
    environment
        .admin(
            Method::PUT,
            "clock",
            json!({"shift_seconds": 40 * 24 * 3600}),
        )
        .await;
    assert_eq!(
        environment
            .refresh(refresh_token(&tokens), &[])
            .await
            .error(),
        "invalid_grant"
    );
}
