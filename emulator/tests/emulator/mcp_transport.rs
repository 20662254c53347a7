//! The transport of MCP servers: tokens, headers and messages.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::agents::agents;
use crate::mcp_server::{ACCEPT, config, post, result, token};
use crate::support::send;

#[tokio::test]
async fn a_token_is_required_and_expires() {
    let environment = agents().await;
    let id = config(&environment).await;
    let path = format!("/mcp/{id}");
    let target = format!("configs/{id}");
    let ping = json!({ "jsonrpc": "2.0", "id": 1, "method": "ping" });
    for wrong in ["x".to_owned(), environment.bearer().await] {
        let response = post(&environment, &path, &wrong, &ping).await;
        assert_eq!(response.status, StatusCode::UNAUTHORIZED);
        assert_eq!(
            response.headers["www-authenticate"],
            "Bearer error=\"invalid_token\""
        );
    }
    let token = token(&environment, &target, json!({ "expiry": "60s" })).await;
    // A session token is not a token for the API.
    let request = environment.request(Method::GET, "/api/v1/organizations");
    let response = send(request.bearer_auth(&token)).await;
    assert_eq!(response.status, StatusCode::UNAUTHORIZED);
    for (seconds, status) in [(58, 200), (61, 401)] {
        let clock = json!({ "shift_seconds": seconds });
        environment.admin(Method::PUT, "clock", clock).await;
        let response = post(&environment, &path, &token, &ping).await;
        assert_eq!(response.status.as_u16(), status, "{seconds}");
    }
    environment
        .admin(Method::PUT, "clock", json!({ "shift_seconds": 0 }))
        .await;
    let response = post(&environment, "/mcp/mcpc_404", &token, &ping).await;
    assert_eq!(response.status, StatusCode::NOT_FOUND);
    let deleted = format!("/api/v1/mcp/configs/{id}");
    environment.call(Method::DELETE, &deleted, None).await;
    let response = post(&environment, &path, &token, &ping).await;
    assert_eq!(response.status, StatusCode::NOT_FOUND);
    for (expiry, status) in [("59s", 400), ("60s", 200), ("86400s", 200), ("86401s", 400)] {
        let body = json!({ "identifier": "ann", "expiry": expiry });
        let path = "/api/v1/mcp/connections/slack/tokens";
        let response = environment.call(Method::POST, path, Some(body)).await;
        assert_eq!(response.status.as_u16(), status, "{expiry}");
    }
}

#[tokio::test]
async fn the_transport_rejects_requests_that_the_protocol_forbids() {
    let environment = agents().await;
    let id = config(&environment).await;
    let path = format!("/mcp/{id}");
    let token = token(&environment, &format!("configs/{id}"), json!({})).await;
    let ping = json!({ "jsonrpc": "2.0", "id": 1, "method": "ping" }).to_string();
    let valid = [("accept", ACCEPT), ("content-type", "application/json")];
    for (method, changed, status) in [
        (Method::POST, ("mcp-protocol-version", "2025-06-18"), 200),
        (Method::POST, ("origin", "http://localhost:6274"), 200),
        (Method::POST, ("accept", "*/*"), 200),
        (Method::POST, ("mcp-protocol-version", "2026-07-28"), 400),
        (Method::POST, ("origin", "https://evil.example"), 403),
        (Method::POST, ("origin", "null"), 403),
        (Method::POST, ("accept", "application/json"), 406),
        (Method::POST, ("content-type", "text/plain"), 415),
        (Method::GET, ("accept", "text/event-stream"), 405),
        (Method::DELETE, ("accept", ACCEPT), 405),
    ] {
        let mut request = environment
            .request(method.clone(), &path)
            .bearer_auth(&token);
        for (name, value) in valid.iter().filter(|(name, _)| *name != changed.0) {
            request = request.header(*name, *value);
        }
        let request = request.header(changed.0, changed.1).body(ping.clone());
        let response = send(request).await;
        assert_eq!(response.status.as_u16(), status, "{method} {changed:?}");
        if status == 400 {
            // Newer clients choose a version of this list.
            let error = &response.json()["error"];
            assert_eq!(
                (&error["code"], &error["data"]["requested"]),
                (&json!(-32022), &json!(changed.1))
            );
            assert_eq!(error["data"]["supported"][0], "2025-11-25");
        }
    }
}

#[tokio::test]
async fn messages_that_are_not_valid_are_errors() {
    let environment = agents().await;
    let id = config(&environment).await;
    let path = format!("/mcp/{id}");
    let token = token(&environment, &format!("configs/{id}"), json!({})).await;
    let request = |method: &str, params: Value| json!({ "jsonrpc": "2.0", "id": 7, "method": method, "params": params });
    for (message, id, code) in [
        (json!({ "id": 7, "method": "ping" }), json!(7), -32600),
        (
            json!({ "jsonrpc": "2.0", "id": null, "method": "ping" }),
            Value::Null,
            -32600,
        ),
        (json!(1), Value::Null, -32600),
        (json!([]), Value::Null, -32600),
        (request("resources/list", json!({})), json!(7), -32601),
        (
            request("tools/call", json!({ "name": "missing" })),
            json!(7),
            -32602,
        ),
        (request("tools/call", json!({})), json!(7), -32602),
        (
            request(
                "tools/call",
                json!({ "name": "emulator_echo", "arguments": [] }),
            ),
            json!(7),
            -32602,
        ),
    ] {
        let response = post(&environment, &path, &token, &message).await.json();
        assert_eq!(
            (&response["id"], &response["error"]["code"]),
            (&id, &json!(code)),
            "{message}"
        );
    }
    let request = environment.request(Method::POST, &path).bearer_auth(&token);
    let request = request
        .header("accept", ACCEPT)
        .header("content-type", "application/json");
    let response = send(request.body("{")).await;
    assert_eq!(
        (response.status.as_u16(), &response.json()["error"]["code"]),
        (400, &json!(-32700))
    );
    // A batch of version 2025-03-26.
    let ping = |id: i32| json!({ "jsonrpc": "2.0", "id": id, "method": "ping" });
    let batch = json!([ping(1), { "jsonrpc": "2.0", "method": "notifications/x" }, ping(2)]);
    let responses = post(&environment, &path, &token, &batch).await.json();
    assert_eq!(
        (&responses[0]["id"], &responses[1]["id"]),
        (&json!(1), &json!(2))
    );
    let hello = json!({ "protocolVersion": "1999-01-01" });
    let hello = result(&environment, &path, &token, "initialize", hello).await;
    assert_eq!(hello["protocolVersion"], "2025-11-25");
}
