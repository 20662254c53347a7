//! Calls over HTTP/2.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use h2::Reason;
use http::Response;
use tokio::net::TcpListener;

use super::*;
use crate::test_server::tls;

/// Starts a server that refuses every stream. Returns its URL, its certificate and its request
/// counter.
async fn server_that_refuses_streams() -> (String, String, Arc<AtomicUsize>) {
    let (tls, pem) = tls(&[b"h2"]);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!(
        "https://localhost:{}",
        listener.local_addr().unwrap().port()
    );
    let received = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&received);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (tls, received) = (tls.clone(), Arc::clone(&counter));
            tokio::spawn(async move {
                let stream = tls.accept(stream).await.unwrap();
                let mut connection = h2::server::handshake(stream).await.unwrap();
                while let Some(Ok((request, mut respond))) = connection.accept().await {
                    if request.uri().path() == "/oauth/token" {
                        let mut body = respond.send_response(Response::new(()), false).unwrap();
                        let token =
                            Bytes::from_static(br#"{"access_token":"t","expires_in":3600}"#);
                        body.send_data(token, true).unwrap();
                    } else {
                        received.fetch_add(1, Ordering::SeqCst);
                        respond.send_reset(Reason::REFUSED_STREAM);
                    }
                }
            });
        }
    });
    (url, pem, received)
}

#[tokio::test]
async fn a_refused_stream_is_retried_only_by_the_rules_of_the_client() {
    let (url, pem, received) = server_that_refuses_streams().await;
    let tool = "ToolService.ExecuteTool";
    for (operation, attempts, expected) in [
        (GET, 1, 1),
        (GET, 3, 3),
        // The server did not process the request, so a retry is safe.
        (CREATE, 3, 3),
        (tool, 3, 1),
    ] {
        let client = Client::builder(&url, "skc_1", "s3cret")
            .ca_certificate_pem(pem.as_bytes())
            .max_attempts(attempts)
            .build()
            .unwrap();
        received.store(0, Ordering::SeqCst);
        let error = client
            .call(operation, json!({"id": "org_1", "tool_name": "t"}))
            .await
            .unwrap_err();
        assert_eq!(
            received.load(Ordering::SeqCst),
            expected,
            "{operation}: {error}"
        );
        assert_eq!(
            (error.kind(), error.retryable()),
            (ErrorKind::ServiceUnavailable, operation != tool),
            "{operation}"
        );
    }
}
