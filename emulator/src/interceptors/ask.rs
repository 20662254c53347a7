//! Asking the interceptors of one point, and telling the events what they said.

use std::time::Duration;

use scalekit::api::events::ObjectType;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Decision, Interceptor, Trigger};
use crate::app::App;
use crate::state::ENVIRONMENT;
use crate::webhooks;

/// What an interceptor answers.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Answer {
    decision: Option<Decision>,
    error: Option<Problem>,
    response: Option<Response>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Problem {
    message: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Response {
    /// Claims for the tokens that follow.
    claims: Map<String, Value>,
}

/// Asks all interceptors of a point, one after the other; the first one that denies ends it. Answers with the claims
/// that they want in the tokens.
///
/// # Errors
/// Why it is denied, in words for people.
pub(crate) async fn ask(
    app: &App,
    trigger: Trigger,
    mut context: Value,
    data: Value,
) -> Result<Map<String, Value>, String> {
    let mut claims = Map::new();
    let asked = app.interceptors.at(trigger);
    if asked.is_empty() {
        return Ok(claims);
    }
    context["environment_id"] = ENVIRONMENT.into();
    context["triggered_at"] = app.clock.now().to_string().into();
    for interceptor in asked {
        let body = json!({
            "display_name": interceptor.display_name,
            "trigger_point": trigger,
            "interceptor_context": context,
            "data": data,
        });
        let answered = post(app, &interceptor, &body).await;
        let (status, answer) = match answered {
            Ok(answer) => ("success", answer),
            Err(status) => {
                let decision = Some(interceptor.fallback);
                (
                    status,
                    Answer {
                        decision,
                        ..Answer::default()
                    },
                )
            }
        };
        let decision = answer.decision.unwrap_or(interceptor.fallback);
        note(app, &interceptor, status, decision);
        if decision == Decision::Deny {
            let message = answer
                .error
                .map(|error| error.message)
                .filter(|text| !text.is_empty());
            return Err(message.unwrap_or_else(|| "The request was denied.".to_owned()));
        }
        claims.extend(answer.response.unwrap_or_default().claims);
    }
    Ok(claims)
}

/// # Errors
/// How the call went, in a word.
async fn post(app: &App, interceptor: &Interceptor, body: &Value) -> Result<Answer, &'static str> {
    let body = body.to_string();
    let id = app.change(|state| state.ids.next("icr"));
    let timestamp = app.clock.now().as_second();
    let signature = interceptor.signer.signature(&id, timestamp, body.as_bytes());
    let http = app.interceptors.http.get_or_init(webhooks::client).clone();
    let request = http
        .post(&interceptor.url)
        .timeout(Duration::from_millis(interceptor.timeout_ms))
        .header("content-type", "application/json")
        .header("interceptor-id", id)
        .header("interceptor-timestamp", timestamp.to_string())
        .header("interceptor-signature", signature)
        .body(body);
    let failed = |error: reqwest::Error| if error.is_timeout() { "timeout" } else { "error" };
    let response = request.send().await.map_err(failed)?;
    if !response.status().is_success() {
        return Err("error");
    }
    let text = response.bytes().await.map_err(failed)?;
    let answer: Answer = serde_json::from_slice(&text).map_err(|_| "error")?;
    answer.decision.map(|_| answer).ok_or("error")
}

fn note(app: &App, interceptor: &Interceptor, status: &str, decision: Decision) {
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
