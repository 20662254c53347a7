//! `/_emulator/webhooks`, `/_emulator/deliveries` and `/_emulator/interceptors`.

use http::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{AdminError, body, number};
use crate::app::App;
use crate::http::Request;
use crate::interceptors::NewInterceptor;
use crate::webhooks::{NewEndpoint, Rotation};

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Redelivery {
    /// The endpoint to deliver to; absent for all endpoints of the delivery.
    endpoint_id: Option<u64>,
}

/// Handles a request. `rest` is the path after the resource.
pub(super) fn handle(
    app: &App,
    method: &Method,
    resource: &str,
    rest: Option<&str>,
    request: &Request,
) -> Result<Value, AdminError> {
    let (id, action) = match rest.map(|rest| rest.split_once('/').unwrap_or((rest, ""))) {
        Some((id, action)) => (Some(id), action),
        None => (None, ""),
    };
    match (method.as_str(), resource, id, action) {
        ("GET", "webhooks", None, "") => Ok(json!(app.webhooks.endpoints())),
        ("POST", "webhooks", None, "") => {
            let endpoint: NewEndpoint = body(request)?;
            endpoint.check().map_err(AdminError::bad)?;
            Ok(json!(app.webhooks.add(endpoint)))
        }
        ("POST", "webhooks", Some(id), "rotate") => {
            let rotation: Rotation = body(request)?;
            rotation.check().map_err(AdminError::bad)?;
            let rotated = app.webhooks.rotate(&app.clock, number(id)?, rotation);
            rotated
                .map(|endpoint| json!(endpoint))
                .ok_or_else(|| AdminError::missing("endpoint"))
        }
        ("DELETE", "webhooks", id, "") => {
            app.webhooks.remove(id.map(number).transpose()?);
            Ok(Value::Null)
        }
        ("GET", "interceptors", None, "") => Ok(json!(app.interceptors.all())),
        ("POST", "interceptors", None, "") => {
            let interceptor: NewInterceptor = body(request)?;
            interceptor.check().map_err(AdminError::bad)?;
            Ok(json!(app.interceptors.add(interceptor)))
        }
        ("POST", "interceptors", Some(id), "rotate") => {
            let rotation: Rotation = body(request)?;
            rotation.check().map_err(AdminError::bad)?;
            let now = app.clock.now().as_second();
            let rotated = app.interceptors.rotate(number(id)?, rotation, now);
            rotated
                .map(|interceptor| json!(interceptor))
                .ok_or_else(|| AdminError::missing("interceptor"))
        }
        ("DELETE", "interceptors", id, "") => {
            app.interceptors.remove(id.map(number).transpose()?);
            Ok(Value::Null)
        }
        ("GET", "deliveries", None, "") => Ok(json!(app.webhooks.deliveries())),
        ("POST", "deliveries", Some(id), "redeliver") => {
            let Redelivery { endpoint_id } = body(request)?;
            match app.webhooks.redeliver(&app.clock, id, endpoint_id) {
                0 => Err(AdminError::missing("delivery")),
                count => Ok(json!({ "redelivered": count })),
            }
        }
        _ => {
            let path =
                rest.map_or_else(|| resource.to_owned(), |rest| format!("{resource}/{rest}"));
            Err(AdminError::no_route(method, &path))
        }
    }
}
