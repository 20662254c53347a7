//! Virtual MCP servers over plain HTTP: tools and failures.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::agents::{agents, status};
use crate::browser::Browser;
use crate::support::{Environment, Response, send};

pub(crate) const ACCEPT: &str = "application/json, text/event-stream";

/// An MCP configuration with all tools of Slack and two test tools. Returns its id.
pub(crate) async fn config(environment: &Environment) -> String {
    let mappings = json!([
        { "connection_name": "slack" },
        { "connection_name": "gmail", "tools": ["gmail_fetch_mails", "emulator_echo", "emulator_fail"] },
    ]);
    let config =
        json!({ "name": "helper", "description": "Helps.", "connection_tool_mappings": mappings });
    let path = "/api/v1/mcp/configs";
    let created = environment
        .call(Method::POST, path, Some(config))
        .await
        .json();
    created["config"]["id"].as_str().unwrap().to_owned()
}

pub(crate) async fn token(environment: &Environment, target: &str, options: Value) -> String {
    let mut body = json!({ "identifier": "ann" });
    for (name, value) in options.as_object().unwrap() {
        body[name] = value.clone();
    }
    let path = format!("/api/v1/mcp/{target}/tokens");
    let created = environment
        .call(Method::POST, &path, Some(body))
        .await
        .json();
    created["token"].as_str().unwrap().to_owned()
}

pub(crate) async fn post(
    environment: &Environment,
    path: &str,
    token: &str,
    message: &Value,
) -> Response {
    let request = environment.request(Method::POST, path);
    let request = request
        .bearer_auth(token)
        .header("accept", ACCEPT)
        .header("content-type", "application/json");
    send(request.body(message.to_string())).await
}

/// Sends a request and returns its result.
pub(crate) async fn result(
    environment: &Environment,
    path: &str,
    token: &str,
    method: &str,
    params: Value,
) -> Value {
    let message = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
    let response = post(environment, path, token, &message).await.json();
    assert_eq!(response["error"], Value::Null, "{method}");
    response["result"].clone()
}

