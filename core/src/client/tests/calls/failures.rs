use super::*;

#[tokio::test]
async fn a_refused_connection_is_retried_and_reported() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let client = Client::builder(url, "skc_1", "s3cret-value")
        .build()
        .unwrap();
    let error = client.call(CREATE, json!({})).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.http_status()),
        (ErrorKind::ServiceUnavailable, Some(503))
    );
    assert!(
        error.retryable() && error.message().contains("refused"),
        "{error}"
    );
    assert_eq!(error.operation(), Some(CREATE));
    assert!(std::error::Error::source(&error).is_some());
}

#[tokio::test]
async fn an_error_with_a_truncated_body_keeps_its_status() {
    let server = server(|_, _| {
        let broken = "HTTP/1.1 404 Not Found\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{\"code\":5";
        TestResponse::Cut(broken.to_owned())
    })
    .await;
    let error = server
        .client()
        .call(GET, json!({"id": "gone"}))
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.status()),
        (ErrorKind::NotFound, Some(404))
    );
    assert_eq!(server.count("/api/v1/organizations/gone"), 1);
}

#[tokio::test]
async fn a_huge_error_body_is_truncated() {
    let details = "0,".repeat(4 << 20);
    let body = format!(r#"{{"code":5,"message":"m","details":[{details}0]}}"#);
    let server = server(move |_, _| response(404, "", &body)).await;
    let error = server
        .client()
        .call(GET, json!({"id": "org_1"}))
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.status()),
        (ErrorKind::NotFound, Some(404))
    );
    assert!(error.details().to_string().len() < 1000);
}

#[tokio::test]
async fn a_response_that_is_not_json_is_an_error() {
    let html = "<html><h1>Welcome to nginx</h1></html>";
    let server = server(move |seen, _| match seen.target.rsplit('/').next() {
        Some("ok") => response(200, "content-type: text/html; charset=utf-8\r\n", html),
        Some("list") => json_response("[1]"),
        Some("cut") => json_response("{\"organization\":"),
        Some("moved") => response(302, "location: https://elsewhere.example.com/\r\n", ""),
        Some("teapot") => response(418, "", "short and stout"),
        _ => response(
            502,
            "content-type: text/html\r\nx-request-id: req-7\r\n",
            html,
        ),
    })
    .await;
    let client = server.builder().max_attempts(1).build().unwrap();
    let cases = [
        (
            "ok",
            ErrorKind::InternalServer,
            200,
            "HTTP 200 with an HTML page instead of a JSON object (check env_url): \"Welcome to nginx\"",
        ),
        (
            "list",
            ErrorKind::InternalServer,
            200,
            "HTTP 200 with an unexpected body instead of a JSON object (check env_url): \"[1]\"",
        ),
        ("cut", ErrorKind::InternalServer, 200, "cannot be decoded"),
        (
            "moved",
            ErrorKind::InternalServer,
            302,
            "HTTP 302: redirects are not followed (check env_url)",
        ),
        (
            "teapot",
            ErrorKind::Unknown,
            418,
            "HTTP 418 with an unexpected body: \"short and stout\"",
        ),
        (
            "gate",
            ErrorKind::InternalServer,
            502,
            "HTTP 502 with an HTML page: \"Welcome to nginx\"",
        ),
    ];
    for (id, class, status, words) in cases {
        let error = client.call(GET, json!({"id": id})).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.status()),
            (class, Some(status)),
            "{id}: {error}"
        );
        assert!(error.message().contains(words), "{id}: {error}");
        assert_eq!(error.operation(), Some(GET));
    }
    let error = client.call(GET, json!({"id": "gate"})).await.unwrap_err();
    assert_eq!(
        (error.details()["body"].as_str(), error.request_id()),
        (Some(html), Some("req-7"))
    );
}

#[tokio::test]
async fn an_empty_error_response_is_described() {
    let server = server(|_, _| response(400, "content-type: application/json\r\n", "")).await;
    let error = get(&server).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BadRequest);
    assert_eq!(error.message(), "HTTP 400 with an empty body");
    assert_eq!(
        error.to_string(),
        format!("{GET}: HTTP 400 with an empty body")
    );
    let incomplete =
        TestServer::start(|_, _| response(503, "content-type: application/json\r\n", "{\"mess"))
            .await;
    let client = incomplete.builder().max_attempts(1).build().unwrap();
    let error = client.call(GET, json!({"id": "org_1"})).await.unwrap_err();
    assert_eq!(
        error.message(),
        "no service token: HTTP 503 with an unexpected body: \"{\\\"mess\""
    );
}

