//! `/oauth/token`: the grants and their errors.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::AUTHORIZATION;
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::support::{environment, form_request, send};

#[tokio::test]
async fn client_credentials_return_a_token_for_the_api() {
    let environment = environment().await;
    let id = environment.emulator.client_id();
    let response = environment
        .token(&[
            ("grant_type", "client_credentials"),
            ("scope", "read write"),
        ])
        .await;
    assert_eq!(response.status, StatusCode::OK);
    assert_eq!(response.headers["cache-control"], "no-store");
    let tokens = response.json();
    assert_eq!(
        (&tokens["token_type"], &tokens["scope"]),
        (&json!("Bearer"), &json!("read write"))
    );
    let claims = environment
        .claims(tokens["access_token"].as_str().unwrap(), id)
        .await;
    assert_eq!(
        (&claims["sub"], &claims["client_id"]),
        (&json!(id), &json!(id))
    );
    assert_eq!(
        (&claims["aud"], &claims["scopes"]),
        (&json!([id]), &json!(["read", "write"]))
    );
    assert_eq!(
        claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(),
        tokens["expires_in"].as_i64().unwrap()
    );
}

#[tokio::test]
async fn the_client_may_authenticate_in_the_header() {
    let environment = environment().await;
    let basic =
        |id: &str, secret: &str| format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")));
    let (id, secret) = (
        environment.emulator.client_id(),
        environment.emulator.client_secret(),
    );
    for (header, status) in [
        (basic(id, secret), StatusCode::OK),
        (basic(id, "wrong"), StatusCode::UNAUTHORIZED),
        (basic("skc_2", secret), StatusCode::UNAUTHORIZED),
        ("Basic !".to_owned(), StatusCode::UNAUTHORIZED),
        ("Bearer x".to_owned(), StatusCode::UNAUTHORIZED),
    ] {
        let request = environment
            .request(Method::POST, "/oauth/token")
            .header(AUTHORIZATION, &header);
        let response = send(form_request(
            request,
            &[("grant_type", "client_credentials")],
        ))
        .await;
        assert_eq!(response.status, status, "{header} {}", response.body);
        if status == StatusCode::UNAUTHORIZED {
            assert_eq!(response.error(), "invalid_client");
            assert!(
                response.headers["www-authenticate"]
                    .to_str()
                    .unwrap()
                    .starts_with("Basic")
            );
        }
    }
}

#[tokio::test]
async fn invalid_requests_return_standard_errors() {
    let environment = environment().await;
    let (id, secret) = (
        environment.emulator.client_id(),
        environment.emulator.client_secret(),
    );
    let client = [("client_id", id), ("client_secret", secret)];
    for (form, error) in [
        (
            vec![("grant_type", "client_credentials"), ("client_id", id)],
            "invalid_client",
        ),
        (
            vec![
                ("grant_type", "client_credentials"),
                ("client_id", id),
                ("client_secret", "x"),
            ],
            "invalid_client",
        ),
        (
            vec![
                ("grant_type", "client_credentials"),
                ("client_id", "skc_2"),
                ("client_secret", secret),
            ],
            "invalid_client",
        ),
        (
            [&client[..], &[("grant_type", "password")]].concat(),
            "unsupported_grant_type",
        ),
        (client.to_vec(), "invalid_request"),
        (
            [&client[..], &[("grant_type", "authorization_code")]].concat(),
            "invalid_request",
        ),
        (
            [&client[..], &[("grant_type", "refresh_token")]].concat(),
            "invalid_request",
        ),
        (
            [
                &client[..],
                &[("grant_type", "authorization_code"), ("code", "code_x")],
            ]
            .concat(),
            "invalid_grant",
        ),
        (
            [
                &client[..],
                &[("grant_type", "refresh_token"), ("refresh_token", "rt_x")],
            ]
            .concat(),
            "invalid_grant",
        ),
        (
            [
                &client[..],
                &client[..],
                &[("grant_type", "client_credentials")],
            ]
            .concat(),
            "invalid_request",
        ),
    ] {
        let response = environment.post_form("/oauth/token", &form).await;
        assert_eq!(response.error(), error, "{form:?} {}", response.body);
        let status = if error == "invalid_client" {
            StatusCode::UNAUTHORIZED
        } else {
            StatusCode::BAD_REQUEST
        };
        assert_eq!(response.status, status);
        assert!(!response.body.contains(secret));
    }
}

