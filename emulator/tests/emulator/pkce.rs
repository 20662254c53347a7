//! PKCE (RFC 7636) and clients without a secret.

use reqwest::StatusCode;

use crate::support::{CALLBACK, CHALLENGE, VERIFIER, world};

#[tokio::test]
async fn pkce_wants_the_right_verifier() {
    let world = world().await;
    let challenge = [("code_challenge", CHALLENGE), ("code_challenge_method", "S256")];
    let code = world.code(&challenge).await;
    let wrong = VERIFIER.replace('d', "e");
    for verifier in [wrong.as_str(), "short", ""] {
        assert_eq!(
            world
                .exchange(&code, &[("code_verifier", verifier)])
                .await
                .error(),
            "invalid_grant"
        );
    }
    assert_eq!(
        world.exchange(&code, &[("code_verifier", VERIFIER)]).await.status,
        StatusCode::OK
    );

    let code = world.code(&[]).await;
    assert_eq!(
        world
            .exchange(&code, &[("code_verifier", VERIFIER)])
            .await
            .error(),
        "invalid_grant"
    );
}

#[tokio::test]
async fn a_public_client_exchanges_and_refreshes_with_pkce_only() {
    let world = world().await;
    let id = world.emulator.client_id();
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
    let challenge = [("code_challenge", CHALLENGE), ("code_challenge_method", "S256")];
    let form = exchange(world.code(&challenge).await);
    let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let tokens = world.post_form("/oauth/token", &form).await.json();
    let refresh = tokens["refresh_token"].as_str().unwrap();
    let refreshed = [
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh),
        ("client_id", id),
    ];
    assert_eq!(
        world.post_form("/oauth/token", &refreshed).await.status,
        StatusCode::OK
    );

    let without = exchange(world.code(&[]).await);
    let without: Vec<(&str, &str)> = without
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .filter(|(name, _)| *name != "code_verifier")
        .collect();
    assert_eq!(
        world.post_form("/oauth/token", &without).await.error(),
        "invalid_client"
    );

    // Tokens of a client that showed its secret cannot be refreshed without it.
    let tokens = world.log_in(&[]).await;
    let refresh = tokens["refresh_token"].as_str().unwrap();
    let refreshed = [
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh),
        ("client_id", id),
    ];
    assert_eq!(
        world.post_form("/oauth/token", &refreshed).await.error(),
        "invalid_client"
    );
}
