//! Reading, cancelling and closing.

use super::*;

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

#[tokio::test]
async fn a_status_other_than_2xx_can_become_an_error() {
    for (status, kind, retryable) in [
        (302, ErrorKind::InternalServer, [false; 2]),
        (401, ErrorKind::Unauthorized, [false; 2]),
        (404, ErrorKind::NotFound, [false; 2]),
        (429, ErrorKind::TooManyRequests, [true; 2]),
        (503, ErrorKind::ServiceUnavailable, [true, false]),
    ] {
        let server = server(move |_, _| response(status, "", "s3cr3t-value")).await;
        for (method, retryable) in [Method::GET, Method::POST].into_iter().zip(retryable) {
            let request = account(&server).request(method, "/v1/items");
            let error = request.await.unwrap().status_error().unwrap();
            assert_eq!(
                (error.kind(), error.status(), error.retryable()),
                (kind, Some(status), retryable)
            );
            assert_eq!(error.operation(), Some("proxy"));
            let message = format!("the third-party service responded with {status} ");
            assert!(error.message().starts_with(&message), "{error}");
            assert!(!format!("{error:?}").contains("s3cr3t-value"));
        }
    }
    let server = server(|_, _| response(204, "", "")).await;
    let response = account(&server).get("/v1/items").await.unwrap();
    assert!(response.status_error().is_none());
}
