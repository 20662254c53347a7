//! The emulator's own API, below `/_emulator/`: for tests, not part of the service.

mod directories;
pub(crate) mod faults;
pub(crate) mod log;
mod mails;
mod webhooks;

use http::header::CONTENT_TYPE;
use http::{Method, StatusCode};
use jiff::SignedDuration;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::app::App;
use crate::config::Seed;
use crate::engine::ApiError;
use crate::http::{Reply, Request};
use crate::oauth::{IdpInitiated, idp_initiated_token};

/// What the paths of the admin API begin with.
pub(crate) const PREFIX: &str = "/_emulator/";

#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
struct ClockShift {
    /// Seconds added to the machine's time; negative ones go back.
    shift_seconds: i64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Rotation {
    /// Takes the key before the new one out of the key set at once.
    revoke: bool,
}

/// Why a request to the admin API was refused.
struct Refusal(StatusCode, String);

impl Refusal {
    fn bad(message: impl ToString) -> Self {
        Self(StatusCode::BAD_REQUEST, message.to_string())
    }

    fn missing(what: &str) -> Self {
        Self(StatusCode::NOT_FOUND, format!("{what} not found"))
    }

    fn nothing_here(method: &Method, path: &str) -> Self {
        Self(
            StatusCode::NOT_FOUND,
            format!("there is no {method} {PREFIX}{path}"),
        )
    }
}

impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        let status = StatusCode::from_u16(error.code.http_status());
        Self(status.unwrap_or(StatusCode::BAD_REQUEST), error.message)
    }
}

/// Answers `path`, which has lost its prefix.
pub(crate) async fn answer(app: &App, path: &str, request: &Request) -> Reply {
    let answered = match app.hosts.check(request) {
        Ok(()) => route(app, path, request).await,
        Err(problem) => Err(Refusal(StatusCode::FORBIDDEN, problem)),
    };
    match answered {
        Ok(Value::Null) => Reply::empty(StatusCode::NO_CONTENT),
        Ok(value) => Reply::json(StatusCode::OK, &value),
        Err(Refusal(status, message)) => Reply::json(status, &json!({ "error": message })),
    }
}

async fn route(app: &App, path: &str, request: &Request) -> Result<Value, Refusal> {
    let (place, id) = path
        .trim_end_matches('/')
        .split_once('/')
        .unwrap_or((path.trim_end_matches('/'), ""));
    let id = Some(id).filter(|id| !id.is_empty());
    match (request.method.clone(), place, id) {
        (Method::GET, "info", None) => Ok(info(app)),
        (Method::GET, "requests", None) => Ok(app.log.show(&filter(request)?).into()),
        (Method::DELETE, "requests", None) => {
            app.log.clear();
            Ok(Value::Null)
        }
        (Method::GET, "faults", None) => Ok(json!(app.faults.all())),
        (Method::POST, "faults", None) => app
            .faults
            .add(body(request)?)
            .map(|fault| json!(fault))
            .map_err(Refusal::bad),
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
            app.reset().map_err(|error| broken(error.into()))?;
            app.save_settings();
            Ok(Value::Null)
        }
        (Method::POST, "seed", None) => {
            let seed = Seed::from_json(body::<Value>(request)?).map_err(Refusal::bad)?;
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
        (method, "directories", Some(rest)) => directories::route(app, &method, rest, request),
        (Method::POST, "keys", Some("rotate")) => {
            let rotation: Rotation = body(request)?;
            let rotated = app.keys.rotate(rotation.revoke).await;
            rotated.map(|kid| json!({ "kid": kid })).map_err(broken)
        }
        (Method::GET, "clock", None) => Ok(clock(app)),
        (Method::PUT, "clock", None) => {
            let shift: ClockShift = body(request)?;
            if !app
                .clock
                .set_shift(SignedDuration::from_secs(shift.shift_seconds))
            {
                return Err(Refusal::bad("shift_seconds leads out of the years 1 to 9899"));
            }
            app.save_settings();
            Ok(clock(app))
        }
        (method, "webhooks" | "deliveries" | "interceptors", id) => {
            let answer = webhooks::route(app, &method, place, id, request);
            if method != Method::GET {
                app.save_settings();
            }
            answer
        }
        (Method::POST, "idp-initiated-token", None) => {
            let login: IdpInitiated = body(request)?;
            let token = idp_initiated_token(app, &login).await.map_err(broken)?;
            Ok(json!({ "token": token }))
        }
        (method, ..) => Err(Refusal::nothing_here(&method, path)),
    }
}

fn info(app: &App) -> Value {
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "environment_url": app.url,
        "client_id": app.client.id,
        "auto_approve": app.config.auto_approve,
        "lenient": app.config.lenient,
        "operations": scalekit::schema::OPERATIONS.iter().map(|operation| operation.name).collect::<Vec<_>>(),
    })
}

fn clock(app: &App) -> Value {
    json!({ "now": app.clock.now().to_string(), "shift_seconds": app.clock.shift().as_secs() })
}

fn filter(request: &Request) -> Result<log::Filter, Refusal> {
    let query = request.query();
    let text = |name: &str| query.get(name).map(str::to_owned);
    let count = |name: &str| query.get(name).map(number).transpose();
    Ok(log::Filter {
        operation: text("operation"),
        method: text("method"),
        path: text("path"),
        after: count("after")?.unwrap_or_default(),
        unmatched: query.get("unmatched") == Some("true"),
        limit: count("limit")?.and_then(|limit| usize::try_from(limit).ok()),
    })
}

fn number(text: &str) -> Result<u64, Refusal> {
    text.parse()
        .map_err(|_| Refusal::bad(format!("{text:?} is not a number")))
}

fn body<T: DeserializeOwned>(request: &Request) -> Result<T, Refusal> {
    json_only(request)?;
    let text: &[u8] = if request.body.is_empty() {
        b"{}"
    } else {
        &request.body
    };
    // As a map, because serde would also read a struct from an array of its fields.
    let fields: Map<String, Value> = serde_json::from_slice(text).map_err(Refusal::bad)?;
    serde_json::from_value(fields.into()).map_err(Refusal::bad)
}

/// A page in a browser can post forms to any address without asking, but not JSON.
fn json_only(request: &Request) -> Result<(), Refusal> {
    let json = request
        .header(CONTENT_TYPE)
        .is_some_and(|kind| kind.starts_with("application/json"));
    if json {
        return Ok(());
    }
    Err(Refusal(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "content-type must be application/json".to_owned(),
    ))
}

fn broken(error: anyhow::Error) -> Refusal {
    Refusal(StatusCode::INTERNAL_SERVER_ERROR, format!("{error:#}"))
}
