//! The admin API of the emulator at `/_emulator/`, for tests. It is not part of the service.

mod agents;
mod directories;
mod faults;
mod mails;
mod webhooks;

use http::header::CONTENT_TYPE;
use http::{Method, StatusCode};
use jiff::SignedDuration;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::api_error::ApiError;
use crate::app::App;
use crate::config::Seed;
use crate::http::{Request, Response};
use crate::oauth::{IdpInitiated, idp_initiated_token};
use crate::traffic::Filter;

/// Path prefix of the admin API.
pub(crate) const PREFIX: &str = "/_emulator/";

#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
struct ClockShift {
    /// Seconds added to the system time. Can be negative.
    shift_seconds: i64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Rotation {
    /// Removes the previous key from the key set immediately.
    revoke: bool,
}

/// An error response.
struct AdminError(StatusCode, String);

impl AdminError {
    fn bad(message: impl ToString) -> Self {
        Self(StatusCode::BAD_REQUEST, message.to_string())
    }

    fn missing(what: &str) -> Self {
        Self(StatusCode::NOT_FOUND, format!("{what} not found"))
    }

    fn no_route(method: &Method, path: &str) -> Self {
        Self(
            StatusCode::NOT_FOUND,
            format!("no route for {method} {PREFIX}{path}"),
        )
    }
}

impl From<ApiError> for AdminError {
    fn from(error: ApiError) -> Self {
        let status = StatusCode::from_u16(error.code.http_status());
        Self(status.unwrap_or(StatusCode::BAD_REQUEST), error.message)
    }
}

/// Handles a request. `path` is the path after [`PREFIX`].
pub(crate) async fn handle(app: &App, path: &str, request: &Request) -> Response {
    let result = match app.hosts.check(request) {
        Ok(()) => route(app, path, request).await,
        Err(problem) => Err(AdminError(StatusCode::FORBIDDEN, problem)),
    };
    match result {
        Ok(Value::Null) => Response::empty(StatusCode::NO_CONTENT),
        Ok(value) => Response::json(StatusCode::OK, &value),
        Err(AdminError(status, message)) => Response::json(status, &json!({ "error": message })),
    }
}

async fn route(app: &App, path: &str, request: &Request) -> Result<Value, AdminError> {
    let (resource, id) = path
        .trim_end_matches('/')
        .split_once('/')
        .unwrap_or((path.trim_end_matches('/'), ""));
    let id = Some(id).filter(|id| !id.is_empty());
    match (request.method.clone(), resource, id) {
        (Method::GET, "info", None) => Ok(info(app)),
        (Method::GET, "requests", None) => Ok(app.log.show(&filter(request)?).into()),
        (Method::DELETE, "requests", None) => {
            app.log.clear();
            Ok(Value::Null)
        }
        (Method::GET, "faults", None) => Ok(json!(app.faults.all())),
        (Method::POST, "faults", None) => Ok(json!(faults::add(app, body(request)?)?)),
        (Method::DELETE, "faults", id) => {
            app.faults.remove(id.map(number).transpose()?);
            Ok(Value::Null)
        }
        (Method::POST, "reset", None) => {
            json_only(request)?;
            app.faults.remove(None);
            app.webhooks.clear_deliveries();
            app.log.clear();
            let _ = app.clock.set_shift(SignedDuration::ZERO);
            app.reset().map_err(|error| internal_error(error.into()))?;
            app.save_settings();
            Ok(Value::Null)
        }
        (Method::POST, "seed", None) => {
            let seed = Seed::from_json(body::<Value>(request)?).map_err(AdminError::bad)?;
            Ok(json!(app.change(|state| state.seed(&app.ctx(), seed.0))))
        }
        (Method::GET, "export", None) => Ok(json!(app.read().export())),
        (Method::GET, "mails", None) => Ok(mails::list(app, request)),
        (Method::DELETE, "mails", None) => {
            app.change(|state| state.mails.clear());
            Ok(Value::Null)
        }
        (Method::POST, "login-requests", None) => mails::start_login(app, &body(request)?),
        (Method::GET, "login-requests", Some(id)) => mails::show_login(app, id),
        (method, "directories", Some(rest)) => directories::handle(app, &method, rest, request),
        (Method::POST, "keys", Some("rotate")) => {
            let rotation: Rotation = body(request)?;
            let rotated = app.keys.rotate(rotation.revoke).await;
            rotated
                .map(|kid| json!({ "kid": kid }))
                .map_err(internal_error)
        }
        (Method::GET, "clock", None) => Ok(clock(app)),
        (Method::PUT, "clock", None) => {
            let shift: ClockShift = body(request)?;
            if !app
                .clock
                .set_shift(SignedDuration::from_secs(shift.shift_seconds))
            {
                return Err(AdminError::bad(
                    "shift_seconds must keep the clock in the years 1 to 9899",
                ));
            }
            app.save_settings();
            Ok(clock(app))
        }
        (_, "tool-responses" | "proxy-responses" | "tool-calls" | "accounts", id) => {
            agents::handle(app, resource, id, request)
        }
        (method, "webhooks" | "deliveries" | "interceptors", id) => {
            let result = webhooks::handle(app, &method, resource, id, request);
            if method != Method::GET {
                app.save_settings();
            }
            result
        }
        (Method::POST, "idp-initiated-token", None) => {
            let login: IdpInitiated = body(request)?;
            let token = idp_initiated_token(app, &login)
                .await
                .map_err(internal_error)?;
            Ok(json!({ "token": token }))
        }
        (method, ..) => Err(AdminError::no_route(&method, path)),
    }
}

fn info(app: &App) -> Value {
    let operations = scalekit::schema::OPERATIONS.iter();
    let operations = operations.map(|operation| operation.name);
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "environment_url": app.url,
        "client_id": app.client.id,
        "auto_approve": app.config.auto_approve,
        "lenient": app.config.lenient,
        "operations": operations.collect::<Vec<_>>(),
    })
}

