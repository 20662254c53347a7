//! PKCE (RFC 7636) and clients without a secret.

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::support::{CALLBACK, CHALLENGE, VERIFIER, environment, form_request, send};

#[tokio::test]
async fn pkce_requires_the_matching_verifier() {
    let environment = environment().await;
    let challenge = [
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    let code = environment.code(&challenge).await;
    let wrong = VERIFIER.replace('d', "e");
    for verifier in [wrong.as_str(), "short", ""] {
        assert_eq!(
            environment
                .exchange(&code, &[("code_verifier", verifier)])
                .await
                .error(),
            "invalid_grant"
        );
    }
    assert_eq!(
        environment
            .exchange(&code, &[("code_verifier", VERIFIER)])
            .await
            .status,
        StatusCode::OK
    );

    let code = environment.code(&[]).await;
    assert_eq!(
        environment
            .exchange(&code, &[("code_verifier", VERIFIER)])
            .await
            .error(),
        "invalid_grant"
    );
}

#[tokio::test]
async fn a_public_client_must_use_pkce() {
    let environment = environment().await;
    let new = json!({ "name": "Pages", "client_type": "SPA" });
    let created = environment
        .call(Method::POST, "/api/v1/clients", Some(new))
        .await
        .json();
    let id = created["client"]["id"].as_str().unwrap();
    let exchange = |code: String| {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", CALLBACK),
            ("client_id", id),
            ("code_verifier", VERIFIER),
        ];
        form.map(|(name, value)| (name, value.to_owned()))
    };
    let challenge = [
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    let form = exchange(
        environment
            .code(&[challenge[0], challenge[1], ("client_id", id)])
            .await,
    );
    let form: Vec<(&str, &str)> = form
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let tokens = environment.post_form("/oauth/token", &form).await.json();
    let refresh = tokens["refresh_token"].as_str().unwrap();
    let refreshed = [
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh),
        ("client_id", id),
    ];
    assert_eq!(
        environment
            .post_form("/oauth/token", &refreshed)
            .await
            .status,
        StatusCode::OK
    );

    let without = exchange(environment.code(&[("client_id", id)]).await);
    let without: Vec<(&str, &str)> = without
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .filter(|(name, _)| *name != "code_verifier")
        .collect();
    assert_eq!(
        environment
            .post_form("/oauth/token", &without)
            .await
            .error(),
        "invalid_client"
    );
}

#[tokio::test]
async fn a_confidential_client_must_send_its_secret() {
    let environment = environment().await;
    let id = environment.emulator.client_id();
    let challenge = [
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    let code = environment.code(&challenge).await;
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", CALLBACK),
        ("client_id", id),
        ("code_verifier", VERIFIER),
    ];
    let response = environment.post_form("/oauth/token", &form).await;
    assert_eq!(
        (response.status, response.error().as_str()),
        (StatusCode::UNAUTHORIZED, "invalid_client")
    );
    // The code is still valid for its client.
    let tokens = environment
        .exchange(&code, &[("code_verifier", VERIFIER)])
        .await
        .json();
    let refresh = tokens["refresh_token"].as_str().unwrap();
    let refreshed = [
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh),
        ("client_id", id),
    ];
    assert_eq!(
        environment
            .post_form("/oauth/token", &refreshed)
            .await
            .error(),
        "invalid_client"
    );
}

#[tokio::test]
async fn a_client_must_authenticate_with_one_method() {
    let environment = environment().await;
    let (id, secret) = (
        environment.emulator.client_id(),
        environment.emulator.client_secret(),
    );
    let grant = ("grant_type", "client_credentials");
    let unauthenticated = environment.post_form("/oauth/token", &[grant]).await;
    assert_eq!(unauthenticated.error(), "invalid_client");
    for posted in [secret, "wrong"] {
        let request = environment.request(Method::POST, "/oauth/token");
        let request = request.basic_auth(id, Some(secret));
        let response = send(form_request(request, &[grant, ("client_secret", posted)])).await;
        assert_eq!(
            (response.status, response.error().as_str()),
            (StatusCode::BAD_REQUEST, "invalid_request")
        );
    }
}
