//! OAuth 2.0 and OpenID Connect, the way clients and browsers meet them.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use common::{CALLBACK, Http, claims};
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use reqwest::Method;
use scalekit_emulator::Emulator;
use serde_json::{Value, json};

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

async fn auto() -> Http {
    let http = Http::start(Emulator::builder().auto_approve(true)).await;
    http.organization("Acme").await;
    http
}

async fn code(http: &Http, more: &[(&str, &str)]) -> String {
    http.authorize(more).await.redirect()["code"].clone()
}

async fn exchange(http: &Http, code: &str, more: &[(&str, &str)]) -> common::Answer {
    let mut form = vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", CALLBACK),
    ];
    form.extend(more);
    http.token(&form).await
}

fn assert_oauth_error(answer: &common::Answer, status: u16, error: &str) {
    assert_eq!(answer.status, status, "{}", answer.text);
    assert_eq!(answer.json()["error"], error, "{}", answer.text);
}

#[tokio::test]
async fn discovery_names_the_endpoints() {
    let http = auto().await;
    let document = http
        .anonymous(Method::GET, "/.well-known/openid-configuration")
        .await
        .json();
    assert_eq!(document["issuer"], http.emulator.url());
    for name in [
        "authorization_endpoint",
        "token_endpoint",
        "jwks_uri",
        "end_session_endpoint",
    ] {
        assert!(
            document[name].as_str().unwrap().starts_with(http.emulator.url()),
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_login_gives_tokens_that_the_key_set_verifies() {
    let http = auto().await;
    let organization = http.organization("Second").await;
    let parameters = [
        ("organization_id", organization.as_str()),
        ("login_hint", "ada@example.com"),
        ("nonce", "n-1"),
    ];
    let answer = http.authorize(&parameters).await.redirect();
    assert_eq!(answer["state"], "st");
    assert_eq!(answer["iss"], http.emulator.url());
    let tokens = exchange(&http, &answer["code"], &[]).await.json();
    let keys: JwkSet = serde_json::from_str(&http.anonymous(Method::GET, "/keys").await.text).unwrap();
    let mut verified = Vec::new();
    for name in ["access_token", "id_token"] {
        let token = tokens[name].as_str().unwrap();
        let header = decode_header(token).unwrap();
        assert_eq!(header.alg, Algorithm::RS256);
        let key = DecodingKey::from_jwk(keys.find(&header.kid.unwrap()).unwrap()).unwrap();
        let mut checks = Validation::new(Algorithm::RS256);
        checks.set_audience(&[http.emulator.client_id()]);
        checks.set_issuer(&[http.emulator.url()]);
        verified.push(decode::<Value>(token, &key, &checks).unwrap().claims);
    }
    let [access, id] = verified.as_slice() else {
        panic!()
    };
    assert_eq!(access["oid"], organization);
    assert_eq!(access["sub"], id["sub"]);
    assert_eq!(access["sid"], id["sid"]);
    assert_eq!(access["roles"], json!(["member"]));
    assert_eq!(access["scope"], "openid profile email");
    assert_eq!(id["nonce"], "n-1");
    assert_eq!(id["email"], "ada@example.com");
    assert!(id["at_hash"].is_string() && id["c_hash"].is_string() && id["amr"].is_array());
    let me = http
        .browser
        .get(http.url("/userinfo"))
        .bearer_auth(tokens["access_token"].as_str().unwrap());
    let me: Value = serde_json::from_str(&me.send().await.unwrap().text().await.unwrap()).unwrap();
    assert_eq!(me["sub"], access["sub"]);
}

#[tokio::test]
async fn a_code_works_once_and_its_second_use_voids_the_login() {
    let http = auto().await;
    let code = code(&http, &[]).await;
    let tokens = exchange(&http, &code, &[]).await.json();
    assert_oauth_error(&exchange(&http, &code, &[]).await, 400, "invalid_grant");
    let refresh = tokens["refresh_token"].as_str().unwrap();
    let refreshed = http
        .token(&[("grant_type", "refresh_token"), ("refresh_token", refresh)])
        .await;
    assert_oauth_error(&refreshed, 400, "invalid_grant");
}

#[tokio::test]
async fn a_code_is_bound_to_its_redirect_uri_and_challenge() {
    let http = auto().await;
    let pkce = [("code_challenge", CHALLENGE), ("code_challenge_method", "S256")];
    let code = code(&http, &pkce).await;
    let elsewhere = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", "https://evil.example"),
    ];
    assert_oauth_error(&http.token(&elsewhere).await, 400, "invalid_grant");
    assert_oauth_error(&exchange(&http, &code, &[]).await, 400, "invalid_grant");
    let wrong = VERIFIER.replace('d', "e");
    assert_oauth_error(
        &exchange(&http, &code, &[("code_verifier", &wrong)]).await,
        400,
        "invalid_grant",
    );
    // None of these has burnt the code, and a public client may exchange it.
    let public = [
        ("grant_type", "authorization_code"),
        ("client_id", http.emulator.client_id()),
        ("code", code.as_str()),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    assert_eq!(http.raw_token(&public).await.status, 200);
}

#[tokio::test]
async fn codes_expire() {
    let http = auto().await;
    let code = code(&http, &[]).await;
    http.admin(Method::PUT, "clock", json!({"shift_seconds": 301}))
        .await;
    assert_oauth_error(&exchange(&http, &code, &[]).await, 400, "invalid_grant");
}

#[tokio::test]
async fn refresh_tokens_rotate_and_a_stolen_one_ends_the_login() {
    let http = auto().await;
    let tokens = exchange(&http, &code(&http, &[]).await, &[]).await.json();
    let first = tokens["refresh_token"].as_str().unwrap();
    let second = http
        .token(&[("grant_type", "refresh_token"), ("refresh_token", first)])
        .await
        .json();
    let second = second["refresh_token"].as_str().unwrap().to_owned();
    assert_ne!(first, second);
    let reused = http
        .token(&[("grant_type", "refresh_token"), ("refresh_token", first)])
        .await;
    assert_oauth_error(&reused, 400, "invalid_grant");
    let after = http
        .token(&[("grant_type", "refresh_token"), ("refresh_token", &second)])
        .await;
    assert_oauth_error(&after, 400, "invalid_grant");
}

#[tokio::test]
async fn revoking_a_session_and_logging_out_end_its_refresh_token() {
    let http = auto().await;
    let tokens = exchange(&http, &code(&http, &[]).await, &[]).await.json();
    let session = claims(tokens["access_token"].as_str().unwrap())["sid"]
        .as_str()
        .unwrap()
        .to_owned();
    let revoked = http
        .post(&format!("/api/v1/sessions/{session}/revoke"), json!({}))
        .await
        .json();
    assert_eq!(revoked["revoked_session"]["status"], "revoked");
    let refresh = tokens["refresh_token"].as_str().unwrap();
    let refused = http
        .token(&[("grant_type", "refresh_token"), ("refresh_token", refresh)])
        .await;
    assert_oauth_error(&refused, 400, "invalid_grant");

    let tokens = exchange(&http, &code(&http, &[]).await, &[]).await.json();
    let mut logout = url::Url::parse(&http.url("/oidc/logout")).unwrap();
    let hint = tokens["id_token"].as_str().unwrap();
    let parameters = [
        ("id_token_hint", hint),
        ("post_logout_redirect_uri", CALLBACK),
        ("state", "bye"),
    ];
    logout.query_pairs_mut().extend_pairs(parameters);
    let answer = http.browser.get(logout).send().await.unwrap();
    assert_eq!(answer.headers()["location"], format!("{CALLBACK}?state=bye"));
    let refresh = tokens["refresh_token"].as_str().unwrap();
    let refused = http
        .token(&[("grant_type", "refresh_token"), ("refresh_token", refresh)])
        .await;
    assert_oauth_error(&refused, 400, "invalid_grant");
}

#[tokio::test]
async fn token_requests_that_are_wrong() {
    let http = auto().await;
    assert_oauth_error(&http.token(&[]).await, 400, "invalid_request");
    assert_oauth_error(
        &http.token(&[("grant_type", "password")]).await,
        400,
        "unsupported_grant_type",
    );
    assert_oauth_error(&exchange(&http, "nonsense", &[]).await, 400, "invalid_grant");
    let wrong = [
        ("grant_type", "client_credentials"),
        ("client_id", http.emulator.client_id()),
        ("client_secret", "no"),
    ];
    assert_oauth_error(&http.raw_token(&wrong).await, 401, "invalid_client");
    let unknown = [
        ("grant_type", "client_credentials"),
        ("client_id", "skc_0"),
        ("client_secret", "no"),
    ];
    assert_oauth_error(&http.raw_token(&unknown).await, 401, "invalid_client");
    let basic = http.browser.post(http.url("/oauth/token"));
    let basic = basic.basic_auth(http.emulator.client_id(), Some(http.emulator.client_secret()));
    let form = basic
        .header("content-type", "application/x-www-form-urlencoded")
        .body("grant_type=client_credentials");
    assert_eq!(form.send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn authorization_errors_go_back_only_where_it_is_safe() {
    let http = auto().await;
    for (more, error) in [
        (("response_type", "token"), "unsupported_response_type"),
        (("code_challenge", CHALLENGE), "invalid_request"),
        (("organization_id", "org_404"), "access_denied"),
    ] {
        let back = http.authorize(&[more]).await.redirect();
        assert_eq!((back["error"].as_str(), back["state"].as_str()), (error, "st"));
    }
    for more in [
        ("client_id", "skc_0"),
        ("redirect_uri", "javascript:alert(1)"),
        ("redirect_uri", "not a url"),
    ] {
        let page = http.authorize(&[more]).await;
        assert_eq!(page.status, 400);
        assert!(!page.headers.contains_key("location"));
    }
    let strict = Http::start(Emulator::builder().redirect_uri("https://app.example.com/other")).await;
    assert_eq!(strict.authorize(&[]).await.status, 400);
}

#[tokio::test]
async fn the_login_page_signs_in_and_can_be_cancelled() {
    let http = Http::start(Emulator::builder()).await;
    let organization = http.organization("<b>Acme</b>").await;
    let user = http.user(&organization, "ada@example.com").await;
    let url = http.authorization_url(&[("login_hint", "ada@example.com")]);
    let page = http.authorize(&[("login_hint", "ada@example.com")]).await;
    assert_eq!(page.status, 200);
    assert!(
        page.text.contains(r#"value="ada@example.com""#) && page.text.contains("&lt;b&gt;Acme"),
        "{}",
        page.text
    );
    assert!(
        page.headers["content-security-policy"]
            .to_str()
            .unwrap()
            .contains("frame-ancestors 'none'")
    );

    let form = [
        ("email", "ada@example.com"),
        ("organization", organization.as_str()),
        ("decision", "allow"),
    ];
    let back = http.submit(&url, &form).await.redirect();
    let tokens = exchange(&http, &back["code"], &[]).await.json();
    assert_eq!(claims(tokens["access_token"].as_str().unwrap())["sub"], user);

    assert_eq!(
        http.submit(&url, &[("email", "nobody"), ("decision", "allow")])
            .await
            .status,
        400
    );
    let cancelled = http.submit(&url, &[("decision", "deny")]).await.redirect();
    assert_eq!(cancelled["error"], "access_denied");
    let silent = http.authorize(&[("prompt", "none")]).await.redirect();
    assert_eq!(silent["error"], "login_required");
}

#[tokio::test]
async fn keys_rotate_and_the_old_one_stays_until_it_is_revoked() {
    let http = auto().await;
    let ids = |text: String| -> Vec<String> {
        let keys: Value = serde_json::from_str(&text).unwrap();
        keys["keys"]
            .as_array()
            .unwrap()
            .iter()
            .map(|key| key["kid"].as_str().unwrap().to_owned())
            .collect()
    };
    let before = ids(http.anonymous(Method::GET, "/keys").await.text);
    let new = http.admin(Method::POST, "keys/rotate", json!({})).await.json()["kid"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(
        ids(http.anonymous(Method::GET, "/keys").await.text),
        [new.clone(), before[0].clone()]
    );
    let last = http
        .admin(Method::POST, "keys/rotate", json!({"revoke": true}))
        .await
        .json();
    assert_eq!(
        ids(http.anonymous(Method::GET, "/keys").await.text),
        [last["kid"].as_str().unwrap()]
    );
}

#[tokio::test]
async fn idp_initiated_login_tokens_say_where_to() {
    let http = auto().await;
    let about = json!({
        "connection_id": "conn_1", "organization_id": "org_1", "login_hint": "ada@example.com", "relay_state": "deep",
    });
    let token = http
        .admin(Method::POST, "idp-initiated-token", about)
        .await
        .json();
    let claims = claims(token["token"].as_str().unwrap());
    for (name, value) in [
        ("connection_id", "conn_1"),
        ("organization_id", "org_1"),
        ("relay_state", "deep"),
    ] {
        assert_eq!(claims[name], value);
    }
}
