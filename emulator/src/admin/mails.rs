//! `/_emulator/mails` and `/_emulator/login-requests`: what passes between the service and people.

use serde::Deserialize;
use serde_json::{Value, json};

use super::Refusal;
use crate::app::App;
use crate::http::Request;
use crate::secrets::random_token;
use crate::state::{AuthRequest, INITIATED};

/// The mails, the oldest first; with `to`, those to one address.
pub(super) fn list(app: &App, request: &Request) -> Value {
    let query = request.query();
    let to = query.get("to");
    let state = app.read();
    let mails = state.mails.iter();
    let wanted = mails.filter(|mail| to.is_none_or(|to| mail.to.eq_ignore_ascii_case(to)));
    json!(wanted.collect::<Vec<_>>())
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewLogin {
    connection_id: String,
}

/// Starts a login that an application with a login page of its own will finish.
pub(super) fn start_login(app: &App, new: &NewLogin) -> Result<Value, Refusal> {
    let ctx = app.ctx();
    app.change(|state| {
        state.connections.require(&new.connection_id)?;
        let login_request_id = random_token("lri");
        let request = AuthRequest {
            workflow: "own_login",
            status: INITIATED,
            connection_id: &new.connection_id,
            login_request_id: &login_request_id,
            ..AuthRequest::default()
        };
        let auth_request_id = state.log_auth_request(&ctx, request);
        Ok(json!({ "login_request_id": login_request_id, "auth_request_id": auth_request_id }))
    })
}

/// A login that was started, with the user once the application has said who that is.
pub(super) fn show_login(app: &App, id: &str) -> Result<Value, Refusal> {
    let state = app.read();
    let found = state.auth_requests.by("login_request", id).next();
    found
        .map(|row| json!(row))
        .ok_or_else(|| Refusal::missing("login request"))
}
