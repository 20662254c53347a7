//! `/oauth/authorize`: validation, auto-approval and redirects to the application.

use reqwest::{Method, StatusCode};
use scalekit_emulator::Emulator;

use crate::support::{CALLBACK, CHALLENGE, Environment, acme, environment, send};

async fn with_login_page() -> Environment {
    Environment::start(Emulator::builder().seed(acme())).await
}

#[tokio::test]
async fn all_endpoints_of_the_discovery_document_exist() {
    let environment = environment().await;
    let url = environment.emulator.url();
    let document = environment
        .get("/.well-known/openid-configuration")
        .await
        .json();
    assert_eq!(document["issuer"], url);
    assert_eq!(
        document["code_challenge_methods_supported"],
        serde_json::json!(["S256"])
    );
    for name in [
        "authorization_endpoint",
        "token_endpoint",
        "jwks_uri",
        "userinfo_endpoint",
        "end_session_endpoint",
    ] {
        let path = document[name].as_str().unwrap().strip_prefix(url).unwrap();
        let method = if name == "token_endpoint" {
            Method::POST
        } else {
            Method::GET
        };
        let response = send(environment.request(method, path)).await;
        assert_ne!(response.status, StatusCode::NOT_FOUND, "{name}");
    }
}

#[tokio::test]
async fn auto_approval_redirects_with_code_state_and_issuer() {
    let environment = environment().await;
    let callback = environment
        .get(&environment.authorize_path(&[("state", "a b&c")]))
        .await
        .redirected();
    assert_eq!(callback["state"], "a b&c");
    assert_eq!(callback["iss"], environment.emulator.url());
    assert!(callback["code"].len() >= 43);
    let extra = [("redirect_uri", "http://localhost:3000/callback?keep=1")];
    assert_eq!(
        environment
            .get(&environment.authorize_path(&extra))
            .await
            .redirected()["keep"],
        "1"
    );
}

#[tokio::test]
async fn an_unsafe_request_is_never_redirected() {
    let environment = environment().await;
    for (extra, word) in [
        ([("client_id", "skc_2")], "client_id"),
        ([("client_id", "")], "client_id"),
        ([("redirect_uri", "")], "redirect_uri"),
        ([("redirect_uri", "callback")], "redirect_uri"),
        ([("redirect_uri", "http://localhost/#part")], "fragment"),
        ([("redirect_uri", "javascript:alert(1)")], "scheme"),
    ] {
        let response = environment.get(&environment.authorize_path(&extra)).await;
        assert_eq!(response.status, StatusCode::BAD_REQUEST, "{extra:?}");
        assert!(response.body.contains(word), "{extra:?} {}", response.body);
        assert!(!response.headers.contains_key("location"));
    }
}

