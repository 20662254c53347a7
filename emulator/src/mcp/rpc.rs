//! The JSON-RPC 2.0 messages of the protocol.

use serde_json::{Map, Value, json};

use super::tool;
use crate::app::App;
use crate::services::VirtualServer;

/// The supported versions of the protocol, newest first.
pub(super) const VERSIONS: [&str; 3] = ["2025-11-25", "2025-06-18", "2025-03-26"];

const PARSE_ERROR: i64 = -32700;
const INVALID_REQUEST: i64 = -32600;
/// The version of a request is not supported. Newer clients then choose another one.
const UNSUPPORTED_VERSION: i64 = -32022;
const METHOD_NOT_FOUND: i64 = -32601;
const INVALID_PARAMS: i64 = -32602;

/// A JSON-RPC error: its code and its message.
struct RpcError(i64, String);

/// Handles the messages of a request: one message, or a batch of version 2025-03-26. Returns `None`
/// if no message needs a response.
pub(super) fn handle(app: &App, server: &VirtualServer, body: Value) -> Option<Value> {
    match body {
        Value::Array(batch) if !batch.is_empty() => {
            let responses = batch.into_iter();
            let responses: Vec<Value> = responses
                .filter_map(|message| handle_one(app, server, message))
                .collect();
            Some(responses)
                .filter(|responses| !responses.is_empty())
                .map(Value::from)
        }
        message => handle_one(app, server, message),
    }
}

/// Returns the response to a body that is not JSON.
pub(super) fn not_json() -> Value {
    error(Value::Null, PARSE_ERROR, "the body is not valid JSON")
}

/// Returns the response to a request of another version of the protocol.
pub(super) fn unsupported_version(version: &str) -> Value {
    let message = format!("the protocol version {version:?} is not supported");
    let mut response = error(Value::Null, UNSUPPORTED_VERSION, &message);
    response["error"]["data"] = json!({ "requested": version, "supported": VERSIONS });
    response
}

fn handle_one(app: &App, server: &VirtualServer, mut message: Value) -> Option<Value> {
    let id = message.get("id").cloned();
    let method = message.get("method").and_then(Value::as_str);
    let is_valid = message.get("jsonrpc") == Some(&json!("2.0"))
        && matches!(&id, None | Some(Value::String(_) | Value::Number(_)));
    let Some(method) = method.filter(|_| is_valid).map(str::to_owned) else {
        let is_response = message.get("result").or(message.get("error")).is_some();
        return (!is_response).then(|| {
            let message = "the message is not a JSON-RPC 2.0 request";
            error(id.unwrap_or_default(), INVALID_REQUEST, message)
        });
    };
    // Notifications have no id and no response.
    let id = id?;
    let params = match message.get_mut("params").map(Value::take) {
        Some(Value::Object(params)) => params,
        _ => Map::new(),
    };
    Some(match run(app, server, &method, params) {
        Ok(result) => json!({ "jsonrpc": "2.0", "id": id, "result": result }),
        Err(RpcError(code, message)) => error(id, code, &message),
    })
}

fn error(id: Value, code: i64, message: &str) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "error": { "code": code, "message": message } })
}

fn run(
    app: &App,
    server: &VirtualServer,
    method: &str,
    params: Map<String, Value>,
) -> Result<Value, RpcError> {
    match method {
        "initialize" => Ok(initialize(server, &params)),
        "ping" => Ok(json!({})),
        "tools/list" => {
            let offered = server.tools(&app.read());
            let tools: Vec<Value> = offered
                .iter()
                .map(|offered| tool::show(&offered.tool))
                .collect();
            Ok(json!({ "tools": tools }))
        }
        "tools/call" => call(app, server, params),
        _ => {
            let message = format!("the method {method:?} is not supported");
            Err(RpcError(METHOD_NOT_FOUND, message))
        }
    }
}

/// Uses the version of the client if the server supports it, otherwise the newest one.
fn initialize(server: &VirtualServer, params: &Map<String, Value>) -> Value {
    let version = params.get("protocolVersion").and_then(Value::as_str);
    let version = version.filter(|version| VERSIONS.contains(version));
    let mut result = json!({
        "protocolVersion": version.unwrap_or(VERSIONS[0]),
        "capabilities": { "tools": {} },
        "serverInfo": { "name": server.name, "version": env!("CARGO_PKG_VERSION") },
    });
    if !server.description.is_empty() {
        result["instructions"] = server.description.clone().into();
    }
    result
}

fn call(
    app: &App,
    server: &VirtualServer,
    mut params: Map<String, Value>,
) -> Result<Value, RpcError> {
    let invalid = |message: &str| RpcError(INVALID_PARAMS, message.to_owned());
    let arguments = match params.remove("arguments") {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(arguments)) => arguments,
        Some(_) => return Err(invalid("arguments must be an object")),
    };
    let name = params.get("name").and_then(Value::as_str);
    let name = name.ok_or_else(|| invalid("name must be a string"))?;
    let ctx = app.ctx();
    let result = app.change(|state| server.call(state, &ctx, name, arguments));
    match result {
        Some(result) => Ok(tool::result(result)),
        None => Err(RpcError(INVALID_PARAMS, format!("Unknown tool: {name}"))),
    }
}
