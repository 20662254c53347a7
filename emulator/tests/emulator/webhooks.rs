//! Webhooks: signatures, event filters and retries.

use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use crate::support::{Environment, environment};

/// Starts a receiver that responds with `statuses` in order and then repeats the last one.
pub(crate) async fn receiver(
    statuses: &'static [u16],
) -> (String, mpsc::UnboundedReceiver<(HeaderMap, Vec<u8>)>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let (received, receiver) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        let mut statuses = statuses.iter().copied();
        let mut status = 200;
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            status = statuses.next().unwrap_or(status);
            let request = read_request(&mut stream).await;
            let response =
                format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            stream.write_all(response.as_bytes()).await.unwrap();
            if received.send(request).is_err() {
                return;
            }
        }
    });
    (url, receiver)
}

pub(crate) async fn read_request(stream: &mut tokio::net::TcpStream) -> (HeaderMap, Vec<u8>) {
    let mut bytes = Vec::new();
    loop {
        let mut buffer = [0; 4096];
        let read = stream.read(&mut buffer).await.unwrap();
        assert_ne!(read, 0, "the request is truncated");
        bytes.extend_from_slice(&buffer[..read]);
        let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else {
            continue;
        };
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let headers: HeaderMap = head
            .lines()
            .skip(1)
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| {
                (
                    name.parse::<http::HeaderName>().unwrap(),
                    value.parse().unwrap(),
                )
            })
            .collect();
        let length: usize = headers["content-length"].to_str().unwrap().parse().unwrap();
        if bytes.len() >= end + 4 + length {
            return (headers, bytes[end + 4..].to_vec());
        }
    }
}

pub(crate) async fn next(
    receiver: &mut mpsc::UnboundedReceiver<(HeaderMap, Vec<u8>)>,
) -> (HeaderMap, Vec<u8>) {
    tokio::time::timeout(Duration::from_secs(10), receiver.recv())
        .await
        .expect("a webhook within 10 s")
        .unwrap()
}

pub(crate) async fn create(environment: &Environment, name: &str) -> Value {
    let response = environment
        .call(
            Method::POST,
            "/api/v1/organizations",
            Some(json!({"display_name": name})),
        )
        .await;
    assert_eq!(response.status, StatusCode::OK, "{}", response.body);
    response.json()["organization"].clone()
}

#[tokio::test]
async fn a_change_is_posted_with_a_valid_signature() {
    let environment = environment().await;
    let (url, mut hooks) = receiver(&[200]).await;
    let endpoint = environment
        .admin(Method::POST, "webhooks", json!({"url": url}))
        .await;
    let secret = endpoint["secret"].as_str().unwrap();
    assert!(secret.starts_with("whsec_"));
    let created = create(&environment, "Hooked").await;

    let (headers, body) = next(&mut hooks).await;
    assert_eq!(headers["content-type"], "application/json");
    let now = jiff::Timestamp::now().as_second();
    let pairs: Vec<(&str, &str)> = headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.to_str().unwrap()))
        .collect();
    verify(secret, &pairs, &body, now);
    let event: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(
        (&event["type"], &event["object"]),
        (&json!("organization.created"), &json!("Organization"))
    );
    assert_eq!(event["organization_id"], created["id"]);
    let data = event["data"].as_object().unwrap();
    assert_eq!(data["id"], created["id"]);
    for (field, value) in data {
        assert_eq!(value, &created[field], "{field}");
    }
    assert_eq!(event["spec_version"], "1");
    assert!(event["id"].as_str().unwrap().starts_with("evt_"));
    assert!(
        event["environment_id"]
            .as_str()
            .unwrap()
            .starts_with("env_")
    );
}

/// Verifies the HMAC-SHA256 of `id.timestamp.body` as the Standard Webhooks specification defines
/// it. Does not use the SDK.
pub(crate) fn verify(secret: &str, headers: &[(&str, &str)], body: &[u8], now: i64) {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    let header = |name: &str| headers.iter().find(|(known, _)| *known == name).unwrap().1;
    let timestamp = header("webhook-timestamp");
    assert!((timestamp.parse::<i64>().unwrap() - now).abs() < 60);
    let key = STANDARD
        .decode(secret.strip_prefix("whsec_").unwrap())
        .unwrap();
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, &key);
    let signed = |body: &[u8]| {
        [
            header("webhook-id").as_bytes(),
            b".",
            timestamp.as_bytes(),
            b".",
            body,
        ]
        .concat()
    };
    let signature = STANDARD
        .decode(header("webhook-signature").strip_prefix("v1,").unwrap())
        .unwrap();
    aws_lc_rs::hmac::verify(&key, &signed(body), &signature).unwrap();
    assert!(aws_lc_rs::hmac::verify(&key, &signed(b"{}"), &signature).is_err());
}

