//! Which requests are sent again.

use super::*;

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
