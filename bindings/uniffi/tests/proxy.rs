//! Tests of requests to third-party services.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use scalekit_emulator::{CLIENT_ID, CLIENT_SECRET, Emulator, Seed};
use scalekit_uniffi::{
    ClientOptions, HttpHeader, NativeClient, Parameter, ProxyBody, ProxyRequest,
};
use serde_json::{Value, json};

async fn start() -> (Emulator, Arc<NativeClient>) {
    let seed = Seed::from_json(json!({
        "connections": [
            { "id": "conn_1", "key_id": "gmail", "provider_key": "GMAIL", "type": "OAUTH" },
        ],
        "accounts": [{
            "identifier": "ada",
            "connector": "gmail",
            "provider": "GMAIL",
            "connection_id": "conn_1",
        }],
    }))
    .unwrap();
    let emulator = Emulator::builder().seed(seed).start().await.unwrap();
    let options = ClientOptions {
        env_url: Some(emulator.url().to_owned()),
        client_id: Some(CLIENT_ID.to_owned()),
        client_secret: Some(CLIENT_SECRET.to_owned()),
        language: "kotlin".to_owned(),
        ..ClientOptions::default()
    };
    let client = NativeClient::new(options).unwrap();
    (emulator, client)
}

fn parameter(name: &str, value: &str) -> Parameter {
    Parameter {
        name: name.to_owned(),
        value: value.to_owned(),
    }
}

fn request(body: Option<ProxyBody>) -> ProxyRequest {
    ProxyRequest {
        connection_name: "gmail".to_owned(),
        identifier: "ada".to_owned(),
        method: "post".to_owned(),
        path: "gmail/v1/send?a=1".to_owned(),
        query: vec![parameter("b c", "&")],
        headers: vec![HttpHeader {
            name: "x-trace".to_owned(),
            value: "7".to_owned(),
        }],
        body,
        timeout_ms: Some(5000.0),
    }
}

#[tokio::test]
async fn a_request_has_query_headers_and_body() {
    let (_emulator, client) = start().await;
    let form = vec![parameter("to", "ada@acme.com"), parameter("text", "a b&c")];
    let text = "to=ada%40acme.com&text=a+b%26c";
    for (body, content_type, expected) in [
        (
            ProxyBody::Json {
                content: br#"{"a":1}"#.to_vec(),
            },
            json!("application/json"),
            r#"{"a":1}"#,
        ),
        (
            ProxyBody::Form { fields: form },
            json!("application/x-www-form-urlencoded"),
            text,
        ),
        (
            ProxyBody::Bytes {
                content: b"raw".to_vec(),
            },
            Value::Null,
            "raw",
        ),
    ] {
        let response = client.request(request(Some(body)), None).await.unwrap();
        assert_eq!(response.status, 200);
        let shown: Value = serde_json::from_slice(&response.body).unwrap();
        assert_eq!(shown["method"], "POST");
        assert_eq!(shown["path"], "/gmail/v1/send");
        assert_eq!(shown["query"], "a=1&b+c=%26");
        assert_eq!(shown["headers"]["x-trace"], "7");
        assert_eq!(shown["headers"]["content-type"], content_type);
        assert_eq!(shown["body"], expected);
    }
}

#[tokio::test]
async fn an_invalid_argument_has_its_name() {
    let (_emulator, client) = start().await;
    let mut empty = request(None);
    empty.connection_name.clear();
    let error = client.request(empty, None).await.unwrap_err();
    let failure = error.failure();
    assert_eq!(failure.argument.as_deref(), Some("connectionName"));
    assert_eq!(failure.class_name, "ScalekitArgumentException");
}
