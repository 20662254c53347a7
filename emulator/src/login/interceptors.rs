//! Interceptor calls of a login.

use http::header::USER_AGENT;
use serde_json::{Map, Value, json};

use super::params::LoginParams;
use crate::app::App;
use crate::http::Request;
use crate::interceptors::Trigger;

/// Calls the interceptors and returns their claims for the tokens.
///
/// # Errors
/// Returns the message for the user if an interceptor denies the login.
pub(super) async fn run(
    app: &App,
    request: &Request,
    params: &LoginParams,
) -> Result<Map<String, Value>, String> {
    let triggers = [Trigger::PreSignup, Trigger::PreSessionCreation];
    if !triggers
        .into_iter()
        .any(|trigger| app.interceptors.any(trigger))
        || !params.email.contains('@')
    {
        return Ok(Map::new());
    }
    let (context, data, is_new) = payload(app, request, params);
    let mut claims = Map::new();
    for trigger in triggers {
        if is_new || trigger != Trigger::PreSignup {
            claims.extend(
                app.call_interceptors(trigger, context.clone(), data.clone())
                    .await?,
            );
        }
    }
    Ok(claims)
}

/// Returns the context, the data, and whether the user is new.
fn payload(app: &App, request: &Request, params: &LoginParams) -> (Value, Value, bool) {
    let state = app.read();
    let user = state.user_by_email(&params.email);
    let mut context = json!({
        "user_email": params.email,
        "organization_id": params.organization(&state).unwrap_or_default(),
        "auth_request": {
            "connection_id": params.connection_id,
            "organization_id": params.organization_id,
            "domain": params.domain,
            "login_hint": params.email,
        },
        "ip_address": request.peer.to_string(),
        "user_agent": request.header(USER_AGENT).unwrap_or_default(),
    });
    if let Some(user) = user {
        context["user_id"] = user.id.clone().into();
    }
    if let Some(connection) = state.connections.get(&params.connection_id) {
        let details = json!({
            "id": connection.id, "type": connection.r#type, "provider": connection.provider,
        });
        context["connection_details"] = json!([details]);
    }
    let shown = user.map(|user| state.show_user(&app.ctx(), user));
    let data = shown.map_or_else(|| json!({}), |user| json!({ "user": user }));
    (context, data, user.is_none())
}
