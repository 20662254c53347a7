//! The proxy: calls of third-party services with the credentials of a connected account.
//!
//! The third-party services are simulated. Their responses are scripted. Without a script, the
//! response describes the request.

mod response;

use std::borrow::Cow;
use std::time::Duration;

use http::StatusCode;
use http::header::{AUTHORIZATION, HeaderName};
use serde_json::{Map, Value, json};

use crate::api_error::ApiError;
use crate::app::App;
use crate::http::{Request, Response};
use crate::services::proxied_account;
use crate::state::{Call, ProxyResponse};

/// The name used in the request log and in faults.
pub(crate) const NAME: &str = "proxy";

const PREFIX: &str = "/proxy";

/// The headers that name the account.
const CONNECTION: HeaderName = HeaderName::from_static("connection_name");
const IDENTIFIER: HeaderName = HeaderName::from_static("identifier");

/// Returns the path of the third-party service, or `None` if the path is not below `/proxy`.
pub(crate) fn find(path: &str) -> Option<&str> {
    path.strip_prefix(PREFIX)
        .filter(|rest| rest.starts_with('/'))
}

/// Handles a request. `path` is the path of the third-party service.
pub(crate) async fn handle(app: &App, path: &str, request: &Request) -> Response {
    match call(app, path, request) {
        Ok(Some(script)) => {
            tokio::time::sleep(Duration::from_millis(script.delay_ms)).await;
            response::of(script)
        }
        Ok(None) => Response::json(StatusCode::OK, &description(path, request)),
        Err(error) => error.into_response(&request.id),
    }
}

/// Checks the request and returns the script for it, if there is one.
fn call(app: &App, path: &str, request: &Request) -> Result<Option<ProxyResponse>, ApiError> {
    app.authenticate(request)?;
    let connection_name = required(request, &CONNECTION)?;
    let identifier = required(request, &IDENTIFIER)?;
    let ctx = app.ctx();
    app.change(|state| {
        let id = proxied_account(state, &connection_name, &identifier)?;
        state.use_account(&ctx, &id)?;
        let call = Call {
            connection_name: &connection_name,
            identifier: &identifier,
            name: path,
        };
        Ok(state.take_proxy_response(call, request.method.as_str()))
    })
}

/// Returns the value of a header. It is UTF-8 or, if it is not valid UTF-8, Latin-1.
///
/// # Errors
/// INVALID_ARGUMENT if the header is missing, empty or repeated.
fn required<'r>(request: &'r Request, name: &HeaderName) -> Result<Cow<'r, str>, ApiError> {
    let mut values = request.headers.get_all(name).iter();
    let (value, more) = (values.next(), values.next());
    if more.is_some() {
        return Err(ApiError::invalid(format!("the header {name} is repeated")));
    }
    let bytes = value.map_or(&b""[..], |value| value.as_bytes());
    if bytes.is_empty() {
        return Err(ApiError::invalid(format!("the header {name} is required")));
    }
    Ok(match std::str::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
    })
}

/// Returns the request as JSON, without the service token.
fn description(path: &str, request: &Request) -> Value {
    let mut headers = Map::new();
    for (name, value) in &request.headers {
        if name != AUTHORIZATION {
            let value = String::from_utf8_lossy(value.as_bytes());
            headers.insert(name.to_string(), value.into());
        }
    }
    json!({
        "method": request.method.as_str(),
        "path": path,
        "query": request.query,
        "headers": headers,
        "body": String::from_utf8_lossy(&request.body),
        "json": serde_json::from_slice::<Value>(&request.body).ok(),
    })
}