#[tokio::test]
async fn an_endless_response_is_cut_off() {
    let server = server(|_, _| TestResponse::Endless).await;
    let error = get(&server).await.unwrap_err();
    assert_eq!(error.message(), "the response is larger than 64 MiB");
    assert_eq!(server.count(PATH), 1);
    let huge = TestServer::start(|_, _| {
        TestResponse::Cut(format!(
            "HTTP/1.1 200 X\r\ncontent-length: {}\r\n\r\n",
            1_u64 << 40
        ))
    })
    .await;
    assert!(
        get(&huge)
            .await
            .unwrap_err()
            .message()
            .contains("larger than 1 MiB")
    );
}

#[tokio::test]
async fn an_echoed_request_leaks_no_secret() {
    let server = TestServer::start(|seen, _| match seen.target.as_str() {
        "/oauth/token" if seen.body.contains("wrong") => response(
            401,
            "",
            &json!({"error": "invalid_client", "error_description": seen.body}).to_string(),
        ),
        "/oauth/token" => token("t0ken-value"),
        _ => response(
            400,
            "",
            &json!({"code": 3, "message": seen.header("authorization")}).to_string(),
        ),
    })
    .await;
    let error = get(&server).await.unwrap_err();
    assert_eq!(error.message(), "Bearer [redacted]");
    let wrong = Client::builder(&server.url, "skc_1", "wrong-s3cret")
        .build()
        .unwrap();
    let error = wrong.call(GET, json!({"id": "org_1"})).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.error_code()),
        (ErrorKind::Unauthorized, Some("invalid_client"))
    );
    assert!(
        error
            .message()
            .starts_with("no service token: invalid_client"),
        "{error}"
    );
    assert_eq!(error.operation(), Some(GET));
    let shown = format!("{error} {error:?} {}", error.details());
    assert!(!shown.contains("wrong-s3cret"), "{shown}");
}

#[tokio::test]
async fn calls_of_a_closed_client_fail() {
    let server = server(|_, _| json_response(ORGANIZATION)).await;
    let client = server.client();
    client.call(GET, json!({"id": "org_1"})).await.unwrap();
    let other = client.for_new_process();
    client.close();
    client.close();
    let error = client.call(GET, json!({"id": "org_1"})).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.message()),
        (ErrorKind::Cancelled, "the client is closed")
    );
    assert!(
        client
            .for_new_process()
            .call(GET, json!({"id": "org_1"}))
            .await
            .is_err()
    );
    other.call(GET, json!({"id": "org_1"})).await.unwrap();
    assert_eq!(
        server.count("/oauth/token"),
        1,
        "the token moves on to the new process"
    );
}

#[test]
fn a_client_works_in_another_runtime_after_its_first_one_has_ended() {
    let runtime = || tokio::runtime::Runtime::new().unwrap();
    let of_server = runtime();
    let server = of_server.block_on(server(|_, _| json_response(ORGANIZATION)));
    let client = server.client();
    // More runtimes than the client keeps pools for.
    for _ in 0..70 {
        let call = client.call(GET, json!({"id": "org_1"}));
        runtime().block_on(call.into_future()).unwrap();
    }
    assert_eq!(server.count("/oauth/token"), 1);
}

#[tokio::test]
async fn unknown_operations_and_invalid_requests_are_not_sent() {
    let server = server(|_, _| json_response("{}")).await;
    let error = server
        .client()
        .call("OrganizationService.Nothing", json!({}))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    let error = server.client().call(GET, json!({})).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("{GET}: the request needs id or external_id")
    );
    assert_eq!(server.seen().len(), 0);
}

#[tokio::test]
async fn a_proxy_receives_the_absolute_url() {
    let proxy = server(|_, _| json_response(ORGANIZATION)).await;
    let proxy_url = proxy.url.replace("http://", "http://me:hunter2@");
    let client = Client::builder("http://acme.example.com", "skc_1", "s3cret")
        .dangerous_allow_http(true)
        .proxy(proxy_url)
        .max_attempts(1)
        .build()
        .unwrap();
    let error = client.call(GET, json!({"id": "org_1"})).await.unwrap_err();
    assert!(!format!("{error:?} {client:?}").contains("hunter2"));
    let seen = &proxy.seen()[0];
    assert_eq!(seen.target, "http://acme.example.com/oauth/token");
    assert_eq!(
        seen.header("proxy-authorization"),
        Some("Basic bWU6aHVudGVyMg==")
    );
}