#[tokio::test]
async fn an_endpoint_receives_only_its_event_types() {
    let environment = environment().await;
    let (url, mut hooks) = receiver(&[200]).await;
    let endpoint = json!({"url": url, "events": ["organization.deleted", "user.*"], "secret": "whsec_c2VjcmV0"});
    assert_eq!(
        environment.admin(Method::POST, "webhooks", endpoint).await["secret"],
        "whsec_c2VjcmV0"
    );
    let created = create(&environment, "Silent").await;
    let path = format!("/api/v1/organizations/{}", created["id"].as_str().unwrap());
    assert_eq!(
        environment.call(Method::DELETE, &path, None).await.status,
        StatusCode::OK
    );
    let event: Value = serde_json::from_slice(&next(&mut hooks).await.1).unwrap();
    assert_eq!(event["type"], "organization.deleted");
    environment
        .log_in(&[("login_hint", "new@acme.com"), ("organization_id", "org_1")])
        .await;
    let mut types = Vec::new();
    for _ in 0..2 {
        let event: Value = serde_json::from_slice(&next(&mut hooks).await.1).unwrap();
        types.push(event["type"].as_str().unwrap().to_owned());
    }
    types.sort();
    assert_eq!(
        types,
        ["user.created", "user.organization_membership_created"]
    );
}

#[tokio::test]
async fn a_failed_delivery_is_retried_and_logged() {
    let (url, mut hooks) = receiver(&[500, 200]).await;
    let environment = environment().await;
    environment
        .admin(
            Method::POST,
            "webhooks",
            json!({"url": url, "retry_delays_ms": [1]}),
        )
        .await;
    create(&environment, "Twice").await;
    let first = next(&mut hooks).await;
    let second = next(&mut hooks).await;
    assert_eq!(
        (&first.0["webhook-id"], &first.1),
        (&second.0["webhook-id"], &second.1)
    );
    for _ in 0..100 {
        let deliveries = environment
            .admin(Method::GET, "deliveries", json!({}))
            .await;
        if deliveries[0]["status"] == "delivered" {
            let statuses: Vec<_> = deliveries[0]["attempts"]
                .as_array()
                .unwrap()
                .iter()
                .map(|attempt| attempt["status"].clone())
                .collect();
            assert_eq!(statuses, [json!(500), json!(200)]);
            assert_eq!(deliveries[0]["type"], "organization.created");
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the delivery never succeeded");
}

#[tokio::test]
async fn endpoints_are_checked_listed_and_removed() {
    let environment = environment().await;
    for endpoint in [
        json!({"url": "ftp://localhost/"}),
        json!({"url": "nowhere"}),
        json!({"url": "http://localhost/", "secret": "whsec_%"}),
        json!({"url": "http://localhost/", "secret": "c2VjcmV0"}),
        json!({"url": "http://localhost/", "event": []}),
    ] {
        let request = environment
            .request(Method::POST, "/_emulator/webhooks")
            .header("content-type", "application/json");
        let response = crate::support::send(request.body(endpoint.to_string())).await;
        assert_eq!(response.status, StatusCode::BAD_REQUEST, "{endpoint}");
    }
    let endpoint = environment
        .admin(
            Method::POST,
            "webhooks",
            json!({"url": "http://localhost:1/"}),
        )
        .await;
    assert_eq!(
        environment.admin(Method::GET, "webhooks", json!({})).await,
        json!([endpoint])
    );
    environment
        .admin(
            Method::DELETE,
            &format!("webhooks/{}", endpoint["id"]),
            json!({}),
        )
        .await;
    assert_eq!(
        environment.admin(Method::GET, "webhooks", json!({})).await,
        json!([])
    );
}