#[tokio::test]
async fn only_configured_redirect_uris_are_accepted() {
    let builder = Emulator::builder()
        .auto_approve(true)
        .seed(acme())
        .redirect_uri(CALLBACK);
    let environment = Environment::start(builder).await;
    assert!(
        environment
            .get(&environment.authorize_path(&[]))
            .await
            .redirected()
            .contains_key("code")
    );
    let other = [("redirect_uri", "http://localhost:3000/callback/other")];
    assert_eq!(
        environment
            .get(&environment.authorize_path(&other))
            .await
            .status,
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn errors_are_redirected_to_the_application() {
    let environment = with_login_page().await;
    for (extra, error) in [
        (
            vec![("response_type", "token")],
            "unsupported_response_type",
        ),
        (vec![("response_type", "")], "invalid_request"),
        (
            vec![("scope", "openid"), ("scope", "email")],
            "invalid_request",
        ),
        (vec![("code_challenge", CHALLENGE)], "invalid_request"),
        (
            vec![
                ("code_challenge", CHALLENGE),
                ("code_challenge_method", "plain"),
            ],
            "invalid_request",
        ),
        (
            vec![
                ("code_challenge", "short"),
                ("code_challenge_method", "S256"),
            ],
            "invalid_request",
        ),
        (vec![("code_challenge_method", "S256")], "invalid_request"),
        (vec![("prompt", "none")], "login_required"),
    ] {
        let mut extra = extra;
        extra.push(("state", "s"));
        let callback = environment
            .get(&environment.authorize_path(&extra))
            .await
            .redirected();
        assert_eq!(
            (callback["error"].as_str(), callback["state"].as_str()),
            (error, "s"),
            "{extra:?}"
        );
        assert!(!callback["error_description"].is_empty());
    }
}

#[tokio::test]
async fn unknown_ids_and_invalid_parameters_are_rejected() {
    let (with_login_page, approving) = (with_login_page().await, environment().await);
    for (extra, word) in [
        (
            vec![("organization_id", "org_404")],
            "the organization does not exist",
        ),
        (
            vec![("connection_id", "conn_404")],
            "the connection does not exist",
        ),
        (
            vec![("connection_id", "conn_1"), ("organization_id", "org_2")],
            "the organization does not exist",
        ),
        (vec![("prompt", "none login")], "cannot be combined"),
        (vec![("prompt", "perhaps")], "perhaps"),
        (vec![("max_age", "soon")], "max_age"),
        (vec![("response_mode", "fragment")], "response_mode"),
    ] {
        for environment in [&with_login_page, &approving] {
            let callback = environment
                .get(&environment.authorize_path(&extra))
                .await
                .redirected();
            assert_eq!(callback["error"], "invalid_request", "{extra:?}");
            assert!(
                callback["error_description"].contains(word),
                "{extra:?} {callback:?}"
            );
        }
    }
    let object = [("request", "a.b.c")];
    let callback = with_login_page
        .get(&with_login_page.authorize_path(&object))
        .await
        .redirected();
    assert_eq!(callback["error"], "request_not_supported");
}

#[tokio::test]
async fn a_posted_request_is_redirected_to_a_get() {
    let environment = with_login_page().await;
    let path = environment.authorize_path(&[("state", "a b")]);
    let (endpoint, query) = path.split_once('?').unwrap();
    let form: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect();
    let form: Vec<(&str, &str)> = form
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let response = environment.post_form(endpoint, &form).await;
    assert_eq!(response.status, StatusCode::SEE_OTHER);
    assert_eq!(
        response.headers["location"],
        format!("{}{path}", environment.emulator.url())
    );
}

#[tokio::test]
async fn a_new_user_becomes_a_member() {
    let environment = environment().await;
    let hints = [
        ("login_hint", "grace@acme.com"),
        ("organization_id", "org_1"),
    ];
    let tokens = environment.log_in(&hints).await;
    let claims = environment
        .claims(
            tokens["access_token"].as_str().unwrap(),
            environment.emulator.client_id(),
        )
        .await;
    let id = claims["sub"].as_str().unwrap();
    let user = environment
        .call(Method::GET, &format!("/api/v1/users/{id}"), None)
        .await
        .json()["user"]
        .clone();
    assert_eq!(user["email"], "grace@acme.com");
    assert_eq!(user["memberships"][0]["organization_id"], "org_1");
    assert_eq!(user["memberships"][0]["membership_status"], "ACTIVE");
    // The second login finds the same user.
    let again = environment.log_in(&hints).await;
    let again = environment
        .claims(
            again["access_token"].as_str().unwrap(),
            environment.emulator.client_id(),
        )
        .await;
    assert_eq!(again["sub"], id);
    assert_ne!(again["sid"], claims["sid"]);
}

#[tokio::test]
async fn only_enabled_login_connections_are_accepted() {
    let connection = |id: &str, connection_type: &str, provider: &str, enabled: bool| {
        serde_json::json!({
            "id": id, "organization_id": "org_1", "type": connection_type, "provider": provider, "enabled": enabled,
        })
    };
    let mut social = connection("conn_4", "OAUTH", "GITHUB", true);
    social.as_object_mut().unwrap().remove("organization_id");
    let seed = serde_json::json!({ "connections": [
        connection("conn_1", "OIDC", "OKTA", false),
        connection("conn_2", "OAUTH", "GITHUB", true),
        connection("conn_3", "SAML", "OKTA", true),
        social,
    ] });
    let seed = scalekit_emulator::Seed::from_json(seed).unwrap();
    for auto_approve in [true, false] {
        let builder = Emulator::builder().seed(acme()).seed(seed.clone());
        let environment = Environment::start(builder.auto_approve(auto_approve)).await;
        for (id, usable) in [
            ("conn_1", false),
            ("conn_2", false),
            ("conn_3", true),
            ("conn_4", true),
        ] {
            let response = environment
                .get(&environment.authorize_path(&[("connection_id", id)]))
                .await;
            if !usable {
                let callback = response.redirected();
                assert_eq!(callback["error"], "invalid_request", "{id}");
                assert!(callback["error_description"].contains("not enabled"));
            } else if auto_approve {
                assert!(response.redirected().contains_key("code"), "{id}");
            } else {
                assert_eq!(response.status, StatusCode::OK, "{id} {}", response.body);
            }
        }
        // Without a `connection_id`, the first usable connection is taken.
        if auto_approve {
            let tokens = environment.log_in(&[("login_hint", "ada@acme.com")]).await;
            let token = tokens["id_token"].as_str().unwrap();
            let claims = environment
                .claims(token, environment.emulator.client_id())
                .await;
            assert_eq!(claims["amr"], serde_json::json!(["conn_3"]));
        }
    }
}
