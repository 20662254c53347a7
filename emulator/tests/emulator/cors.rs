//! CORS, HEAD requests and unsupported methods.

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
async fn other_origins_may_call_the_token_and_userinfo_endpoints() {
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
    // Scripts of other origins must not read the pages or the API.
    for path in [
        &world.authorize_path(&[]),
        "/api/v1/organizations",
        "/oidc/logout",
    ] {
        assert!(!is_shared(&world.get(path).await), "{path}");
    }
}

#[tokio::test]
async fn preflight_requests_succeed() {
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
    // Preflight requests do not consume faults.
    let answer = world.token(&[("grant_type", "client_credentials")]).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn head_returns_the_headers_of_get_without_a_body() {
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
async fn unsupported_methods_return_405_with_an_allow_header() {
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
