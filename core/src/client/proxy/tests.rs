use std::time::{Duration, Instant};

use http::{Method, header};
use proptest::prelude::*;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::request::split;
use super::{AccountProxy, ProxyRequest};
use crate::client::Client;
use crate::error::{Error, ErrorKind};
use crate::test_server::{Seen, TestResponse, TestServer, json_response, response, token};

const PATH: &str = "/proxy/v1/items";

/// Sets the body of a request.
type Fill = fn(ProxyRequest) -> ProxyRequest;

/// A server with a working token endpoint. `script` returns the responses of the proxy.
async fn server(
    script: impl Fn(&Seen, usize) -> TestResponse + Send + Sync + 'static,
) -> TestServer {
    TestServer::start(move |seen, number| match seen.target.as_str() {
        "/oauth/token" => token(&format!("t0ken-value-{number}")),
        _ => script(seen, number),
    })
    .await
}

fn account(server: &TestServer) -> AccountProxy {
    server.client().proxy("gmail", "ada@acme.com")
}

/// An account of a client that sends nothing.
fn offline() -> AccountProxy {
    let client = Client::builder("http://127.0.0.1:9", "skc_1", "s3cret").build();
    client.unwrap().proxy("gmail", "ada")
}

/// Returns the requests to the proxy.
fn forwarded(server: &TestServer) -> Vec<Seen> {
    let seen = server.seen();
    seen.into_iter()
        .filter(|seen| seen.target.starts_with("/proxy"))
        .collect()
}

async fn rejected(request: ProxyRequest) -> Error {
    let error = request.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
    assert_eq!(error.operation(), Some("proxy"));
    assert!(!error.retryable());
    error
}

