//! HTTP calls of interceptors.

use std::time::Duration;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Decision, Interceptor, Interceptors};
use crate::webhooks;

/// The response of an interceptor.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct InterceptorResponse {
    pub(crate) decision: Option<Decision>,
    pub(crate) error: Option<Problem>,
    pub(crate) response: Option<Payload>,
}

/// The reason for a denial.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Problem {
    pub(crate) message: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Payload {
    /// Custom claims to add to tokens.
    pub(crate) claims: Map<String, Value>,
}

impl Interceptors {
    /// Posts a signed request to an interceptor. `id` is the id of the request.
    ///
    /// # Errors
    /// Returns the failure status for the event: `timeout` or `error`.
    pub(crate) async fn call(
        &self,
        interceptor: &Interceptor,
        id: String,
        now: Timestamp,
        body: &Value,
    ) -> Result<InterceptorResponse, &'static str> {
        let body = body.to_string();
        let timestamp = now.as_second();
        let signature = interceptor
            .signer
            .signature(&id, timestamp, body.as_bytes());
        let http = self.http.get_or_init(webhooks::client).clone();
        let request = http
            .post(&interceptor.url)
            .timeout(Duration::from_millis(interceptor.timeout_ms))
            .header("content-type", "application/json")
            .header("interceptor-id", id)
            .header("interceptor-timestamp", timestamp.to_string())
            .header("interceptor-signature", signature)
            .body(body);
        let failed = |error: reqwest::Error| {
            if error.is_timeout() {
                "timeout"
            } else {
                "error"
            }
        };
        let response = request.send().await.map_err(failed)?;
        if !response.status().is_success() {
            return Err("error");
        }
        let body = response.bytes().await.map_err(failed)?;
        let response: InterceptorResponse = serde_json::from_slice(&body).map_err(|_| "error")?;
        response.decision.map(|_| response).ok_or("error")
    }
}
