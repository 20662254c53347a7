//! `/_emulator/mails` and `/_emulator/login-requests`: sent emails and started logins.

use serde::Deserialize;
use serde_json::{Value, json};

use super::AdminError;
use crate::app::App;
use crate::http::Request;
use crate::secrets::random_token;
use crate::state::{AuthRequest, INITIATED};

/// Returns the emails, oldest first. The parameter `to` selects one recipient.
pub(super) fn list(app: &App, request: &Request) -> Value {
    let query = request.query();
    let to = query.get("to");
    let state = app.read();
    let mails = state.mails.iter();
    let matching = mails.filter(|mail| to.is_none_or(|to| mail.to.eq_ignore_ascii_case(to)));
    json!(matching.collect::<Vec<_>>())
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewLogin {
    connection_id: String,
}

/// Starts a login that an application completes on its own login page.
pub(super) fn start_login(app: &App, new: &NewLogin) -> Result<Value, AdminError> {
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

/// Returns a started login. The user is included once the application has reported it.
pub(super) fn show_login(app: &App, id: &str) -> Result<Value, AdminError> {
    let state = app.read();
    let found = state.auth_requests.by("login_request", id).next();
    found
        .map(|row| json!(row))
        .ok_or_else(|| AdminError::missing("login request"))
}
