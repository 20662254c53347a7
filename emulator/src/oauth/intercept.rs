//! What interceptors are told of a login.

use http::header::USER_AGENT;
use serde_json::{Map, Value, json};

use super::login::{Wanted, organization_of};
use crate::app::App;
use crate::http::Request;
use crate::interceptors::{self, Trigger};

/// Asks whether a login may go on; answers with the claims for its tokens.
///
/// # Errors
/// Why it may not, in words for people.
pub(super) async fn ask(app: &App, request: &Request, wanted: &Wanted) -> Result<Map<String, Value>, String> {
    let points = [Trigger::PreSignup, Trigger::PreSessionCreation];
    if !points.into_iter().any(|point| app.interceptors.any(point)) || !wanted.email.contains('@') {
        return Ok(Map::new());
    }
    let (context, data, is_new) = facts(app, request, wanted);
    let mut claims = Map::new();
    for point in points {
        if is_new || point != Trigger::PreSignup {
            claims.extend(interceptors::ask(app, point, context.clone(), data.clone()).await?);
        }
    }
    Ok(claims)
}

/// The context, the data, and whether nobody has this address yet.
fn facts(app: &App, request: &Request, wanted: &Wanted) -> (Value, Value, bool) {
    let state = app.read();
    let user = state.user_by_email(&wanted.email);
    let mut context = json!({
        "user_email": wanted.email,
        "organization_id": organization_of(&state, wanted).unwrap_or_default(),
        "auth_request": {
            "connection_id": wanted.connection_id,
            "organization_id": wanted.organization_id,
            "domain": wanted.domain,
            "login_hint": wanted.email,
        },
        "ip_address": request.peer.to_string(),
        "user_agent": request.header(USER_AGENT).unwrap_or_default(),
    });
    if let Some(user) = user {
        context["user_id"] = user.id.clone().into();
    }
    if let Some(connection) = state.connections.get(&wanted.connection_id) {
        let details = json!({
            "id": connection.id, "type": connection.r#type, "provider": connection.provider,
        });
        context["connection_details"] = json!([details]);
    }
    let shown = user.map(|user| state.show_user(&app.ctx(), user));
    let data = shown.map_or_else(|| json!({}), |user| json!({ "user": user }));
    (context, data, user.is_none())
}
