//! Request processing: decoding, validation, the call of the operation and encoding.

mod query;
mod request;
mod router;
mod rules;

use http::StatusCode;
use scalekit::Code;
use serde_json::{Value, json};

pub(crate) use router::{Match, find};

use crate::api_error::ApiError;
use crate::app::App;
use crate::http::{NoMatch, Request, Response};
use crate::interceptors::Trigger;
use crate::services::{self, Handler};
use crate::state;

/// Prepares the tables that the first request needs.
pub(crate) fn warm_up() {
    rules::warm_up();
    services::warm_up();
}

/// Runs an operation and returns its response.
pub(crate) async fn handle(app: &App, matched: &Match, request: &Request) -> Response {
    match run(app, matched, request).await {
        Ok(json) => Response::json_text(StatusCode::OK, json),
        Err(error) => error.into_response(&request.id),
    }
}

async fn run(app: &App, matched: &Match, request: &Request) -> Result<Vec<u8>, ApiError> {
    let ctx = app.ctx();
    app.authenticate(request)?;
    let message = request::message(matched, request, app.config.lenient)?;
    if !app.config.lenient {
        let violations = rules::violations(&message);
        if !violations.is_empty() {
            return Err(ApiError::violations(violations));
        }
    }
    let operation = matched.operation;
    let mut json = request::to_json(&message)?;
    if app.config.lenient {
        state::drop_invalid_page_token(&mut json);
    }
    intercept(app, operation.name, &json).await?;
    match services::handler(operation.name) {
        Some(Handler::Read(handle)) => handle(&app.read(), &ctx, operation, json),
        Some(Handler::Write(handle)) => app.change(|state| handle(state, &ctx, operation, json)),
        None => {
            let message = format!("the emulator does not implement {} yet", operation.name);
            Err(ApiError::unimplemented(message))
        }
    }
}

/// Calls the interceptors before an invitation is sent. They can deny it.
async fn intercept(app: &App, operation: &str, request: &Value) -> Result<(), ApiError> {
    if !app.interceptors.any(Trigger::PreUserInvitation) {
        return Ok(());
    }
    let invitation = services::invitation(&app.read(), operation, request);
    let Some((organization_id, email)) = invitation else {
        return Ok(());
    };
    let context = json!({ "organization_id": organization_id, "user_email": email });
    let outcome = app
        .call_interceptors(Trigger::PreUserInvitation, context, json!({}))
        .await;
    let denied = |message| ApiError::new(Code::PermissionDenied, "INTERCEPTOR_DENIED", message);
    outcome.map(|_| ()).map_err(denied)
}

/// Returns the error response for a request that does not match any operation.
pub(crate) fn handle_no_route(reason: &NoMatch, request: &Request) -> Response {
    let route = format!("{} {}", request.method, request.path);
    match reason {
        NoMatch::Path => {
            let mut error = ApiError::not_found("route", &route);
            error.message = format!("no route matches {route}");
            error.into_response(&request.id)
        }
        NoMatch::Method(methods) => {
            let error = ApiError::unimplemented(format!("no route matches {route}"));
            let mut response = error
                .into_response(&request.id)
                .header(http::header::ALLOW, &methods.join(", "));
            response.status = StatusCode::METHOD_NOT_ALLOWED;
            response
        }
    }
}
