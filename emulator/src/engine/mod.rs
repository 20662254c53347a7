//! From a request to the operation it is for, and back.

mod error;
mod query;
mod request;
mod response;
mod router;
mod rules;
mod schema;

use http::StatusCode;
use scalekit::Code;
use serde_json::{Value, json};

pub(crate) use error::ApiError;
pub(crate) use router::{Match, NoMatch, find};
pub(crate) use rules::warm_up;

use crate::app::App;
use crate::http::{Reply, Request};
use crate::interceptors::{self, Trigger};
use crate::services::{self, Handler};
use crate::state;

/// Answers a request to an operation.
pub(crate) async fn answer(app: &App, found: &Match, request: &Request) -> Reply {
    match run(app, found, request).await {
        Ok(json) => Reply::json_text(StatusCode::OK, json),
        Err(error) => error.into_reply(&request.id),
    }
}

async fn run(app: &App, found: &Match, request: &Request) -> Result<Vec<u8>, ApiError> {
    let ctx = app.ctx();
    let token = request
        .bearer()
        .ok_or_else(|| ApiError::unauthenticated("the call needs a bearer token"))?;
    if !app.read().grants.is_api_token(token, ctx.now) {
        return Err(ApiError::unauthenticated("the bearer token is not valid"));
    }
    let message = request::message(found, request, app.config.lenient)?;
    if !app.config.lenient {
        let violations = rules::violations(&message);
        if !violations.is_empty() {
            return Err(ApiError::violations(violations));
        }
    }
    let name = found.operation.name;
    let mut json = request::to_json(&message)?;
    if app.config.lenient {
        state::drop_invalid_page_token(&mut json);
    }
    intercept(app, name, &json).await?;
    let response = match services::handler(name) {
        Some(Handler::Read(handle)) => handle(&app.read(), &ctx, json)?,
        Some(Handler::Write(handle)) => app.change(|state| handle(state, &ctx, json))?,
        None => {
            let message = format!("the emulator does not implement {name} yet");
            return Err(ApiError::unimplemented(message));
        }
    };
    response::write(found.operation, response)
}

/// Interceptors may forbid an invitation before it is made.
async fn intercept(app: &App, operation: &str, request: &Value) -> Result<(), ApiError> {
    if !app.interceptors.any(Trigger::PreUserInvitation) {
        return Ok(());
    }
    let invitation = services::invitation(&app.read(), operation, request);
    let Some((organization_id, email)) = invitation else {
        return Ok(());
    };
    let context = json!({ "organization_id": organization_id, "user_email": email });
    let asked = interceptors::ask(app, Trigger::PreUserInvitation, context, json!({})).await;
    let denied = |message| ApiError::new(Code::PermissionDenied, "INTERCEPTOR_DENIED", message);
    asked.map(|_| ()).map_err(denied)
}

/// The answer to a request that no operation is there for.
pub(crate) fn nothing_here(reason: &NoMatch, request: &Request) -> Reply {
    let place = format!("{} {}", request.method, request.path);
    match reason {
        NoMatch::Path => {
            let mut error = ApiError::not_found("route", &place);
            error.message = format!("there is no {place}");
            error.into_reply(&request.id)
        }
        NoMatch::Method(methods) => {
            let error = ApiError::unimplemented(format!("there is no {place}"));
            let mut reply = error
                .into_reply(&request.id)
                .header(http::header::ALLOW, &methods.join(", "));
            reply.status = StatusCode::METHOD_NOT_ALLOWED;
            reply
        }
    }
}