#[tokio::test]
async fn a_code_is_exchanged_for_tokens_with_the_documented_claims() {
    let environment = environment().await;
    let id = environment.emulator.client_id();
    let tokens = environment
        .log_in(&[
            ("connection_id", "conn_1"),
            ("nonce", "n-1"),
            ("login_hint", "ada@acme.com"),
        ])
        .await;

    let access = environment
        .claims(tokens["access_token"].as_str().unwrap(), id)
        .await;
    assert_eq!(
        (&access["sub"], &access["oid"]),
        (&json!("usr_1"), &json!("org_1"))
    );
    assert_eq!(
        (&access["aud"], &access["client_id"]),
        (&json!([id]), &json!(id))
    );
    assert_eq!(access["scope"], "openid profile email");
    for claim in ["sid", "jti"] {
        assert!(access[claim].is_string(), "{claim}");
    }
    for claim in ["roles", "permissions"] {
        assert!(access[claim].is_array(), "{claim}");
    }
    for claim in ["iat", "nbf", "exp"] {
        assert!(access[claim].is_i64(), "{claim}");
    }

    let id_token = environment
        .claims(tokens["id_token"].as_str().unwrap(), id)
        .await;
    for (claim, value) in [
        ("sub", json!("usr_1")),
        ("aud", json!(id)),
        ("amr", json!(["conn_1"])),
        ("oid", json!("org_1")),
        ("nonce", json!("n-1")),
        ("email", json!("ada@acme.com")),
        ("email_verified", json!(true)),
        ("given_name", json!("Ada")),
        ("family_name", json!("Lovelace")),
        ("name", json!("Ada Lovelace")),
        ("sid", access["sid"].clone()),
    ] {
        assert_eq!(id_token[claim], value, "{claim}");
    }
    let hash = aws_lc_rs::digest::digest(
        &aws_lc_rs::digest::SHA256,
        tokens["access_token"].as_str().unwrap().as_bytes(),
    );
    let half = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(&hash.as_ref()[..16]);
    assert_eq!(id_token["at_hash"], half);
}

#[tokio::test]
async fn userinfo_returns_the_claims_of_the_scopes() {
    let environment = environment().await;
    let tokens = environment
        .log_in(&[("scope", "openid email"), ("login_hint", "ada@acme.com")])
        .await;
    let bearer = |token: &str| format!("Bearer {token}");
    let request = environment.request(Method::GET, "/userinfo");
    let response = send(request.header(
        AUTHORIZATION,
        bearer(tokens["access_token"].as_str().unwrap()),
    ))
    .await;
    assert_eq!(
        response.json(),
        json!({"sub": "usr_1", "email": "ada@acme.com", "email_verified": true})
    );
    for token in [environment.bearer().await, "nonsense".to_owned()] {
        let response = send(
            environment
                .request(Method::GET, "/userinfo")
                .header(AUTHORIZATION, bearer(&token)),
        )
        .await;
        assert_eq!(response.status, StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test]
async fn reuse_of_a_code_revokes_its_tokens() {
    let environment = environment().await;
    let code = environment.code(&[]).await;
    let first = environment.exchange(&code, &[]).await.json();
    let second = environment.exchange(&code, &[]).await;
    assert_eq!(
        (second.status, second.error().as_str()),
        (StatusCode::BAD_REQUEST, "invalid_grant")
    );
    let refreshed = environment
        .refresh(first["refresh_token"].as_str().unwrap(), &[])
        .await;
    assert_eq!(refreshed.error(), "invalid_grant");
}

#[tokio::test]
async fn a_code_is_bound_to_its_redirect_uri_and_expires() {
    let environment = environment().await;
    let code = environment.code(&[]).await;
    for form in [
        vec![
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
        ],
        vec![
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", "http://localhost:3000/other"),
        ],
    ] {
        assert_eq!(
            environment.token(&form).await.error(),
            "invalid_grant",
            "{form:?}"
        );
    }
    // A failed exchange does not use up the code.
    assert_eq!(
        environment.exchange(&code, &[]).await.status,
        StatusCode::OK
    );

    let code = environment.code(&[]).await;
    environment
        .admin(Method::PUT, "clock", json!({"shift_seconds": 3600}))
        .await;
    assert_eq!(
        environment.exchange(&code, &[]).await.error(),
        "invalid_grant"
    );
}

#[tokio::test]
async fn credentials_in_the_form_are_used_if_the_request_has_a_bearer_token() {
    let environment = environment().await;
    let (id, secret) = (
        environment.emulator.client_id(),
        environment.emulator.client_secret(),
    );
    let bearer = format!("Bearer {}", environment.bearer().await);
    for (secret, status) in [
        (secret, StatusCode::OK),
        ("wrong", StatusCode::UNAUTHORIZED),
    ] {
        for header in [bearer.as_str(), "Bearer expired", "bearer x"] {
            let request = environment
                .request(Method::POST, "/oauth/token")
                .header(AUTHORIZATION, header);
            let form = [
                ("grant_type", "client_credentials"),
                ("client_id", id),
                ("client_secret", secret),
            ];
            let response = send(form_request(request, &form)).await;
            assert_eq!(response.status, status, "{header} {}", response.body);
        }
    }
}

#[tokio::test]
async fn a_doubled_slash_reaches_the_same_endpoint() {
    let environment = environment().await;
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", environment.emulator.client_id()),
        ("client_secret", environment.emulator.client_secret()),
    ];
    let response = environment.post_form("//oauth/token", &form).await;
    assert_eq!(response.status, StatusCode::OK, "{}", response.body);
    let keys = environment.get("//keys").await;
    assert_eq!(keys.json(), environment.get("/keys").await.json());
    let list = environment
        .call(Method::GET, "//api/v1/organizations", None)
        .await;
    assert_eq!(list.json()["total_size"], 1);
    assert_eq!(
        environment.get("/oauth//token").await.status,
        StatusCode::NOT_FOUND
    );
}
