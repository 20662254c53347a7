//! The proxy: its headers, scripted responses of third-party services, and the log.

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

use crate::agents::{agents, rejected};
use crate::support::{Environment, send};

/// Returns a request of Ann for a path below `/proxy`.
async fn proxied(environment: &Environment, method: Method, path: &str) -> RequestBuilder {
    let request = environment.request(method, &format!("/proxy{path}"));
    request
        .bearer_auth(environment.bearer().await)
        .header("connection_name", "slack")
        .header("identifier", "ann")
}

async fn script(environment: &Environment, script: Value) -> Value {
    let path = "proxy-responses";
    environment.admin(Method::POST, path, script).await
}

#[tokio::test]
async fn without_a_script_the_response_describes_the_request() {
    let environment = agents().await;
    let request = proxied(&environment, Method::PATCH, "/api/users.info?user=U1&x=%20").await;
    let request = request
        .header("content-type", "application/json")
        .header("x-custom", "1");
    let response = send(request.body(r#"{"name":"Ann"}"#)).await;
    assert_eq!(response.status, StatusCode::OK);
    let shown = response.json();
    assert_eq!(shown["method"], "PATCH");
    assert_eq!(shown["path"], "/api/users.info");
    assert_eq!(shown["query"], "user=U1&x=%20");
    assert_eq!(shown["json"], json!({ "name": "Ann" }));
    assert_eq!(shown["headers"]["x-custom"], "1");
    assert!(shown["headers"].get("authorization").is_none());
}

#[tokio::test]
async fn the_headers_name_an_active_account() {
    let environment = agents().await;
    let send_as = async |token: Option<&str>, headers: &[(&str, &[u8])]| {
        let mut request = environment.request(Method::GET, "/proxy/x");
        let bearer = environment.bearer().await;
        request = request.bearer_auth(token.unwrap_or(&bearer));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = send(request).await;
        let error = response.json()["message"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        (response.status.as_u16(), error)
    };
    let slack: (&str, &[u8]) = ("connection_name", b"slack");
    let ann: (&str, &[u8]) = ("identifier", b"ann");
    for (token, headers, status, error) in [
        (None, vec![slack, ann], 200, ""),
        (None, vec![("Connection_Name", &b"slack"[..]), ann], 200, ""),
        (
            Some("x"),
            vec![slack, ann],
            401,
            "the bearer token is invalid",
        ),
        (
            None,
            vec![ann],
            400,
            "the header connection_name is required",
        ),
        (None, vec![slack], 400, "the header identifier is required"),
        (
            None,
            vec![slack, ("identifier", b"")],
            400,
            "the header identifier is required",
        ),
        (
            None,
            vec![slack, slack, ann],
            400,
            "the header connection_name is repeated",
        ),
        (
            None,
            vec![("connection_name", b"jira"), ann],
            404,
            "connection not found",
        ),
        (
            None,
            vec![slack, ("identifier", b"eve")],
            404,
            "connected account not found",
        ),
        (
            None,
            vec![slack, ("identifier", b"bob")],
            400,
            "the connected account is not active",
        ),
    ] {
        let sent = send_as(token, &headers).await;
        assert_eq!(sent, (status, error.to_owned()), "{headers:?}");
    }
    // UTF-8, or Latin-1 if it is not valid UTF-8.
    let account = json!({ "identifier": "zoë", "connector": "slack", "provider": "SLACK" });
    let seed = json!({ "accounts": [account] });
    environment.admin(Method::POST, "seed", seed).await;
    for name in ["zoë".as_bytes(), b"zo\xeb"] {
        assert_eq!(send_as(None, &[slack, ("identifier", name)]).await.0, 200);
    }
    // Other paths are not the proxy.
    for path in ["/proxy", "/proxyx"] {
        let response = environment.get(path).await;
        assert_eq!(response.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn a_custom_provider_must_enable_the_proxy() {
    let environment = agents().await;
    let provider = |enabled: bool| json!({ "id": "prv_1", "identifier": "slack", "display_name": "S", "proxy_enabled": enabled });
    for (enabled, status) in [(false, 400), (true, 200)] {
        let seed = json!({ "providers": [provider(enabled)] });
        environment.admin(Method::POST, "seed", seed).await;
        let response = send(proxied(&environment, Method::GET, "/x").await).await;
        assert_eq!(response.status.as_u16(), status);
        assert_eq!(
            response.body.contains("proxy not enabled for provider"),
            !enabled
        );
    }
}

#[tokio::test]
async fn scripts_select_the_connection_the_account_the_method_and_the_path() {
    let environment = agents().await;
    let body = |name: &str| json!({ "script": name });
    for one in [
        json!({ "connection_name": "gmail", "json": body("other connection") }),
        json!({ "identifier": "bob", "json": body("other account") }),
        json!({ "method": "post", "json": body("post") }),
        json!({ "path": "/api/a", "times": 1, "status": 429, "headers": { "Retry-After": "7" } }),
        json!({ "path": "/api/a", "json": body("exact") }),
        json!({ "path": "/api/*", "json": body("prefix") }),
        json!({ "status": 404 }),
    ] {
        script(&environment, one).await;
    }
    for (method, path, status, found) in [
        (Method::GET, "/api/a?q=1", 429, ""),
        (Method::GET, "/api/a?q=1", 200, "exact"),
        (Method::GET, "/api/b", 200, "prefix"),
        (Method::POST, "/api/b", 200, "post"),
        (Method::GET, "/other", 404, ""),
    ] {
        let response = send(proxied(&environment, method.clone(), path).await).await;
        assert_eq!(response.status.as_u16(), status, "{method} {path}");
        match found {
            "" => assert_eq!(response.body, "", "{method} {path}"),
            found => assert_eq!(response.json()["script"], found, "{method} {path}"),
        }
        if status == 429 {
            assert_eq!(response.headers["retry-after"], "7");
        }
    }
    let list = environment
        .admin(Method::GET, "proxy-responses", Value::Null)
        .await;
    assert_eq!(list.as_array().unwrap().len(), 6);
    environment
        .admin(Method::DELETE, "proxy-responses", Value::Null)
        .await;
    let list = environment
        .admin(Method::GET, "proxy-responses", Value::Null)
        .await;
    assert_eq!(list, json!([]));
}

#[tokio::test]
async fn a_script_can_return_errors_redirects_text_and_bytes() {
    let environment = agents().await;
    for status in [204, 302, 401, 403, 500, 503, 599] {
        let one =
            json!({ "times": 1, "status": status, "headers": { "location": "https://x.test" } });
        script(&environment, one).await;
        let response = send(proxied(&environment, Method::GET, "/x").await).await;
        assert_eq!(response.status.as_u16(), status);
        assert_eq!(response.headers["location"], "https://x.test");
    }
    let bytes: Vec<u8> = (0..=255).rev().collect();
    let binary =
        json!({ "base64": STANDARD.encode(&bytes), "headers": { "Content-Type": "image/png" } });
    for (one, content_type, expected) in [
        (
            json!({ "body": "héllo" }),
            "text/plain; charset=utf-8",
            "héllo".as_bytes(),
        ),
        (
            json!({ "json": null, "body": "" }),
            "text/plain; charset=utf-8",
            b"",
        ),
        (binary, "image/png", bytes.as_slice()),
    ] {
        environment
            .admin(Method::DELETE, "proxy-responses", Value::Null)
            .await;
        script(&environment, one).await;
        let request = proxied(&environment, Method::GET, "/x").await;
        let response = request.send().await.unwrap();
        assert_eq!(response.headers()["content-type"], content_type);
        assert_eq!(response.bytes().await.unwrap(), expected);
    }
}

#[tokio::test]
async fn a_large_body_is_generated_while_it_is_sent() {
    let environment = agents().await;
    let size = 100_000_000_u64;
    script(&environment, json!({ "size": size })).await;
    let request = proxied(&environment, Method::GET, "/large").await;
    let mut response = request.send().await.unwrap();
    assert_eq!(response.headers()["content-length"], size.to_string());
    let mut position = 0_u64;
    while let Some(chunk) = response.chunk().await.unwrap() {
        let first = u8::try_from(position % 256).unwrap();
        assert_eq!(chunk[0], first, "at {position}");
        position += chunk.len() as u64;
    }
    assert_eq!(position, size);
}

#[tokio::test]
async fn a_response_can_be_slow() {
    let environment = agents().await;
    let one = json!({ "path": "/late", "delay_ms": 150, "json": {} });
    script(&environment, one).await;
    let start = Instant::now();
    send(proxied(&environment, Method::GET, "/late").await).await;
    assert!(start.elapsed() >= Duration::from_millis(150));

    let one = json!({ "path": "/drip", "body": "abcdef", "chunk_bytes": 2, "chunk_delay_ms": 60 });
    script(&environment, one).await;
    let request = proxied(&environment, Method::GET, "/drip").await;
    let start = Instant::now();
    let mut response = request.send().await.unwrap();
    let mut text = Vec::new();
    while let Some(chunk) = response.chunk().await.unwrap() {
        text.extend_from_slice(&chunk);
    }
    assert_eq!(text, b"abcdef");
    assert!(start.elapsed() >= Duration::from_millis(120));
}

#[tokio::test]
async fn requests_are_logged_without_credentials() {
    let environment = agents().await;
    let request = proxied(&environment, Method::PUT, "/files/1?token=T0&name=a").await;
    let bytes = b"\xff\x00binary";
    let request = request
        .header("x-api-key", "K0")
        .header("cookie", "C0=1")
        .header("x-visible", "yes")
        .body(bytes.to_vec());
    send(request).await;
    let logged = environment.logged("operation=proxy").await;
    let entry = &logged[0];
    assert_eq!(
        (&entry["method"], &entry["path"]),
        (&json!("PUT"), &json!("/proxy/files/1"))
    );
    assert_eq!(entry["base64"], STANDARD.encode(bytes));
    let headers = &entry["headers"];
    for (name, value) in [
        ("connection_name", "slack"),
        ("identifier", "ann"),
        ("authorization", "Bearer [redacted]"),
        ("x-api-key", "[redacted]"),
        ("cookie", "[redacted]"),
        ("x-visible", "yes"),
    ] {
        assert_eq!(headers[name], value, "{name}");
    }
    assert_eq!(entry["query"], "token=%5Bredacted%5D&name=a");
    assert_eq!(entry["status"], 200);
}

#[tokio::test]
async fn faults_apply_to_the_proxy() {
    let environment = agents().await;
    let fault = json!({ "operation": "proxy", "status": 503, "times": 1 });
    environment.admin(Method::POST, "faults", fault).await;
    for status in [503, 200] {
        let response = send(proxied(&environment, Method::GET, "/x").await).await;
        assert_eq!(response.status.as_u16(), status);
    }
}

#[tokio::test]
async fn invalid_scripts_are_rejected() {
    let environment = agents().await;
    for (script, message) in [
        (
            json!({ "path": "x" }),
            "path must begin with \"/\" or be \"*\", got \"x\"",
        ),
        (json!({ "status": 101 }), "status must be from 200 to 599"),
        (
            json!({ "headers": { "a b": "c" } }),
            "a header has an invalid name or value",
        ),
        (
            json!({ "body": "", "size": 1 }),
            "only one of json, body, base64 and size can be set",
        ),
        (
            json!({ "chunk_bytes": 0 }),
            "chunk_bytes must be at least 1",
        ),
        (json!({ "times": 0 }), "times must be at least 1"),
    ] {
        let error = rejected(&environment, "proxy-responses", script).await;
        assert_eq!(error, message);
    }
    let error = rejected(&environment, "proxy-responses", json!({ "base64": "?" })).await;
    assert!(error.starts_with("base64: "), "{error}");
}
