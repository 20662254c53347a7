//! SCIM 2.0 server of a directory (RFC 7643, RFC 7644). Identity providers use it to provision
//! users and groups.

mod names;
mod patch;
mod path;
mod resources;
mod shape;

use http::header::LOCATION;
use http::{Method, StatusCode};
use serde_json::{Map, Value, json};

use crate::api_error::ApiError;
use crate::app::App;
use crate::http::{Request, Response};
use crate::secrets::hash;
use crate::state::{DIRECTORIES_PATH, SCIM_PATH};
use resources::{Kind, Resource};

/// Name used in the request log and in faults.
pub(crate) const NAME: &str = "scim";

const CONTENT_TYPE: &str = "application/scim+json";

/// Splits a SCIM path into the directory id and the path after `/scim/v2/`. Returns `None` for
/// other paths.
pub(crate) fn find(path: &str) -> Option<(&str, &str)> {
    let (directory, rest) = path.strip_prefix(DIRECTORIES_PATH)?.split_once(SCIM_PATH)?;
    let is_scim = !directory.is_empty()
        && !directory.contains('/')
        && (rest.is_empty() || rest.starts_with('/'));
    is_scim.then_some((directory, rest.trim_matches('/')))
}

/// An error response (RFC 7644, section 3.12).
#[derive(Debug)]
struct ScimError {
    status: StatusCode,
    kind: Option<&'static str>,
    detail: String,
}

impl ScimError {
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

impl From<ApiError> for ScimError {
    fn from(error: ApiError) -> Self {
        let status = StatusCode::from_u16(error.code.http_status());
        Self::new(status.unwrap_or(StatusCode::BAD_REQUEST), error.message)
    }
}

/// Handles a SCIM request of a directory. `rest` is the path after `/scim/v2/`.
pub(crate) fn handle(app: &App, directory: &str, rest: &str, request: &Request) -> Response {
    route(app, directory, rest, request).unwrap_or_else(|failure| {
        let mut error = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
            "status": failure.status.as_str(),
            "detail": failure.detail,
        });
        if let Some(kind) = failure.kind {
            error["scimType"] = kind.into();
        }
        respond(failure.status, &error)
    })
}

fn respond(status: StatusCode, body: &Value) -> Response {
    Response::new(status, CONTENT_TYPE, body.to_string())
}

fn route(app: &App, directory: &str, rest: &str, request: &Request) -> Result<Response, ScimError> {
    authorize(app, directory, request)?;
    let (collection, id) = rest.split_once('/').unwrap_or((rest, ""));
    let not_found = || {
        ScimError::new(
            StatusCode::NOT_FOUND,
            format!("no route for {} {rest}", request.method),
        )
    };
    if (&request.method, collection) == (&Method::GET, "ServiceProviderConfig") {
        return Ok(respond(StatusCode::OK, &provider_config()));
    }
    let kind = match collection {
        "Users" => Kind::User,
        "Groups" => Kind::Group,
        _ => return Err(not_found()),
    };
    let resource = Resource {
        app,
        directory,
        kind,
    };
    let query = request.query();
    let selected = |status, document| {
        respond(
            status,
            &Value::Object(resources::select_attributes(document, &query)),
        )
    };
    match (request.method.as_str(), id) {
        ("GET", "") => Ok(respond(StatusCode::OK, &resource.list(&query)?)),
        ("GET", id) => Ok(respond(StatusCode::OK, &resource.get(id, &query)?)),
        ("POST", "") => {
            let created = resource.create(object(request)?)?;
            let location = created["meta"]["location"]
                .as_str()
                .unwrap_or_default()
                .to_owned();
            Ok(selected(StatusCode::CREATED, created).header(LOCATION, &location))
        }
        (_, "") => Err(not_found()),
        ("PUT", id) => Ok(selected(
            StatusCode::OK,
            resource.replace(id, object(request)?)?,
        )),
        ("PATCH", id) => Ok(selected(
            StatusCode::OK,
            resource.patch(id, &object(request)?)?,
        )),
        ("DELETE", id) => {
            resource.delete(id)?;
            Ok(Response::empty(StatusCode::NO_CONTENT))
        }
        _ => Err(not_found()),
    }
}

/// Checks that the bearer token is a secret of the directory.
fn authorize(app: &App, directory: &str, request: &Request) -> Result<(), ScimError> {
    let token = request.bearer().map(hash);
    let state = app.read();
    let row = state.directories.get(directory);
    let known = row.is_some_and(|row| {
        row.hashes
            .values()
            .any(|known| Some(known) == token.as_ref())
    });
    if known {
        return Ok(());
    }
    Err(ScimError::new(
        StatusCode::UNAUTHORIZED,
        "the bearer token is not a secret of the directory",
    ))
}

fn object(request: &Request) -> Result<Map<String, Value>, ScimError> {
    serde_json::from_slice(&request.body).map_err(|error| {
        ScimError::invalid(
            "invalidSyntax",
            format!("the body is not a JSON object: {error}"),
        )
    })
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
