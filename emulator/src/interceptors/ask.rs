//! Calling interceptors and recording the results as events.

use std::time::Duration;

use scalekit::api::events::ObjectType;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Decision, Interceptor, Trigger};
use crate::app::App;
use crate::state::ENVIRONMENT;
use crate::webhooks;

/// The response of an interceptor.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct InterceptorResponse {
    decision: Option<Decision>,
    error: Option<Problem>,
    response: Option<Payload>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Problem {
    message: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Payload {
    /// Custom claims to add to tokens.
    claims: Map<String, Value>,
}

/// Calls all interceptors of a trigger in order and stops at the first denial. Returns the claims
/// to add to tokens.
///
/// # Errors
/// Returns the reason for the denial, for display to users.
pub(crate) async fn ask(
    app: &App,
    trigger: Trigger,
    mut context: Value,
    data: Value,
) -> Result<Map<String, Value>, String> {
    let mut claims = Map::new();
    let interceptors = app.interceptors.at(trigger);
    if interceptors.is_empty() {
        return Ok(claims);
    }
    context["environment_id"] = ENVIRONMENT.into();
    context["triggered_at"] = app.clock.now().to_string().into();
    for interceptor in interceptors {
        let body = json!({
            "display_name": interceptor.display_name,
            "trigger_point": trigger,
            "interceptor_context": context,
            "data": data,
        });
        let result = post(app, &interceptor, &body).await;
        let (status, response) = match result {
            Ok(response) => ("success", response),
            Err(status) => {
                let decision = Some(interceptor.fallback);
                (
                    status,
                    InterceptorResponse {
                        decision,
                        ..InterceptorResponse::default()
                    },
                )
            }
        };
        let decision = response.decision.unwrap_or(interceptor.fallback);
        record(app, &interceptor, status, decision);
        if decision == Decision::Deny {
            let message = response
                .error
                .map(|error| error.message)
                .filter(|text| !text.is_empty());
            return Err(message.unwrap_or_else(|| "The request was denied.".to_owned()));
        }
        claims.extend(response.response.unwrap_or_default().claims);
    }
    Ok(claims)
}

/// # Errors
/// Returns the failure status for the event: `timeout` or `error`.
async fn post(
    app: &App,
    interceptor: &Interceptor,
    body: &Value,
) -> Result<InterceptorResponse, &'static str> {
    let body = body.to_string();
    let id = app.change(|state| state.ids.next("icr"));
    let timestamp = app.clock.now().as_second();
    let signature = interceptor
        .signer
        .signature(&id, timestamp, body.as_bytes());
    let http = app.interceptors.http.get_or_init(webhooks::client).clone();
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

fn record(app: &App, interceptor: &Interceptor, status: &str, decision: Decision) {
    let data = json!({
        "interceptor_id": interceptor.id.to_string(),
        "interceptor_status": status,
        "interceptor_decision": decision,
        "trigger_point": interceptor.trigger_point,
        "display_name": interceptor.display_name,
    });
    let ctx = app.ctx();
    app.change(|state| {
        state.emit(
            &ctx,
            "interceptor.executed",
            ObjectType::InterceptorEvent,
            None,
            &data,
        )
    });
}
