//! The webhook endpoint of the quickstart, registered with the emulator.

use std::collections::HashMap;

use anyhow::{Context, Result};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use tokio::sync::{Mutex, mpsc};

/// A received webhook request. The body is unparsed, because the signature covers its bytes.
pub(crate) struct Delivery {
    pub(crate) headers: HashMap<String, String>,
    pub(crate) body: Vec<u8>,
}

pub(crate) struct Receiver {
    secret: String,
    deliveries: Mutex<mpsc::UnboundedReceiver<Delivery>>,
}

impl Receiver {
    /// Starts an endpoint if the environment is an emulator. Returns `None` for a real environment.
    pub(crate) async fn register(env_url: &str) -> Result<Option<Self>> {
        let host = url::Url::parse(env_url)?
            .host_str()
            .unwrap_or_default()
            .to_owned();
        if !["127.0.0.1", "localhost", "[::1]"].contains(&host.as_str()) {
            return Ok(None);
        }
        let (sender, deliveries) = mpsc::unbounded_channel();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}/webhooks", listener.local_addr()?);
        let router = Router::new()
            .route("/webhooks", axum::routing::post(receive))
            .with_state(sender);
        tokio::spawn(async move { axum::serve(listener, router).await });

        let http = reqwest::Client::new();
        let body = json!({ "url": url }).to_string();
        let response = http
            .post(format!("{env_url}/_emulator/webhooks"))
            .header("content-type", "application/json")
            .body(body)
            .send()
            .await?
            .error_for_status()?;
        let webhook: Value = serde_json::from_str(&response.text().await?)?;
        let secret = webhook["secret"]
            .as_str()
            .context("the emulator returned no webhook secret")?
            .to_owned();
        Ok(Some(Self {
            secret,
            deliveries: Mutex::new(deliveries),
        }))
    }

    pub(crate) fn secret(&self) -> &str {
        &self.secret
    }

    /// Returns the next delivery of an event type. Fails after ten seconds.
    pub(crate) async fn wait_for(&self, event_type: &str) -> Result<Delivery> {
        let mut deliveries = self.deliveries.lock().await;
        let next = async {
            while let Some(delivery) = deliveries.recv().await {
                let event: Value = serde_json::from_slice(&delivery.body)?;
                if event["type"] == event_type {
                    return Ok(delivery);
                }
            }
            anyhow::bail!("the endpoint stopped")
        };
        let timeout = std::time::Duration::from_secs(10);
        tokio::time::timeout(timeout, next)
            .await
            .with_context(|| format!("no {event_type} webhook arrived within {timeout:?}"))?
    }
}

async fn receive(
    State(sender): State<mpsc::UnboundedSender<Delivery>>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let headers = headers
        .iter()
        .map(|(name, value)| {
            (
                name.to_string(),
                String::from_utf8_lossy(value.as_bytes()).into_owned(),
            )
        })
        .collect();
    match sender.send(Delivery {
        headers,
        body: body.to_vec(),
    }) {
        Ok(()) => StatusCode::NO_CONTENT,
        Err(_) => StatusCode::GONE,
    }
}
