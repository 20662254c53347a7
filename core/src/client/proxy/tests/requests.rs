//! The content of requests, and rejected requests.

use super::*;

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
