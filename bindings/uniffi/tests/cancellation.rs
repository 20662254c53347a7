//! Tests of cancelled calls. They are in a program of their own, because they count the calls of
//! the process.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::time::Duration;

use scalekit_uniffi::{CallRequest, Cancellation, ClientOptions, NativeClient, live_calls};
use tokio::net::{TcpListener, TcpStream};

/// Starts a server that accepts connections and never responds. Returns its URL.
async fn silent_server() -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let mut connections: Vec<TcpStream> = Vec::new();
        while let Ok((connection, _)) = listener.accept().await {
            connections.push(connection);
        }
    });
    url
}

fn request() -> CallRequest {
    CallRequest {
        operation: "RolesService.ListRoles".to_owned(),
        body: b"{}".to_vec(),
        timeout_ms: None,
    }
}

/// Waits until this number of calls is in progress. An aborted task ends on its own thread.
async fn wait_for_live(calls: u64) {
    while live_calls().unwrap() != calls {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test]
async fn cancelled_calls_leave_nothing_alive() {
    let options = ClientOptions {
        env_url: Some(silent_server().await),
        client_id: Some("skc_1".to_owned()),
        client_secret: Some("secret".to_owned()),
        ..ClientOptions::default()
    };
    let client = NativeClient::new(options).unwrap();
    let start = |cancellation: Option<Arc<Cancellation>>| {
        let client = Arc::clone(&client);
        tokio::spawn(async move { client.call(request(), cancellation).await })
    };

    let dropped: Vec<_> = (0..1000).map(|_| start(None)).collect();
    wait_for_live(1000).await;
    dropped.iter().for_each(|call| call.abort());
    wait_for_live(0).await;

    let cancellation = Cancellation::new();
    let cancelled: Vec<_> = (0..1000)
        .map(|_| start(Some(Arc::clone(&cancellation))))
        .collect();
    wait_for_live(1000).await;
    cancellation.cancel().unwrap();
    for call in cancelled {
        let error = call.await.unwrap().unwrap_err();
        assert_eq!(error.failure().class_name, "ScalekitCancelledException");
    }
    wait_for_live(0).await;

    // A call with a cancellation that was triggered before does not start.
    let error = client
        .call(request(), Some(cancellation))
        .await
        .unwrap_err();
    assert_eq!(error.failure().text, "the call was cancelled");
    wait_for_live(0).await;
}
