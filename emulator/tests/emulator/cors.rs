//! CORS, HEAD requests and unsupported methods.

use reqwest::header::{ALLOW, CONTENT_LENGTH, CONTENT_TYPE};
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::support::{Response, environment, send};

fn allows_any_origin(response: &Response) -> bool {
    let headers = &response.headers;
    assert!(!headers.contains_key("access-control-allow-credentials"));
    let origins: Vec<_> = headers
        .get_all("access-control-allow-origin")
        .iter()
        .collect();
    origins == ["*"]
}

#[tokio::test]
async fn other_origins_may_call_the_token_and_userinfo_endpoints() {
    let environment = environment().await;
    let code = environment.code(&[]).await;
    let response = environment.exchange(&code, &[]).await;
    assert_eq!(response.status, StatusCode::OK);
    assert!(allows_any_origin(&response));
    let rejected = environment.exchange(&code, &[]).await;
    assert_eq!(rejected.status, StatusCode::BAD_REQUEST);
    assert!(allows_any_origin(&rejected));

    let token = response.json()["access_token"].as_str().unwrap().to_owned();
    let request = environment.request(Method::GET, "/userinfo");
    assert!(allows_any_origin(&send(request.bearer_auth(token)).await));
    let rejected = environment.get("/userinfo").await;
    assert_eq!(rejected.status, StatusCode::UNAUTHORIZED);
    assert!(allows_any_origin(&rejected));
    for path in ["/keys", "/.well-known/openid-configuration"] {
        assert!(allows_any_origin(&environment.get(path).await));
    }
    let fault = json!({ "operation": "oauth.token", "status": 503, "times": 1 });
    environment.admin(Method::POST, "faults", fault).await;
    let broken = environment.exchange(&code, &[]).await;
    assert_eq!(broken.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(allows_any_origin(&broken));
    // Scripts of other origins must not read the pages or the API.
    for path in [
        &environment.authorize_path(&[]),
        "/api/v1/organizations",
        "/oidc/logout",
    ] {
        assert!(!allows_any_origin(&environment.get(path).await), "{path}");
    }
}

#[tokio::test]
async fn preflight_requests_succeed() {
    let environment = environment().await;
    let fault = json!({ "operation": "oauth.token", "status": 503, "times": 1 });
    environment.admin(Method::POST, "faults", fault).await;
    for (path, methods) in [("/oauth/token", "POST"), ("/userinfo", "GET, POST")] {
        let request = environment.request(Method::OPTIONS, path);
        let request = request
            .header("origin", "http://localhost:3000")
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "authorization");
        let response = send(request).await;
        assert_eq!(response.status, StatusCode::NO_CONTENT);
        assert!(allows_any_origin(&response));
        assert_eq!(response.headers["access-control-allow-methods"], methods);
        assert_eq!(
            response.headers["access-control-allow-headers"],
            "authorization, content-type"
        );
    }
    // Preflight requests do not consume faults.
    let response = environment
        .token(&[("grant_type", "client_credentials")])
        .await;
    assert_eq!(response.status, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn head_returns_the_headers_of_get_without_a_body() {
    let environment = environment().await;
    let bearer = environment.bearer().await;
    for path in [
        "/.well-known/openid-configuration",
        "/keys",
        "/",
        "/_emulator/requests",
        "/api/v1/organizations/org_1",
        "/nothing",
    ] {
        let get = send(environment.request(Method::GET, path).bearer_auth(&bearer)).await;
        let head = send(environment.request(Method::HEAD, path).bearer_auth(&bearer)).await;
        assert_eq!(head.status, get.status, "{path}");
        assert_eq!(
            head.headers.get(CONTENT_TYPE),
            get.headers.get(CONTENT_TYPE)
        );
        assert!(head.headers.contains_key(CONTENT_LENGTH), "{path}");
        assert_eq!(head.body, "");
    }
}

#[tokio::test]
async fn unsupported_methods_return_405_with_an_allow_header() {
    let environment = environment().await;
    for (method, path, allowed) in [
        (Method::GET, "/oauth/token", "POST"),
        (Method::DELETE, "/userinfo", "GET, POST"),
        (Method::POST, "/keys", "GET"),
    ] {
        let response = send(environment.request(method, path)).await;
        assert_eq!(response.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
        assert_eq!(response.headers[ALLOW], allowed);
    }
    assert_eq!(environment.logged("unmatched=true").await.len(), 3);
}