async fn tool_names(environment: &Environment, path: &str, token: &str) -> Vec<String> {
    let list = result(environment, path, token, "tools/list", json!({})).await;
    let tools = list["tools"].as_array().unwrap().iter();
    tools
        .map(|tool| tool["name"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_client_connects_lists_and_calls_tools() {
    let environment = agents().await;
    let id = config(&environment).await;
    let path = format!("/mcp/{id}");
    let token = token(&environment, &format!("configs/{id}"), json!({})).await;
    let hello = json!({ "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": { "name": "t", "version": "1" } });
    let hello = result(&environment, &path, &token, "initialize", hello).await;
    assert_eq!(
        hello,
        json!({
            "protocolVersion": "2025-06-18", "capabilities": { "tools": {} }, "instructions": "Helps.",
            "serverInfo": { "name": "helper", "version": env!("CARGO_PKG_VERSION") },
        })
    );
    let initialized = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
    let response = post(&environment, &path, &token, &initialized).await;
    assert_eq!(
        (response.status, response.body.as_str()),
        (StatusCode::ACCEPTED, "")
    );
    let pong = result(&environment, &path, &token, "ping", json!({})).await;
    assert_eq!(pong, json!({}));

    let tools = result(&environment, &path, &token, "tools/list", json!({})).await["tools"].take();
    let names: Vec<&Value> = tools
        .as_array()
        .unwrap()
        .iter()
        .map(|tool| &tool["name"])
        .collect();
    assert_eq!(
        names,
        [
            "slack_send_message",
            "emulator_echo",
            "emulator_fail",
            "gmail_fetch_mails"
        ]
    );
    assert_eq!(
        tools[0],
        json!({
            "name": "slack_send_message",
            "description": "Sends a message to a channel of the workspace.",
            "inputSchema": { "type": "object", "properties": { "channel": { "type": "string" }, "text": { "type": "string" } } },
        })
    );
    assert_eq!(tools[1]["annotations"], json!({ "readOnlyHint": true }));

    let params = json!({ "name": "slack_send_message", "arguments": { "text": "hi" } });
    let called = result(&environment, &path, &token, "tools/call", params).await;
    let data = json!({ "tool": "slack_send_message", "params": { "text": "hi" } });
    assert_eq!(called["structuredContent"], data);
    let text = called["content"][0]["text"].as_str().unwrap();
    assert_eq!(serde_json::from_str::<Value>(text).unwrap(), data);
    let calls = environment
        .admin(Method::GET, "tool-calls", Value::Null)
        .await;
    assert_eq!(
        (&calls[0]["source"], &calls[0]["connected_account_id"]),
        (&json!("mcp"), &json!("ca_1"))
    );
    let logged = environment.logged("operation=mcp").await;
    assert_eq!(logged.len(), 5);
    assert_eq!(logged[0]["headers"]["authorization"], "Bearer [redacted]");
}

#[tokio::test]
async fn a_failure_is_a_result_with_a_link_if_the_user_must_authorize() {
    let environment = agents().await;
    let id = config(&environment).await;
    let path = format!("/mcp/{id}");
    let call = async |user: &str, name: &str, arguments: Value| {
        let options = json!({ "identifier": user });
        let token = token(&environment, &format!("configs/{id}"), options).await;
        let params = json!({ "name": name, "arguments": arguments });
        let called = result(&environment, &path, &token, "tools/call", params).await;
        assert_eq!(called["isError"], true, "{user}: {called}");
        called["content"][0]["text"].as_str().unwrap().to_owned()
    };
    let failed = call("ann", "emulator_fail", json!({ "message": "no luck" })).await;
    assert_eq!(failed, "no luck");
    // A pending account, and an account that does not exist yet.
    for (user, problem) in [
        ("bob", "the connected account is not active"),
        ("eve", "connected account not found"),
    ] {
        let text = call(user, "slack_send_message", json!({})).await;
        let (message, link) = text.split_once(". To authorize access, open ").unwrap();
        assert_eq!(message, problem);
        let browser = Browser::new(&environment);
        let page = browser.follow(link).await;
        browser.submit(&page, "allow", &[]).await;
    }
    assert_eq!(status(&environment, "ca_2").await, "ACTIVE");

    let error = json!({ "code": "UNAUTHENTICATED", "message": "revoked" });
    let script = json!({ "times": 1, "error": error });
    environment
        .admin(Method::POST, "tool-responses", script)
        .await;
    let text = call("ann", "slack_send_message", json!({})).await;
    assert!(
        text.starts_with("revoked. To authorize access, open http"),
        "{text}"
    );
    let error = json!({ "code": "RESOURCE_EXHAUSTED", "message": "slow down" });
    let script = json!({ "times": 1, "error": error });
    environment
        .admin(Method::POST, "tool-responses", script)
        .await;
    assert_eq!(
        call("ann", "slack_send_message", json!({})).await,
        "slow down"
    );
}

#[tokio::test]
async fn instances_and_connections_have_servers() {
    let environment = agents().await;
    let id = config(&environment).await;
    let instance = json!({ "config_name": "helper", "user_identifier": "ann", "name": "mine" });
    let path = "/api/v1/mcp/instances";
    let created = environment
        .call(Method::POST, path, Some(instance))
        .await
        .json();
    let url = created["instance"]["url"].as_str().unwrap();
    let path = url.strip_prefix(environment.emulator.url()).unwrap();
    let target = format!("configs/{id}");
    let of_ann = token(&environment, &target, json!({})).await;
    assert_eq!(tool_names(&environment, path, &of_ann).await.len(), 4);
    let of_bob = token(&environment, &target, json!({ "identifier": "bob" })).await;
    let ping = json!({ "jsonrpc": "2.0", "id": 1, "method": "ping" });
    let response = post(&environment, path, &of_bob, &ping).await;
    assert_eq!(response.status, StatusCode::FORBIDDEN);

    let of_slack = token(&environment, "connections/slack", json!({})).await;
    let path = "/mcp/v3/connections/slack";
    let names = tool_names(&environment, path, &of_slack).await;
    assert_eq!(names, ["slack_send_message"]);
    let other = "/mcp/v3/connections/gmail";
    let response = post(&environment, other, &of_slack, &ping).await;
    assert_eq!(response.status, StatusCode::FORBIDDEN);
    let response = post(&environment, path, &of_ann, &ping).await;
    assert_eq!(response.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_read_only_token_excludes_tools_that_change_something() {
    let environment = agents().await;
    let id = config(&environment).await;
    let path = format!("/mcp/{id}");
    let options = json!({ "access_level": "READ_ONLY" });
    let token = token(&environment, &format!("configs/{id}"), options).await;
    let names = tool_names(&environment, &path, &token).await;
    assert_eq!(names, ["emulator_echo", "gmail_fetch_mails"]);
    let params = json!({ "name": "slack_send_message" });
    let message = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params });
    let response = post(&environment, &path, &token, &message).await.json();
    assert_eq!(
        response["error"]["message"],
        "Unknown tool: slack_send_message"
    );
}