#[tokio::test]
async fn the_first_request_sends_the_token_and_the_account() {
    let server = server(|_, _| json_response(r#"{"ok":true}"#)).await;
    let response = account(&server).get("/v1/items").await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "application/json");
    assert_eq!(
        response.json::<Value>().await.unwrap(),
        json!({ "ok": true })
    );
    let seen = forwarded(&server);
    assert_eq!(seen.len(), 1);
    assert_eq!(
        (seen[0].method.as_str(), seen[0].target.as_str()),
        ("GET", PATH)
    );
    for (name, value) in [
        ("authorization", "Bearer t0ken-value-0"),
        ("connection_name", "gmail"),
        ("identifier", "ada@acme.com"),
        ("accept", "*/*"),
    ] {
        let values: Vec<_> = seen[0].headers.iter().filter(|(n, _)| n == name).collect();
        assert_eq!(values.len(), 1, "{name}");
        assert_eq!(values[0].1, value);
    }
    assert!(
        seen[0]
            .header("user-agent")
            .unwrap()
            .starts_with("scalekit")
    );
    assert!(seen[0].header("x-sdk-version").is_some());
    assert!(seen[0].header("content-type").is_none());
}

#[tokio::test]
async fn every_method_sends_every_body() {
    let server = server(|_, _| response(200, "", "")).await;
    let account = account(&server);
    let methods = [
        Method::GET,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
        Method::OPTIONS,
        Method::HEAD,
        Method::from_bytes(b"PURGE").unwrap(),
    ];
    let bodies: [(Fill, &str, Option<&str>); 6] = [
        (|request| request, "", None),
        (
            |request| request.json(&json!({"a": [1, "ü"]})),
            r#"{"a":[1,"ü"]}"#,
            Some("application/json"),
        ),
        (
            |request| request.form([("a b", "1&2"), ("ü", "")]),
            "a+b=1%262&%C3%BC=",
            Some("application/x-www-form-urlencoded"),
        ),
        (
            |request| request.body(vec![0, 255, b'\n']),
            "\0\u{ff}\n",
            None,
        ),
        (
            |request| {
                request
                    .header("Content-Type", "text/csv")
                    .body("a,b\r\n1,2")
            },
            "a,b\r\n1,2",
            Some("text/csv"),
        ),
        (
            |request| {
                request
                    .json(&json!([]))
                    .header("content-type", "application/vnd.api+json")
            },
            "[]",
            Some("application/vnd.api+json"),
        ),
    ];
    for method in methods {
        for (fill, body, content_type) in bodies {
            let request = fill(account.request(method.clone(), "v1/items"));
            assert_eq!(request.await.unwrap().status(), 200);
            let seen = forwarded(&server).pop().unwrap();
            assert_eq!(
                (seen.method.as_str(), seen.target.as_str()),
                (method.as_str(), PATH)
            );
            assert_eq!(seen.body, body, "{method}");
            assert_eq!(seen.header("content-type"), content_type, "{method} {body}");
            let length = (!body.is_empty() || !method.is_safe() && method != Method::DELETE)
                .then(|| seen.header("content-length").unwrap().to_owned());
            assert_eq!(
                length,
                length.as_ref().map(|_| {
                    let binary = body == "\0\u{ff}\n";
                    (if binary { 3 } else { body.len() }).to_string()
                })
            );
        }
    }
    assert_eq!(forwarded(&server).len(), 8 * 6);
}

#[tokio::test]
async fn the_query_of_the_path_and_parameters_are_sent_together() {
    let server = server(|_, _| response(200, "", "")).await;
    let account = account(&server);
    let none: [(&str, &str); 0] = [];
    for (request, target) in [
        (account.get("/v1/items?a=1"), "/proxy/v1/items?a=1"),
        (
            account
                .get("/v1/items?a=1")
                .query([("b", "ü &"), ("b", "2")]),
            "/proxy/v1/items?a=1&b=%C3%BC+%26&b=2",
        ),
        (account.get("/v1/items").query(none), "/proxy/v1/items"),
        (
            account.get("/a b/ü%2Fc/x:y@z").query([("q", "")]),
            "/proxy/a%20b/%C3%BC%2Fc/x:y@z?q=",
        ),
        (account.get("//double//"), "/proxy//double//"),
        (account.get("/a\\b"), "/proxy/a%5Cb"),
        (account.get("/..a/...?x=/../"), "/proxy/..a/...?x=/../"),
    ] {
        request.await.unwrap();
        assert_eq!(forwarded(&server).pop().unwrap().target, target);
    }
}

#[tokio::test]
async fn paths_that_leave_the_proxy_are_rejected() {
    for path in [
        "",
        "..",
        "/../oauth/token",
        "/a/../../oauth",
        "/a/.",
        "/%2e%2E/oauth",
        "/.%2e/oauth",
        "/..%2foauth",
        "/..%5coauth",
        "/..\\oauth",
        "/.\t./oauth",
        "/.\n./oauth",
        "/a\r\nx: y",
        "/a#fragment",
        "https://gmail.googleapis.com/a",
        "HTTP://host/a",
    ] {
        let error = rejected(offline().get(path)).await;
        assert_eq!(error.argument(), Some("path"), "{path}");
    }
}

proptest! {
    #[test]
    fn no_path_leaves_the_proxy(path in r"(/|\.|%2[eEfF]|%5c|\\|a|\?|\PC){0,8}") {
        if let Ok((path, query)) = split(&path) {
            let client = Client::builder("http://127.0.0.1:9/base", "skc_1", "s").build().unwrap();
            let url = client.config().env_url.below(&path, query);
            prop_assert!(url.path().starts_with("/base/proxy/"), "{url}");
            let slashes = |text: &str| text.matches('/').count();
            prop_assert_eq!(slashes(url.path()), 1 + slashes(&path));
        }
    }
}

#[tokio::test]
async fn forged_headers_and_headers_of_the_connection_are_rejected() {
    for name in [
        "authorization",
        "Authorization",
        "connection_name",
        "Connection_Name",
        "connection-name",
        "identifier",
        "IDENTIFIER",
        "host",
        "connection",
        "content-length",
        "transfer-encoding",
        "te",
        "trailer",
        "upgrade",
        "expect",
        "keep-alive",
        "proxy-authorization",
        "proxy-authenticate",
        "proxy-connection",
        "",
        "a b",
        "a:b",
    ] {
        let error = rejected(offline().get("/v1").header(name, "s3cr3t-value")).await;
        assert!(!error.to_string().contains("s3cr3t-value"), "{error}");
    }
    let error = rejected(offline().get("/v1").header("x-a", "1\r\nidentifier: eve")).await;
    assert!(error.message().contains("\"x-a\""));
}

#[tokio::test]
async fn names_of_accounts_that_would_change_in_a_header_are_rejected() {
    let client = Client::builder("http://127.0.0.1:9", "skc_1", "s3cret")
        .build()
        .unwrap();
    for name in ["", " ada", "ada\t", "a\r\nb", "a\0b", "\u{7f}"] {
        let error = rejected(client.proxy(name, "ada").get("/v1")).await;
        assert_eq!(error.argument(), Some("connection_name"));
        let error = rejected(client.proxy("gmail", name).get("/v1")).await;
        assert_eq!(error.argument(), Some("identifier"));
    }
    for method in [Method::CONNECT, Method::TRACE] {
        let error = rejected(client.proxy("gmail", "ada").request(method, "/v1")).await;
        assert_eq!(error.argument(), Some("method"));
    }
}

#[tokio::test]
async fn an_identifier_beyond_ascii_is_sent_as_utf_8() {
    let server = server(|_, _| response(200, "", "")).await;
    let account = server.client().proxy("gmail", "Zoë 李");
    account.get("/v1/items").await.unwrap();
    assert_eq!(forwarded(&server)[0].header("identifier"), Some("Zoë 李"));
}

#[tokio::test]
async fn the_headers_of_the_caller_are_sent() {
    let server = server(|_, _| response(200, "", "")).await;
    account(&server)
        .get("/v1/items")
        .header("X-Trace", "7")
        .header("accept", "image/png")
        .header("user-agent", "acme/1")
        .header("x-api-version", "9")
        .await
        .unwrap();
    let seen = forwarded(&server).pop().unwrap();
    for (name, value) in [
        ("x-trace", "7"),
        ("accept", "image/png"),
        ("user-agent", "acme/1"),
        ("x-api-version", "9"),
    ] {
        assert_eq!(seen.header(name), Some(value));
    }
}

#[tokio::test]
async fn responses_of_every_status_are_returned_and_sent_once() {
    for status in [
        204, 301, 302, 307, 308, 400, 401, 403, 404, 429, 500, 502, 503, 504,
    ] {
        let headers = "location: http://127.0.0.1:1/x\r\nretry-after: 0\r\n";
        let body = if status == 204 { "" } else { "problem" };
        let server = server(move |_, _| response(status, headers, body)).await;
        for method in [Method::GET, Method::POST, Method::DELETE] {
            let request = account(&server).request(method, "/v1/items");
            let response = request.await.unwrap();
            assert_eq!(response.status().as_u16(), status);
            assert_eq!(response.headers()[header::LOCATION], "http://127.0.0.1:1/x");
            assert_eq!(response.text().await.unwrap(), body);
        }
        // A new token is valid, so the status 401 is not of the service.
        assert_eq!(server.count(PATH), 3, "{status}");
        assert_eq!(server.count("/oauth/token"), 3, "{status}");
    }
}

/// Responds with 401 to the first token, which has become older than a minute.
async fn with_old_token(fill: Fill, method: Method) -> (u16, TestServer) {
    let server = server(|seen, _| {
        let old = seen.header("authorization") == Some("Bearer t0ken-value-0");
        let target = seen.target.as_str();
        let status = if old && target == PATH { 401 } else { 200 };
        response(status, "", "")
    })
    .await;
    let client = server.client();
    let account = client.proxy("gmail", "ada@acme.com");
    account.get("/warm").await.unwrap();
    client.credentials().age();
    let response = fill(account.request(method, "/v1/items")).await.unwrap();
    let status = response.status().as_u16();
    // The next request has a new token in any case.
    assert_eq!(account.get("/v1/items").await.unwrap().status(), 200);
    (status, server)
}

#[tokio::test]
async fn a_safe_request_is_repeated_once_with_a_new_token() {
    let (status, server) = with_old_token(|request| request, Method::GET).await;
    assert_eq!(status, 200);
    assert_eq!(server.count(PATH), 3);
    assert_eq!(server.count("/oauth/token"), 2);
}

#[tokio::test]
async fn a_request_that_may_have_acted_is_not_repeated_after_401() {
    let fills: [(Fill, Method); 3] = [
        (|request| request.json("x"), Method::POST),
        (|request| request, Method::DELETE),
        (|request| request.body("x"), Method::GET),
    ];
    for (fill, method) in fills {
        let (status, server) = with_old_token(fill, method).await;
        assert_eq!(status, 401);
        assert_eq!(server.count(PATH), 2);
        assert_eq!(server.count("/oauth/token"), 2);
    }
}

#[tokio::test]
async fn only_a_safe_request_is_repeated_over_a_broken_connection() {
    for (method, body, sent) in [
        (Method::GET, None, 2),
        (Method::HEAD, None, 2),
        (Method::GET, Some("x"), 1),
        (Method::POST, None, 1),
        (Method::PUT, Some("x"), 1),
        (Method::DELETE, None, 1),
    ] {
        let server = server(|_, number| match number {
            0 => TestResponse::Drop,
            _ => response(200, "", ""),
        })
        .await;
        let mut request = account(&server).request(method, "/v1/items");
        if let Some(body) = body {
            request = request.body(body);
        }
        match request.await {
            Ok(response) => assert_eq!((response.status().as_u16(), sent), (200, 2)),
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::ServiceUnavailable);
                assert!(!error.retryable());
                assert_eq!(sent, 1);
            }
        }
        assert_eq!(server.count(PATH), sent);
    }
}

