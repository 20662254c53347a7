//! Tests of requests through the proxy.

mod attempts;
mod requests;
mod responses;

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
