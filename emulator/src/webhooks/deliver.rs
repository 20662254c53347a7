//! Posting one event to one endpoint, again if need be.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use scalekit::api::events::ScalekitEvent;
use serde::Serialize;

use super::{Endpoint, Shared};
use crate::clock::Clock;

/// How long an endpoint may take to answer.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The waits before further attempts.
const BACKOFF: [Duration; 4] = [
    Duration::from_secs(1),
    Duration::from_secs(5),
    Duration::from_secs(30),
    Duration::from_secs(120),
];

/// An event on its way to an endpoint.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Delivery {
    /// The `webhook-id`: the same in every attempt.
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
enum Status {
    Pending,
    Delivered,
    Failed,
}

/// One attempt: the status of the answer, or why there was none.
#[derive(Clone, Debug, Serialize)]
struct Attempt {
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

    pub(super) fn is_new(&self) -> bool {
        self.attempts.is_empty()
    }
}

/// The client that posts. Webhook receivers are local, so no proxy stands between.
pub(super) fn client() -> reqwest::Client {
    let builder = reqwest::Client::builder().timeout(TIMEOUT).no_proxy();
    builder
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap_or_default()
}

/// Posts until the endpoint answers with 2xx or the attempts are used up.
pub(super) async fn run(
    http: reqwest::Client,
    shared: Arc<Shared>,
    clock: Arc<Clock>,
    endpoint: Endpoint,
    mut delivery: Delivery,
    body: Bytes,
) {
    let mut waits = BACKOFF.into_iter();
    loop {
        let attempt = post(&http, &clock, &endpoint, &delivery.id, &body).await;
        let delivered = attempt.status.is_some_and(|status| (200..300).contains(&status));
        delivery.attempts.push(attempt);
        let wait = if delivered { None } else { waits.next() };
        delivery.status = match (delivered, wait) {
            (true, _) => Status::Delivered,
            (false, Some(_)) => Status::Pending,
            (false, None) => Status::Failed,
        };
        shared.note(delivery.clone());
        match wait {
            Some(wait) => tokio::time::sleep(wait).await,
            None => return,
        }
    }
}

async fn post(http: &reqwest::Client, clock: &Clock, endpoint: &Endpoint, id: &str, body: &Bytes) -> Attempt {
    let now = clock.now();
    let timestamp = now.as_second();
    let request = http
        .post(&endpoint.url)
        .header("content-type", "application/json")
        .header("webhook-id", id)
        .header("webhook-timestamp", timestamp.to_string())
        .header("webhook-signature", endpoint.signature(id, timestamp, body))
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
