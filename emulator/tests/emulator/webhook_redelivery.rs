//! Webhook redelivery, secret rotation and removed endpoints.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Environment, environment};
use crate::webhooks::{create, next, receiver, verify};

/// Waits until the newest delivery has this number of attempts and is no longer pending.
async fn finished_delivery(environment: &Environment, attempts: usize) -> Value {
    for _ in 0..500 {
        let deliveries = environment
            .admin(Method::GET, "deliveries", json!({}))
            .await;
        let last = &deliveries[deliveries.as_array().unwrap().len() - 1];
        if last["attempts"].as_array().unwrap().len() == attempts && last["status"] != "pending" {
            return last.clone();
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the delivery never ended");
}

#[tokio::test]
async fn a_failed_delivery_can_be_redelivered() {
    let environment = environment().await;
    let (url, mut hooks) = receiver(&[500, 500, 503, 204]).await;
    let endpoint = json!({"url": url, "retry_delays_ms": [1, 1]});
    let endpoint = environment.admin(Method::POST, "webhooks", endpoint).await;
    create(&environment, "Again").await;
    let mut first = Vec::new();
    for _ in 0..3 {
        first.push(next(&mut hooks).await);
    }
    let failed = finished_delivery(&environment, 3).await;
    assert_eq!(failed["status"], "failed");
    let path = format!("deliveries/{}/redeliver", failed["id"].as_str().unwrap());
    let body = json!({"endpoint_id": endpoint["id"]});
    assert_eq!(
        environment.admin(Method::POST, &path, body).await,
        json!({"redelivered": 1})
    );
    let again = next(&mut hooks).await;
    assert_eq!(
        (&again.0["webhook-id"], &again.1),
        (&first[0].0["webhook-id"], &first[0].1)
    );
    let delivered = finished_delivery(&environment, 4).await;
    assert_eq!(
        (&delivered["status"], &delivered["attempts"][3]["status"]),
        (&json!("delivered"), &json!(204))
    );
    for path in ["deliveries/msg_1/redeliver", "webhooks/9/rotate"] {
        let request = environment.request(Method::POST, &format!("/_emulator/{path}"));
        let request = request
            .header("content-type", "application/json")
            .body("{}");
        assert_eq!(
            crate::support::send(request).await.status,
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
}

#[tokio::test]
async fn deliveries_to_a_removed_endpoint_are_not_retried() {
    let environment = environment().await;
    let (url, mut hooks) = receiver(&[500]).await;
    let endpoint = environment
        .admin(
            Method::POST,
            "webhooks",
            json!({"url": url, "retry_delays_ms": [200, 0]}),
        )
        .await;
    create(&environment, "Gone").await;
    next(&mut hooks).await;
    environment
        .admin(
            Method::DELETE,
            &format!("webhooks/{}", endpoint["id"]),
            json!({}),
        )
        .await;
    assert_eq!(finished_delivery(&environment, 1).await["status"], "failed");
}

#[tokio::test]
async fn both_secrets_sign_during_a_rotation() {
    let environment = environment().await;
    let (url, mut hooks) = receiver(&[200]).await;
    let endpoint = environment
        .admin(Method::POST, "webhooks", json!({"url": url}))
        .await;
    let old = endpoint["secret"].as_str().unwrap().to_owned();
    let path = format!("webhooks/{}/rotate", endpoint["id"]);
    let rotated = environment
        .admin(Method::POST, &path, json!({"overlap_seconds": 3600}))
        .await;
    let new = rotated["secret"].as_str().unwrap().to_owned();
    assert_ne!(new, old);
    create(&environment, "Both").await;
    let (headers, body) = next(&mut hooks).await;
    let signatures = headers["webhook-signature"].to_str().unwrap().to_owned();
    let signatures: Vec<&str> = signatures.split(' ').collect();
    assert_eq!(signatures.len(), 2);
    let now = jiff::Timestamp::now().as_second();
    for (secret, signature) in [(&new, signatures[0]), (&old, signatures[1])] {
        let pairs = [
            ("webhook-id", headers["webhook-id"].to_str().unwrap()),
            (
                "webhook-timestamp",
                headers["webhook-timestamp"].to_str().unwrap(),
            ),
            ("webhook-signature", signature),
        ];
        verify(secret, &pairs, &body, now);
    }
    environment
        .admin(Method::PUT, "clock", json!({"shift_seconds": 3601}))
        .await;
    create(&environment, "One").await;
    let (headers, _) = next(&mut hooks).await;
    assert!(!headers["webhook-signature"].to_str().unwrap().contains(' '));
    let request = environment.request(Method::POST, &format!("/_emulator/{path}"));
    let request = request.header("content-type", "application/json");
    let response =
        crate::support::send(request.body(json!({"secret": "whsec_%"}).to_string())).await;
    assert_eq!(response.status, StatusCode::BAD_REQUEST);
}