#[tokio::test]
async fn a_request_without_a_connection_is_repeated_with_any_method() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let client = Client::builder(url, "skc_1", "s3cret").build().unwrap();
    let error = client.proxy("gmail", "ada").post("/v1").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ServiceUnavailable);
    assert!(error.retryable(), "{error}");
}

#[tokio::test]
async fn binary_bodies_are_unchanged() {
    let bytes: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    let mut raw = format!("HTTP/1.1 200 X\r\ncontent-length: {}\r\n\r\n", bytes.len()).into_bytes();
    raw.extend_from_slice(&bytes);
    let server = server(move |_, _| TestResponse::Bytes(raw.clone())).await;
    let response = account(&server).get("/v1/items").await.unwrap();
    assert_eq!(response.bytes().await.unwrap(), bytes);
    // A compressed body stays compressed.
    let server = self::server(|_, _| {
        TestResponse::Bytes(
            b"HTTP/1.1 200 X\r\ncontent-encoding: gzip\r\ncontent-length: 3\r\n\r\n\x1f\x8b\x08"
                .to_vec(),
        )
    })
    .await;
    let request = account(&server).get("/v1/items");
    let response = request.header("accept-encoding", "gzip").await.unwrap();
    assert_eq!(response.headers()["content-encoding"], "gzip");
    assert_eq!(&response.bytes().await.unwrap()[..], b"\x1f\x8b\x08");
}

