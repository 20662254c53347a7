//! What browsers and proxies ask beside the requests themselves: CORS, HEAD and other methods.

use reqwest::header::{ALLOW, CONTENT_LENGTH, CONTENT_TYPE};
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::support::{Answer, send, world};

fn is_shared(answer: &Answer) -> bool {
    let headers = &answer.headers;
    assert!(!headers.contains_key("access-control-allow-credentials"));
    let origins: Vec<_> = headers.get_all("access-control-allow-origin").iter().collect();
    origins == ["*"]
}

#[tokio::test]
async fn pages_of_other_origins_may_exchange_codes_and_read_about_the_user() {
    let world = world().await;
    let code = world.code(&[]).await;
    let answer = world.exchange(&code, &[]).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(is_shared(&answer));
    let refused = world.exchange(&code, &[]).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert!(is_shared(&refused));

    let token = answer.json()["access_token"].as_str().unwrap().to_owned();
    let request = world.request(Method::GET, "/userinfo");
    assert!(is_shared(&send(request.bearer_auth(token)).await));
    let refused = world.get("/userinfo").await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    assert!(is_shared(&refused));
    for path in ["/keys", "/.well-known/openid-configuration"] {
        assert!(is_shared(&world.get(path).await));
    }
    let fault = json!({ "operation": "oauth.token", "status": 503, "times": 1 });
    world.admin(Method::POST, "faults", fault).await;
    let broken = world.exchange(&code, &[]).await;
    assert_eq!(broken.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(is_shared(&broken));
    // Pages for people, and the API, are for nobody else's scripts.
    for path in [
        &world.authorize_path(&[]),
        "/api/v1/organizations",
        "/oidc/logout",
    ] {
        assert!(!is_shared(&world.get(path).await), "{path}");
    }
}

#[tokio::test]
async fn a_browser_may_ask_first() {
    let world = world().await;
    let fault = json!({ "operation": "oauth.token", "status": 503, "times": 1 });
    world.admin(Method::POST, "faults", fault).await;
    for (path, methods) in [("/oauth/token", "POST"), ("/userinfo", "GET, POST")] {
        let request = world.request(Method::OPTIONS, path);
        let request = request
            .header("origin", "http://localhost:3000")
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "authorization");
        let answer = send(request).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT);
        assert!(is_shared(&answer));
        assert_eq!(answer.headers["access-control-allow-methods"], methods);
        assert_eq!(
            answer.headers["access-control-allow-headers"],
            "authorization, content-type"
        );
    }
    // Asking has used up no fault.
    let answer = world.token(&[("grant_type", "client_credentials")]).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn a_head_is_a_get_without_its_body() {
    let world = world().await;
    let bearer = world.bearer().await;
    for path in [
        "/.well-known/openid-configuration",
        "/keys",
        "/",
        "/_emulator/requests",
        "/api/v1/organizations/org_1",
        "/nothing",
    ] {
        let get = send(world.request(Method::GET, path).bearer_auth(&bearer)).await;
        let head = send(world.request(Method::HEAD, path).bearer_auth(&bearer)).await;
        assert_eq!(head.status, get.status, "{path}");
        assert_eq!(head.headers.get(CONTENT_TYPE), get.headers.get(CONTENT_TYPE));
        assert!(head.headers.contains_key(CONTENT_LENGTH), "{path}");
        assert_eq!(head.body, "");
    }
}

#[tokio::test]
async fn endpoints_name_the_methods_that_they_have() {
    let world = world().await;
    for (method, path, allowed) in [
        (Method::GET, "/oauth/token", "POST"),
        (Method::DELETE, "/userinfo", "GET, POST"),
        (Method::POST, "/keys", "GET"),
    ] {
        let answer = send(world.request(method, path)).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
        assert_eq!(answer.headers[ALLOW], allowed);
    }
    assert_eq!(world.logged("unmatched=true").await.len(), 3);
}
