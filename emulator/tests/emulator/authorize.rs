//! `/oauth/authorize`: validation, auto-approval and redirects to the application.

use reqwest::{Method, StatusCode};
use scalekit_emulator::Emulator;

use crate::support::{CALLBACK, CHALLENGE, World, acme, send, world};

async fn asking() -> World {
    World::start(Emulator::builder().seed(acme())).await
}

#[tokio::test]
async fn all_endpoints_of_the_discovery_document_exist() {
    let world = world().await;
    let url = world.emulator.url();
    let document = world.get("/.well-known/openid-configuration").await.json();
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
        let answer = send(world.request(method, path)).await;
        assert_ne!(answer.status, StatusCode::NOT_FOUND, "{name}");
    }
}

#[tokio::test]
async fn auto_approval_redirects_with_code_state_and_issuer() {
    let world = world().await;
    let back = world
        .get(&world.authorize_path(&[("state", "a b&c")]))
        .await
        .redirected();
    assert_eq!(back["state"], "a b&c");
    assert_eq!(back["iss"], world.emulator.url());
    assert!(back["code"].len() >= 43);
    let more = [("redirect_uri", "http://localhost:3000/callback?keep=1")];
    assert_eq!(
        world.get(&world.authorize_path(&more)).await.redirected()["keep"],
        "1"
    );
}

#[tokio::test]
async fn an_unsafe_request_is_never_redirected() {
    let world = world().await;
    for (more, word) in [
        ([("client_id", "skc_2")], "client_id"),
        ([("client_id", "")], "client_id"),
        ([("redirect_uri", "")], "redirect_uri"),
        ([("redirect_uri", "callback")], "redirect_uri"),
        ([("redirect_uri", "http://localhost/#part")], "fragment"),
        ([("redirect_uri", "javascript:alert(1)")], "scheme"),
    ] {
        let answer = world.get(&world.authorize_path(&more)).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{more:?}");
        assert!(answer.body.contains(word), "{more:?} {}", answer.body);
        assert!(!answer.headers.contains_key("location"));
    }
}

#[tokio::test]
async fn only_configured_redirect_uris_are_accepted() {
    let builder = Emulator::builder()
        .auto_approve(true)
        .seed(acme())
        .redirect_uri(CALLBACK);
    let world = World::start(builder).await;
    assert!(
        world
            .get(&world.authorize_path(&[]))
            .await
            .redirected()
            .contains_key("code")
    );
    let other = [("redirect_uri", "http://localhost:3000/callback/other")];
    assert_eq!(
        world.get(&world.authorize_path(&other)).await.status,
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn errors_are_redirected_to_the_application() {
    let world = asking().await;
    for (more, error) in [
        (vec![("response_type", "token")], "unsupported_response_type"),
        (vec![("response_type", "")], "invalid_request"),
        (vec![("scope", "openid"), ("scope", "email")], "invalid_request"),
        (vec![("code_challenge", CHALLENGE)], "invalid_request"),
        (
            vec![("code_challenge", CHALLENGE), ("code_challenge_method", "plain")],
            "invalid_request",
        ),
        (
            vec![("code_challenge", "short"), ("code_challenge_method", "S256")],
            "invalid_request",
        ),
        (vec![("code_challenge_method", "S256")], "invalid_request"),
        (vec![("prompt", "none")], "login_required"),
    ] {
        let mut more = more;
        more.push(("state", "s"));
        let back = world.get(&world.authorize_path(&more)).await.redirected();
        assert_eq!(
            (back["error"].as_str(), back["state"].as_str()),
            (error, "s"),
            "{more:?}"
        );
        assert!(!back["error_description"].is_empty());
    }
}

#[tokio::test]
async fn unknown_ids_and_invalid_parameters_are_rejected() {
    let (asking, approving) = (asking().await, world().await);
    for (more, word) in [
        (vec![("organization_id", "org_404")], "no such organization"),
        (vec![("connection_id", "conn_404")], "no such connection"),
        (
            vec![("connection_id", "conn_1"), ("organization_id", "org_2")],
            "no such organization",
        ),
        (vec![("prompt", "none login")], "stands alone"),
        (vec![("prompt", "perhaps")], "perhaps"),
        (vec![("max_age", "soon")], "max_age"),
        (vec![("response_mode", "fragment")], "response_mode"),
    ] {
        for world in [&asking, &approving] {
            let back = world.get(&world.authorize_path(&more)).await.redirected();
            assert_eq!(back["error"], "invalid_request", "{more:?}");
            assert!(back["error_description"].contains(word), "{more:?} {back:?}");
        }
    }
    let object = [("request", "a.b.c")];
    let back = asking.get(&asking.authorize_path(&object)).await.redirected();
    assert_eq!(back["error"], "request_not_supported");
}

#[tokio::test]
async fn a_posted_request_is_redirected_to_a_get() {
    let world = asking().await;
    let path = world.authorize_path(&[("state", "a b")]);
    let (endpoint, query) = path.split_once('?').unwrap();
    let form: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let form: Vec<(&str, &str)> = form
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let answer = world.post_form(endpoint, &form).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(
        answer.headers["location"],
        format!("{}{path}", world.emulator.url())
    );
}

#[tokio::test]
async fn a_new_user_becomes_a_member() {
    let world = world().await;
    let hints = [("login_hint", "grace@acme.com"), ("organization_id", "org_1")];
    let tokens = world.log_in(&hints).await;
    let claims = world
        .claims(
            tokens["access_token"].as_str().unwrap(),
            world.emulator.client_id(),
        )
        .await;
    let id = claims["sub"].as_str().unwrap();
    let user = world
        .call(Method::GET, &format!("/api/v1/users/{id}"), None)
        .await
        .json()["user"]
        .clone();
    assert_eq!(user["email"], "grace@acme.com");
    assert_eq!(user["memberships"][0]["organization_id"], "org_1");
    assert_eq!(user["memberships"][0]["membership_status"], "ACTIVE");
    // The second login finds the same user.
    let again = world.log_in(&hints).await;
    let again = world
        .claims(
            again["access_token"].as_str().unwrap(),
            world.emulator.client_id(),
        )
        .await;
    assert_eq!(again["sub"], id);
    assert_ne!(again["sid"], claims["sid"]);
}

#[tokio::test]
async fn only_enabled_login_connections_are_accepted() {
    let connection = |id: &str, kind: &str, provider: &str, enabled: bool| {
        serde_json::json!({
            "id": id, "organization_id": "org_1", "type": kind, "provider": provider, "enabled": enabled,
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
        let world = World::start(builder.auto_approve(auto_approve)).await;
        for (id, usable) in [
            ("conn_1", false),
            ("conn_2", false),
            ("conn_3", true),
            ("conn_4", true),
        ] {
            let answer = world.get(&world.authorize_path(&[("connection_id", id)])).await;
            if !usable {
                let back = answer.redirected();
                assert_eq!(back["error"], "invalid_request", "{id}");
                assert!(back["error_description"].contains("not enabled"));
            } else if auto_approve {
                assert!(answer.redirected().contains_key("code"), "{id}");
            } else {
                assert_eq!(answer.status, StatusCode::OK, "{id} {}", answer.body);
            }
        }
        // Without a `connection_id`, the first usable connection is taken.
        if auto_approve {
            let tokens = world.log_in(&[("login_hint", "ada@acme.com")]).await;
            let token = tokens["id_token"].as_str().unwrap();
            let claims = world.claims(token, world.emulator.client_id()).await;
            assert_eq!(claims["amr"], serde_json::json!(["conn_3"]));
        }
    }
}