#[tokio::test]
async fn a_large_body_arrives_in_small_pieces() {
    let server = server(|_, _| TestResponse::Endless).await;
    let mut response = account(&server).get("/v1/items").await.unwrap();
    let (mut received, mut largest) = (0, 0);
    while received < 100 << 20 {
        let chunk = response.chunk().await.unwrap().unwrap();
        received += chunk.len();
        largest = largest.max(chunk.len());
    }
    assert!(largest <= 1 << 20, "{largest} bytes in one piece");
    let response = account(&server).get("/v1/items").await.unwrap();
    let error = response.bytes().await.unwrap_err();
    assert!(error.message().contains("larger than 64 MiB"), "{error}");
    assert_eq!(error.operation(), Some("proxy"));
}

#[tokio::test]
async fn an_announced_large_body_is_not_read() {
    let length = "HTTP/1.1 200 X\r\ncontent-length: 99999999999\r\n\r\n";
    let server = server(|_, _| TestResponse::Stall(length.to_owned())).await;
    let response = account(&server).get("/v1/items").await.unwrap();
    let error = response.bytes().await.unwrap_err();
    assert!(error.message().contains("read it in chunks"), "{error}");
    // A response to HEAD announces the body of GET.
    let request = account(&server).request(Method::HEAD, "/v1/items");
    assert!(request.await.unwrap().bytes().await.unwrap().is_empty());
}

