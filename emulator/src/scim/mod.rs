//! SCIM 2.0 (RFC 7643, RFC 7644): how an identity provider pushes users and groups into a directory.

mod names;
mod patch;
mod path;
mod resources;
mod shape;

use http::header::LOCATION;
use http::{Method, StatusCode};
use serde_json::{Map, Value, json};

use crate::app::App;
use crate::engine::ApiError;
use crate::http::{Reply, Request};
use crate::secrets::hash;
use resources::{Kind, Resource};

/// The name in the request log and in faults.
pub(crate) const NAME: &str = "scim";

const PREFIX: &str = "/api/v1/directories/";
const VERSION: &str = "/scim/v2";
const CONTENT_TYPE: &str = "application/scim+json";

/// Where the identity provider of a directory sends users and groups.
pub(crate) fn endpoint(url: &str, directory_id: &str) -> String {
    format!("{url}{PREFIX}{directory_id}{VERSION}")
}

/// The directory and the rest of the path, if a request is for SCIM.
pub(crate) fn find(path: &str) -> Option<(&str, &str)> {
    let (directory, rest) = path.strip_prefix(PREFIX)?.split_once(VERSION)?;
    let ours =
        !directory.is_empty() && !directory.contains('/') && (rest.is_empty() || rest.starts_with('/'));
    ours.then_some((directory, rest.trim_matches('/')))
}

/// A refused request (RFC 7644, section 3.12).
#[derive(Debug)]
struct Refusal {
    status: StatusCode,
    kind: Option<&'static str>,
    detail: String,
}

impl Refusal {
    fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            status,
            kind: None,
            detail: detail.into(),
        }
    }

    fn invalid(kind: &'static str, detail: impl Into<String>) -> Self {
        Self {
            kind: Some(kind),
            ..Self::new(StatusCode::BAD_REQUEST, detail)
        }
    }
}

impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        let status = StatusCode::from_u16(error.code.http_status());
        Self::new(status.unwrap_or(StatusCode::BAD_REQUEST), error.message)
    }
}

/// Answers a request to the SCIM service of a directory; `rest` is what follows `/scim/v2/`.
pub(crate) fn answer(app: &App, directory: &str, rest: &str, request: &Request) -> Reply {
    route(app, directory, rest, request).unwrap_or_else(|refusal| {
        let mut error = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
            "status": refusal.status.as_str(),
            "detail": refusal.detail,
        });
        if let Some(kind) = refusal.kind {
            error["scimType"] = kind.into();
        }
        reply(refusal.status, &error)
    })
}

fn reply(status: StatusCode, body: &Value) -> Reply {
    Reply::new(status, CONTENT_TYPE, body.to_string())
}

fn route(app: &App, directory: &str, rest: &str, request: &Request) -> Result<Reply, Refusal> {
    authorize(app, directory, request)?;
    let (place, id) = rest.split_once('/').unwrap_or((rest, ""));
    let nothing = || {
        Refusal::new(
            StatusCode::NOT_FOUND,
            format!("there is no {} {rest}", request.method),
        )
    };
    if (&request.method, place) == (&Method::GET, "ServiceProviderConfig") {
        return Ok(reply(StatusCode::OK, &provider_config()));
    }
    let kind = match place {
        "Users" => Kind::User,
        "Groups" => Kind::Group,
        _ => return Err(nothing()),
    };
    let resource = Resource { app, directory, kind };
    let query = request.query();
    let done = |status, document| reply(status, &Value::Object(resources::chosen(document, &query)));
    match (request.method.as_str(), id) {
        ("GET", "") => Ok(reply(StatusCode::OK, &resource.list(&query)?)),
        ("GET", id) => Ok(reply(StatusCode::OK, &resource.get(id, &query)?)),
        ("POST", "") => {
            let made = resource.create(object(request)?)?;
            let location = made["meta"]["location"].as_str().unwrap_or_default().to_owned();
            Ok(done(StatusCode::CREATED, made).header(LOCATION, &location))
        }
        (_, "") => Err(nothing()),
        ("PUT", id) => Ok(done(StatusCode::OK, resource.replace(id, object(request)?)?)),
        ("PATCH", id) => Ok(done(StatusCode::OK, resource.patch(id, &object(request)?)?)),
        ("DELETE", id) => {
            resource.delete(id)?;
            Ok(Reply::empty(StatusCode::NO_CONTENT))
        }
        _ => Err(nothing()),
    }
}

/// The identity provider shows a secret of the directory.
fn authorize(app: &App, directory: &str, request: &Request) -> Result<(), Refusal> {
    let token = request.bearer().map(hash);
    let state = app.read();
    let row = state.directories.get(directory);
    let known = row.is_some_and(|row| row.hashes.values().any(|known| Some(known) == token.as_ref()));
    if known {
        return Ok(());
    }
    Err(Refusal::new(
        StatusCode::UNAUTHORIZED,
        "the bearer token is no secret of the directory",
    ))
}

fn object(request: &Request) -> Result<Map<String, Value>, Refusal> {
    serde_json::from_slice(&request.body)
        .map_err(|error| Refusal::invalid("invalidSyntax", format!("the body is no JSON object: {error}")))
}

fn provider_config() -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "patch": {"supported": true},
        "bulk": {"supported": false, "maxOperations": 0, "maxPayloadSize": 0},
        "filter": {"supported": true, "maxResults": resources::MAX_RESULTS},
        "changePassword": {"supported": false},
        "sort": {"supported": false},
        "etag": {"supported": false},
        "authenticationSchemes": [{
            "type": "oauthbearertoken", "name": "Bearer", "description": "A secret of the directory",
        }],
    })
}
