//! Delivery of one event to one endpoint, with retries.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use scalekit::api::raw::events::ScalekitEvent;
use serde::Serialize;

use super::{Endpoint, Shared};
use crate::clock::Clock;

/// The timeout of a delivery attempt.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The delivery of an event to an endpoint.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Delivery {
    /// The `webhook-id`. It is the same in every attempt.
    id: String,
    endpoint_id: u64,
    url: String,
    #[serde(rename = "type")]
    event_type: String,
    status: Status,
    attempts: Vec<Attempt>,
    event: ScalekitEvent,
    time: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Status {
    Pending,
    Delivered,
    Failed,
}

/// A delivery attempt: the response status, or the error if the request failed.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Attempt {
    time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

impl Delivery {
    pub(super) fn new(endpoint: &Endpoint, event: &ScalekitEvent, now: Timestamp) -> Self {
        Self {
            id: event.id.replacen("evt_", "msg_", 1),
            endpoint_id: endpoint.id,
            url: endpoint.url.clone(),
            event_type: event.r#type.clone(),
            status: Status::Pending,
            attempts: Vec::new(),
            event: event.clone(),
            time: now.to_string(),
        }
    }

    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.id == other.id && self.endpoint_id == other.endpoint_id
    }

    /// Returns `true` if the delivery has this id and, if given, this endpoint.
    pub(super) fn matches(&self, id: &str, endpoint_id: Option<u64>) -> bool {
        self.id == id && endpoint_id.is_none_or(|expected| self.endpoint_id == expected)
    }

    pub(super) fn endpoint_id(&self) -> u64 {
        self.endpoint_id
    }

    pub(super) fn body(&self) -> Bytes {
        serde_json::to_vec(&self.event)
            .map(Bytes::from)
            .unwrap_or_default()
    }

    pub(super) fn record_attempt(&mut self, attempt: Option<Attempt>, status: Status) {
        self.attempts.extend(attempt);
        self.status = status;
    }
}

/// Creates the HTTP client for deliveries. It does not use a proxy because receivers are usually
/// local.
pub(crate) fn client() -> reqwest::Client {
    let builder = || {
        reqwest::Client::builder()
            .timeout(TIMEOUT)
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
    };
    // Without CA certificates, the client can still reach plain HTTP receivers.
    builder()
        .build()
        .or_else(|_| builder().tls_certs_only([]).build())
        .unwrap_or_default()
}

/// Posts the event until the endpoint responds with 2xx or all attempts have failed.
pub(super) async fn run(
    http: reqwest::Client,
    shared: Arc<Shared>,
    clock: Arc<Clock>,
    delivery: Delivery,
    body: Bytes,
) {
    let mut failures = 0;
    loop {
        // The secret may have been rotated, or the endpoint removed, since the last attempt.
        let Some(endpoint) = shared.endpoint(delivery.endpoint_id) else {
            shared.record_attempt(&delivery, None, Status::Failed);
            return;
        };
        let attempt = post(&http, &clock, &endpoint, &delivery.id, &body).await;
        let delivered = attempt
            .status
            .is_some_and(|status| (200..300).contains(&status));
        let delay = endpoint
            .retry_delays_ms
            .get(failures)
            .filter(|_| !delivered);
        failures += 1;
        let status = match (delivered, delay) {
            (true, _) => Status::Delivered,
            (false, Some(_)) => Status::Pending,
            (false, None) => Status::Failed,
        };
        shared.record_attempt(&delivery, Some(attempt), status);
        match delay {
            Some(delay) => tokio::time::sleep(Duration::from_millis(*delay)).await,
            None => return,
        }
    }
}

async fn post(
    http: &reqwest::Client,
    clock: &Clock,
    endpoint: &Endpoint,
    id: &str,
    body: &Bytes,
) -> Attempt {
    let now = clock.now();
    let timestamp = now.as_second();
    let request = http
        .post(&endpoint.url)
        .header("content-type", "application/json")
        .header("webhook-id", id)
        .header("webhook-timestamp", timestamp.to_string())
        .header(
            "webhook-signature",
            endpoint.signer.signature(id, timestamp, body),
        )
        .body(body.clone());
    let (status, error) = match request.send().await {
        Ok(response) => (Some(response.status().as_u16()), None),
        Err(error) => (None, Some(error.to_string())),
    };
    Attempt {
        time: now.to_string(),
        status,
        error,
    }
}
