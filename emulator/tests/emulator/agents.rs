//! An environment for agents: two connections, two connected accounts, and calls of tools.

use reqwest::{Method, StatusCode};
use scalekit_emulator::{Builder, Emulator, Seed};
use serde_json::{Value, json};

use crate::support::{Environment, Response};

pub(crate) const ACCOUNTS: &str = "/api/v1/connected_accounts";

pub(crate) fn seed() -> Seed {
    let account = |id: &str, identifier: &str, status: &str| {
        json!({
            "id": id, "identifier": identifier, "connector": "slack", "provider": "SLACK",
            "connection_id": "conn_11", "authorization_type": "OAUTH", "status": status,
        })
    };
    let seed = json!({
        "connections": [
            {
                "id": "conn_11", "key_id": "slack", "provider_key": "SLACK", "type": "OAUTH",
                "enabled": true, "oauth_config": { "scopes": ["chat:write"] },
            },
            {
                "id": "conn_12", "key_id": "gmail", "provider_key": "GMAIL", "type": "OAUTH",
                "enabled": true,
            },
        ],
        "accounts": [account("ca_1", "ann", "ACTIVE"), account("ca_2", "bob", "PENDING_AUTH")],
    });
    Seed::from_json(seed).unwrap()
}

pub(crate) fn builder() -> Builder {
    Emulator::builder().seed(seed())
}

pub(crate) async fn agents() -> Environment {
    Environment::start(builder()).await
}

/// Returns the status of an account.
pub(crate) async fn status(environment: &Environment, id: &str) -> String {
    let details = format!("{ACCOUNTS}/details?id={id}");
    let account = environment.call(Method::GET, &details, None).await.json();
    let status = account["connected_account"]["status"].as_str();
    status.unwrap().to_owned()
}

/// Creates an authorization link. Returns its path with the query.
pub(crate) async fn magic_link(environment: &Environment, request: Value) -> String {
    let path = format!("{ACCOUNTS}/magic_link");
    let created = environment.call(Method::POST, &path, Some(request)).await;
    let link = created.json()["link"].as_str().unwrap().to_owned();
    let path = link.strip_prefix(environment.emulator.url());
    path.expect("a link of the emulator").to_owned()
}

/// Runs `slack_send_message` for Ann.
pub(crate) async fn send_message(environment: &Environment) -> Response {
    let request = json!({ "tool_name": "slack_send_message", "identifier": "ann", "params": { "text": "hi" } });
    let path = "/api/v1/execute_tool";
    environment.call(Method::POST, path, Some(request)).await
}

/// Returns the error of a rejected admin request.
pub(crate) async fn rejected(environment: &Environment, path: &str, body: Value) -> String {
    let request = environment.request(Method::POST, &format!("/_emulator/{path}"));
    let request = request
        .header("content-type", "application/json")
        .body(body.to_string());
    let response = crate::support::send(request).await;
    assert_eq!(response.status, StatusCode::BAD_REQUEST, "{body}");
    response.error()
}