fn clock(app: &App) -> Value {
    json!({ "now": app.clock.now().to_string(), "shift_seconds": app.clock.shift().as_secs() })
}

fn filter(request: &Request) -> Result<Filter, AdminError> {
    let query = request.query();
    let text = |name: &str| query.get(name).map(str::to_owned);
    let count = |name: &str| query.get(name).map(number).transpose();
    Ok(Filter {
        operation: text("operation"),
        method: text("method"),
        path: text("path"),
        after: count("after")?.unwrap_or_default(),
        unmatched: query.get("unmatched") == Some("true"),
        limit: count("limit")?.and_then(|limit| usize::try_from(limit).ok()),
    })
}

fn number(text: &str) -> Result<u64, AdminError> {
    text.parse()
        .map_err(|_| AdminError::bad(format!("{text:?} is not a non-negative integer")))
}

fn body<T: DeserializeOwned>(request: &Request) -> Result<T, AdminError> {
    json_only(request)?;
    let text: &[u8] = if request.body.is_empty() {
        b"{}"
    } else {
        &request.body
    };
    // Parse a map first: serde also accepts an array of fields for a struct.
    let fields: Map<String, Value> = serde_json::from_slice(text).map_err(AdminError::bad)?;
    serde_json::from_value(fields.into()).map_err(AdminError::bad)
}

/// Requires a JSON content type. Browsers let pages of other origins post forms, but not JSON.
fn json_only(request: &Request) -> Result<(), AdminError> {
    let json = request
        .header(CONTENT_TYPE)
        .is_some_and(|kind| kind.starts_with("application/json"));
    if json {
        return Ok(());
    }
    Err(AdminError(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "content-type must be application/json".to_owned(),
    ))
}

fn internal_error(error: anyhow::Error) -> AdminError {
    AdminError(StatusCode::INTERNAL_SERVER_ERROR, format!("{error:#}"))
}
