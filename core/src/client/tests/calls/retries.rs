use super::*;

#[tokio::test]
async fn idempotent_calls_are_repeated_after_503_and_a_broken_connection() {
    let server = server(|_, number| match number {
        0 => response(503, "", ""),
        1 => TestResponse::Drop,
        2 => TestResponse::Cut("HTTP/1.1 200 X\r\ncontent-length: 90\r\n\r\n{\"organ".to_owned()),
        _ => json_response(ORGANIZATION),
    })
    .await;
    get(&server).await.unwrap();
    assert_eq!(server.count(PATH), 4);
}

#[tokio::test]
async fn attempts_are_limited_by_option_and_verb() {
    let server = server(|_, _| response(503, "", r#"{"code":14,"message":"down"}"#)).await;
    let client = server.builder().max_attempts(2).build().unwrap();
    let error = client
        .call(DELETE, json!({"id": "org_1"}))
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.retryable()),
        (ErrorKind::ServiceUnavailable, true)
    );
    assert_eq!(error.operation(), Some(DELETE));
    assert_eq!(server.count(PATH), 2);
    let error = client
        .call(CREATE, json!({"organization": {}}))
        .await
        .unwrap_err();
    assert!(!error.retryable());
    assert_eq!(server.count("/api/v1/organizations"), 1);
    client
        .call(TOOL, json!({"tool_name": "x"}))
        .await
        .unwrap_err();
    assert_eq!(server.count("/api/v1/execute_tool"), 1);
}

#[tokio::test]
async fn a_post_that_may_have_been_processed_is_not_sent_again() {
    let server = server(|_, _| TestResponse::Drop).await;
    let error = server
        .client()
        .call(CREATE, json!({"organization": {}}))
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.grpc_code()),
        (ErrorKind::ServiceUnavailable, Some(Code::Unavailable))
    );
    assert_eq!(server.count("/api/v1/organizations"), 1);
}

#[tokio::test]
async fn retry_after_is_honored_within_the_deadline() {
    let server = server(|seen, number| match (seen.method.as_str(), number) {
        ("POST", 0) => response(
            429,
            "retry-after: 1\r\n",
            r#"{"code":8,"message":"slow down"}"#,
        ),
        ("GET", _) => response(
            429,
            "retry-after: 3600\r\n",
            r#"{"code":8,"message":"slow down"}"#,
        ),
        _ => json_response(ORGANIZATION),
    })
    .await;
    let start = Instant::now();
    server
        .client()
        .call(CREATE, json!({"organization": {}}))
        .await
        .unwrap();
    assert!(start.elapsed() >= Duration::from_secs(1));
    let start = Instant::now();
    let error = get(&server).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.retryable()),
        (ErrorKind::TooManyRequests, true)
    );
    assert!(start.elapsed() < Duration::from_secs(1));
    assert_eq!(
        (server.count("/api/v1/organizations"), server.count(PATH)),
        (2, 1)
    );
}

#[tokio::test]
async fn tool_errors_are_final() {
    let body = r#"{"code":14,"message":"upstream","details":[{"error_code":"TOOL_ERROR"}]}"#;
    let server = server(move |_, _| response(503, "retry-after: 0\r\n", body)).await;
    let error = get(&server).await.unwrap_err();
    assert_eq!((error.is_tool(), error.retryable()), (true, false));
    assert_eq!(server.count(PATH), 1);
}

#[tokio::test]
async fn one_deadline_covers_all_attempts() {
    let server = server(|_, number| match number {
        0 => response(503, "", r#"{"code":14,"message":"warming up"}"#),
        _ => TestResponse::Hang,
    })
    .await;
    let client = server
        .builder()
        .call_timeout(Duration::from_millis(600))
        .build()
        .unwrap();
    let start = Instant::now();
    let error = client.call(GET, json!({"id": "org_1"})).await.unwrap_err();
    assert!(
        (500..1500).contains(&start.elapsed().as_millis()),
        "{:?}",
        start.elapsed()
    );
    assert_eq!(
        (error.kind(), error.http_status(), error.status()),
        (ErrorKind::GatewayTimeout, Some(504), None)
    );
    assert!(error.retryable());
    assert!(error.message().contains("warming up"), "{error}");
    let find = crate::schema::find(GET).unwrap();
    let prepared = crate::request::json::split(find, json!({"id": "org_1"})).unwrap();
    let options = CallOptions::default().with_timeout(Duration::from_millis(50));
    let error = client.send(find, prepared, options).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::GatewayTimeout);
    assert_eq!(error.message(), "timeout: no response within 50ms");
}

#[tokio::test]
async fn a_slow_response_within_the_deadline_succeeds() {
    let text = response_text(200, "", ORGANIZATION);
    let server =
        server(move |_, _| TestResponse::Slow(Duration::from_millis(150), text.clone())).await;
    get(&server).await.unwrap();
}

#[tokio::test]
async fn a_dropped_call_closes_its_connection() {
    let server = server(|_, _| TestResponse::Hang).await;
    let client = server.client();
    let call = client.call(GET, json!({"id": "org_1"}));
    assert!(
        tokio::time::timeout(Duration::from_millis(200), call)
            .await
            .is_err()
    );
    assert_eq!(server.count(PATH), 1);
}