#[tokio::test]
async fn the_time_limit_includes_the_body() {
    let stalled = "HTTP/1.1 200 X\r\ncontent-length: 9\r\n\r\nfirst";
    let server = server(|seen, _| match seen.target.as_str() {
        PATH => TestResponse::Stall(stalled.to_owned()),
        _ => TestResponse::Hang,
    })
    .await;
    let account = account(&server);
    let limit = Duration::from_millis(200);
    let start = Instant::now();
    let mut response = account.get("/v1/items").timeout(limit).await.unwrap();
    assert_eq!(response.chunk().await.unwrap().unwrap(), "first");
    let error = response.chunk().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::GatewayTimeout);
    assert!(!error.retryable());
    assert!(start.elapsed() >= limit && start.elapsed() < Duration::from_secs(5));
    for (request, retryable) in [(account.get("/slow"), true), (account.post("/slow"), false)] {
        let error = request.timeout(limit).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::GatewayTimeout);
        assert_eq!(error.operation(), Some("proxy"));
        assert_eq!(error.retryable(), retryable);
    }
}

#[tokio::test]
async fn the_default_time_limit_is_that_of_tools() {
    let server = server(|_, _| TestResponse::Hang).await;
    let client = server
        .builder()
        .tool_timeout(Duration::from_millis(100))
        .build()
        .unwrap();
    let error = client.proxy("gmail", "ada").get("/v1").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::GatewayTimeout);
}

#[tokio::test]
async fn a_body_that_ends_early_is_an_error() {
    let cut = "HTTP/1.1 200 X\r\ncontent-length: 9\r\n\r\nfirst";
    let server = server(|_, _| TestResponse::Cut(cut.to_owned())).await;
    let response = account(&server).get("/v1/items").await.unwrap();
    let error = response.bytes().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ServiceUnavailable);
    assert!(!error.retryable());
    assert_eq!(server.count(PATH), 1);
}

#[tokio::test]
async fn dropping_the_response_or_the_request_closes_the_connection() {
    let (closed, mut closures) = mpsc::unbounded_channel();
    let server = server(move |_, number| match number {
        0 => TestResponse::Watched(closed.clone()),
        _ => TestResponse::Hang,
    })
    .await;
    let account = account(&server);
    let mut response = account.get("/v1/items").await.unwrap();
    response.chunk().await.unwrap();
    assert!(closures.try_recv().is_err());
    drop(response);
    let closure = timeout(Duration::from_secs(5), closures.recv()).await;
    assert_eq!(closure, Ok(Some(())));
    let task = tokio::spawn(account.get("/v1/items").into_future());
    while server.count(PATH) < 2 {
        tokio::task::yield_now().await;
    }
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
}

#[tokio::test]
async fn a_closed_client_sends_nothing_but_finishes_active_responses() {
    let server = server(|_, _| TestResponse::Endless).await;
    let client = server.client();
    let account = client.proxy("gmail", "ada");
    let mut response = account.get("/v1/items").await.unwrap();
    client.close();
    assert!(response.chunk().await.unwrap().is_some());
    let error = account.get("/v1/items").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
    assert_eq!(server.count(PATH), 1);
}

#[tokio::test]
async fn debug_and_errors_contain_no_values() {
    let server = server(|_, _| json_response(r#""s3cr3t-value""#)).await;
    let account = account(&server);
    let request = account
        .post("/v1/items?key=s3cr3t-value")
        .header("x-key", "s3cr3t-value")
        .json("s3cr3t-value");
    assert!(!format!("{request:?}").contains("s3cr3t-value"));
    let response = request.await.unwrap();
    assert!(!format!("{response:?}").contains("s3cr3t-value"));
    let error = response.json::<u8>().await.unwrap_err();
    assert!(!format!("{error:?} {error}").contains("s3cr3t-value"));
    let error = rejected(account.post("/v1?key=s3cr3t-value#")).await;
    assert!(!format!("{error:?} {error}").contains("s3cr3t-value"));
}
