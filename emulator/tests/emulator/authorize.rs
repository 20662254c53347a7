//! `/oauth/authorize`: the login page, auto-approval, and the ways back.

use reqwest::{Method, StatusCode};
use scalekit_emulator::Emulator;

use crate::support::{CALLBACK, CHALLENGE, World, acme, form_request, send, world};

async fn asking() -> World {
    World::start(Emulator::builder().seed(acme())).await
}

#[tokio::test]
async fn discovery_names_every_endpoint_and_they_exist() {
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
async fn auto_approval_comes_back_with_code_state_and_issuer() {
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
async fn an_unsafe_request_is_never_sent_back() {
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
async fn configured_redirect_uris_are_the_only_ones() {
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
async fn errors_go_back_to_the_application() {
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
async fn the_login_page_offers_what_there_is_and_signs_in() {
    let world = asking().await;
    let path = world.authorize_path(&[("state", "s"), ("login_hint", "<ada>@acme.com")]);
    let page = world.get(&path).await;
    assert_eq!(page.status, StatusCode::OK);
    for text in [
        "ada@acme.com",
        "Acme",
        "conn_1",
        "&lt;ada&gt;@acme.com",
        "<label for=\"email\"",
        "lang=\"en\"",
    ] {
        assert!(page.body.contains(text), "{text}");
    }
    assert!(!page.body.contains("<ada>"));
    assert_eq!(page.headers["cache-control"], "no-store");
    assert!(page.headers.contains_key("content-security-policy"));

    let form = [
        ("decision", "allow"),
        ("email", "ada@acme.com"),
        ("organization", "org_1"),
        ("connection", "conn_1"),
    ];
    let back = send(form_request(world.request(Method::POST, &path), &form))
        .await
        .redirected();
    assert_eq!(back["state"], "s");
    let tokens = world.exchange(&back["code"], &[]).await.json();
    let claims = world
        .claims(tokens["id_token"].as_str().unwrap(), world.emulator.client_id())
        .await;
    assert_eq!(
        (claims["sub"].as_str(), claims["amr"][0].as_str()),
        (Some("usr_1"), Some("conn_1"))
    );
}

#[tokio::test]
async fn a_user_can_cancel_and_gets_told_what_is_wrong() {
    let world = asking().await;
    let path = world.authorize_path(&[("state", "s")]);
    let submit = |form: Vec<(&'static str, &'static str)>| {
        send(form_request(world.request(Method::POST, &path), &form))
    };
    let back = submit(vec![("decision", "deny")]).await.redirected();
    assert_eq!(
        (back["error"].as_str(), back["state"].as_str()),
        ("access_denied", "s")
    );
    for (form, problem) in [
        (vec![("email", "")], "e-mail"),
        (
            vec![("email", "ada@acme.com"), ("organization", "org_404")],
            "no such organization",
        ),
        (
            vec![("email", "ada@acme.com"), ("connection", "conn_404")],
            "no such connection",
        ),
    ] {
        let page = submit(form.clone()).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{form:?}");
        assert!(
            page.body.contains("role=\"alert\"") && page.body.contains(problem),
            "{form:?} {}",
            page.body
        );
    }
}

#[tokio::test]
async fn who_is_new_becomes_a_user_and_a_member() {
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
    // The second login finds her.
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
