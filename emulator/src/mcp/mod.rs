//! Virtual MCP servers, over the Streamable HTTP transport of the Model Context Protocol.
//!
//! A server has no sessions and sends no messages of its own. Each request is a POST, and its
//! response is JSON.

mod origin;
mod rpc;
mod tool;

use http::header::{ACCEPT, ALLOW, CONTENT_TYPE, HeaderName, WWW_AUTHENTICATE};
use http::{Method, StatusCode};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use crate::app::App;
use crate::http::{Request, Response};
use crate::services::{McpDenied, McpUrl, VirtualServer};
use crate::state::Access;

/// The name used in the request log and in faults.
pub(crate) const NAME: &str = "mcp";

const VERSION: HeaderName = HeaderName::from_static("mcp-protocol-version");

/// A request that is rejected before its messages are read: the status, the error code of OAuth,
/// and the description.
struct Rejected(StatusCode, &'static str, String);

impl Rejected {
    fn invalid(status: StatusCode, description: impl Into<String>) -> Self {
        Self(status, "invalid_request", description.into())
    }

    fn into_response(self) -> Response {
        let Self(status, error, description) = self;
        let body = json!({ "error": error, "error_description": description });
        let response = Response::json(status, &body);
        match status {
            StatusCode::UNAUTHORIZED => {
                response.header(WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"")
            }
            StatusCode::METHOD_NOT_ALLOWED => response.header(ALLOW, "POST"),
            _ => response,
        }
    }
}

/// Returns the server with this path, or `None` for other paths.
pub(crate) fn find(path: &str) -> Option<McpUrl> {
    let segments: Vec<&str> = path.strip_prefix("/mcp/")?.split('/').collect();
    let text = |segment: &str| percent_decode_str(segment).decode_utf8_lossy().into_owned();
    match segments.as_slice() {
        ["" | "instances" | "v3"] => None,
        [id] => Some(McpUrl::Config(text(id))),
        ["instances", id] => Some(McpUrl::Instance(text(id))),
        ["v3", "connections", name] => Some(McpUrl::Connection(text(name))),
        _ => None,
    }
}

pub(crate) fn handle(app: &App, url: &McpUrl, request: &Request) -> Response {
    match serve(app, url, request) {
        Ok(response) => response,
        Err(rejected) => rejected.into_response(),
    }
}

fn serve(app: &App, url: &McpUrl, request: &Request) -> Result<Response, Rejected> {
    origin::check(app, request)?;
    let server = open(app, url, request)?;
    if request.method != Method::POST {
        let message = "the server has no event stream and no sessions, send POST requests";
        return Err(Rejected::invalid(StatusCode::METHOD_NOT_ALLOWED, message));
    }
    check_headers(request)?;
    let version = request.header(VERSION);
    if let Some(version) = version.filter(|version| !rpc::VERSIONS.contains(version)) {
        let body = rpc::unsupported_version(version);
        return Ok(Response::json(StatusCode::BAD_REQUEST, &body));
    }
    let Ok(body) = serde_json::from_slice::<Value>(&request.body) else {
        return Ok(Response::json(StatusCode::BAD_REQUEST, &rpc::not_json()));
    };
    Ok(match rpc::handle(app, &server, body) {
        Some(responses) => Response::json(StatusCode::OK, &responses),
        None => Response::empty(StatusCode::ACCEPTED),
    })
}

/// Checks the session token and returns the server for its user.
fn open(app: &App, url: &McpUrl, request: &Request) -> Result<VirtualServer, Rejected> {
    let state = app.read();
    let token = request.bearer();
    let access = token.and_then(|token| state.grants.access(token, app.clock.now()));
    let Some(Access::Mcp(access)) = access else {
        let message = "a session token of the MCP server is required".to_owned();
        return Err(Rejected(StatusCode::UNAUTHORIZED, "invalid_token", message));
    };
    VirtualServer::open(&state, url, access).map_err(|denied| match denied {
        McpDenied::NotFound => {
            let message = "the MCP server does not exist";
            Rejected::invalid(StatusCode::NOT_FOUND, message)
        }
        McpDenied::WrongToken => {
            let message = "the session token is for another MCP server or another user";
            Rejected(
                StatusCode::FORBIDDEN,
                "insufficient_scope",
                message.to_owned(),
            )
        }
    })
}

/// Checks the headers that the transport requires.
fn check_headers(request: &Request) -> Result<(), Rejected> {
    let accept = request.header(ACCEPT).unwrap_or_default();
    let accepts = |kind: &str| accept.contains("*/*") || accept.contains(kind);
    if !accepts("application/json") || !accepts("text/event-stream") {
        let message = "Accept must contain application/json and text/event-stream";
        return Err(Rejected::invalid(StatusCode::NOT_ACCEPTABLE, message));
    }
    let content_type = request.header(CONTENT_TYPE).unwrap_or_default();
    if !content_type.starts_with("application/json") {
        let message = "Content-Type must be application/json";
        return Err(Rejected::invalid(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            message,
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_name_configurations_instances_and_connections() {
        let found = |path| find(path);
        assert_eq!(found("/mcp/a"), Some(McpUrl::Config("a".into())));
        assert_eq!(
            found("/mcp/instances/b"),
            Some(McpUrl::Instance("b".into()))
        );
        let connection = McpUrl::Connection("my slack".into());
        assert_eq!(found("/mcp/v3/connections/my%20slack"), Some(connection));
        for other in [
            "/mcp",
            "/mcp/",
            "/mcp/instances",
            "/mcp/a/b",
            "/mcp/v3/x/y",
            "/mcpx/a",
        ] {
            assert_eq!(found(other), None, "{other}");
        }
    }
}
