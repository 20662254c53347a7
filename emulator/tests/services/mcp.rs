use reqwest::Method;
use serde_json::{Value, json};

use crate::connected_accounts::with_connections;
use crate::environment::{Environment, column, set_fields, text};

const CONFIGS: &str = "/api/v1/mcp/configs";
const INSTANCES: &str = "/api/v1/mcp/instances";

fn helper() -> Value {
    json!({
        "name": "helper", "description": "Helps",
        "connection_tool_mappings": [{ "connection_name": "slack", "tools": ["slack_send_message"] }],
    })
}

async fn with_config() -> (Environment, Value) {
    let (environment, ..) = with_connections().await;
    let config = environment.post(CONFIGS, helper()).await["config"].take();
    (environment, config)
}

async fn ensure(environment: &Environment, user: &str) -> Value {
    let request = json!({ "config_name": "helper", "user_identifier": user, "name": "" });
    environment.post(INSTANCES, request).await["instance"].take()
}

#[tokio::test]
async fn a_configuration_is_created_updated_listed_and_deleted() {
    let (environment, config) = with_config().await;
    let id = text(&config["id"]);
    let mut expected = helper();
    expected["id"] = json!(id);
    expected["mcp_server_url"] = json!(environment.url(&format!("/mcp/{id}")));
    expected["connection_tool_mappings"][0]["connection_id"] = "conn_1".into();
    expected["connection_tool_mappings"][0]["provider"] = "SLACK".into();
    assert_eq!(config, expected);
    let path = format!("{CONFIGS}/{id}");
    assert_eq!(environment.get(&path).await, json!({ "config": expected }));
    let message = "an MCP configuration with the name \"helper\" already exists";
    environment
        .call(Method::POST, CONFIGS, helper())
        .await
        .is_conflict(
            "RESOURCE_ALREADY_EXISTS",
            message,
            "MCP configuration",
            "helper",
        );

    let change =
        json!({ "description": "New", "connection_tool_mappings": [{ "connection_name": "crm" }] });
    let changed = environment.put(&path, change).await["config"].take();
    assert_eq!(
        (&changed["description"], &changed["name"]),
        (&json!("New"), &json!("helper"))
    );
    assert_eq!(changed["connection_tool_mappings"][0]["provider"], "CRM");
    environment.post(CONFIGS, json!({ "name": "other" })).await;
    for (query, found) in [
        ("", vec!["helper", "other"]),
        ("filter.name=other", vec!["other"]),
        (&format!("filter.id={id}"), vec!["helper"]),
        ("filter.provider=crm", vec!["helper"]),
        (
            &format!("filter.mcp_server_url={}", text(&config["mcp_server_url"])),
            vec!["helper"],
        ),
        ("search=NEW", vec!["helper"]),
        ("page_size=1", vec!["helper"]),
    ] {
        let list = environment.get(&format!("{CONFIGS}?{query}")).await;
        assert_eq!(column(&list["configs"], "name"), found, "{query}");
    }
    let instance = text(&ensure(&environment, "ann").await["id"]);
    environment.delete(&path).await;
    environment
        .get_fails(&path)
        .await
        .is_not_found("MCP configuration", &id);
    environment
        .get_fails(&format!("{INSTANCES}/{instance}"))
        .await
        .is_not_found("MCP instance", &instance);
}

#[tokio::test]
async fn configurations_with_unknown_connections_or_invalid_names_are_rejected() {
    let (environment, config) = with_config().await;
    let unknown =
        json!({ "name": "x", "connection_tool_mappings": [{ "connection_name": "jira" }] });
    environment
        .call(Method::POST, CONFIGS, unknown.clone())
        .await
        .is_not_found("connection", "jira");
    let path = format!("{CONFIGS}/{}", text(&config["id"]));
    let change = json!({ "connection_tool_mappings": unknown["connection_tool_mappings"] });
    environment
        .call(Method::PUT, &path, change)
        .await
        .is_not_found("connection", "jira");
    environment
        .call(Method::POST, CONFIGS, json!({ "name": "Not Good" }))
        .await
        .violates("config.name", "string.pattern");
    let many: Vec<Value> = (0..26)
        .map(|_| json!({ "connection_name": "slack" }))
        .collect();
    environment
        .call(
            Method::POST,
            CONFIGS,
            json!({ "name": "x", "connection_tool_mappings": many }),
        )
        .await
        .violates("config.connection_tool_mappings", "repeated.max_items");
    environment
        .call(
            Method::PUT,
            &format!("{CONFIGS}/mcpc_1"),
            json!({ "description": "x" }),
        )
        .await
        .is_not_found("MCP configuration", "mcpc_1");
}

#[tokio::test]
async fn a_user_has_one_instance_per_configuration() {
    let (environment, config) = with_config().await;
    let created = ensure(&environment, "ann").await;
    let id = text(&created["id"]);
    let expected = json!({
        "id": id, "name": "helper of ann", "user_identifier": "ann", "config": config, "updated_at": created["updated_at"],
        "url": environment.url(&format!("/mcp/instances/{id}")),
    });
    assert_eq!(created, expected);
    assert_eq!(ensure(&environment, "ann").await, created);
    ensure(&environment, "bob").await;
    for (query, found) in [
        ("", vec!["ann", "bob"]),
        ("filter.user_identifier=bob", vec!["bob"]),
        ("filter.config_name=helper", vec!["ann", "bob"]),
        ("filter.config_name=other", vec![]),
        ("filter.name=helper%20of%20ann", vec!["ann"]),
        (&format!("filter.id={id}"), vec!["ann"]),
        ("search=BOB", vec!["bob"]),
        ("page_size=1", vec!["ann"]),
    ] {
        let list = environment.get(&format!("{INSTANCES}?{query}")).await;
        assert_eq!(
            column(&list["instances"], "user_identifier"),
            found,
            "{query}"
        );
    }
    environment.post(CONFIGS, json!({ "name": "other" })).await;
    let path = format!("{INSTANCES}/{id}");
    let moved = environment
        .patch(&path, json!({ "name": "Mine", "config_name": "other" }))
        .await["instance"]
        .take();
    assert_eq!(
        (&moved["name"], &moved["config"]["name"]),
        (&json!("Mine"), &json!("other"))
    );
    assert_eq!(environment.get(&path).await, json!({ "instance": moved }));
    environment
        .call(Method::PATCH, &path, json!({ "config_name": "none" }))
        .await
        .is_not_found("MCP configuration", "none");
    environment.delete(&path).await;
    environment
        .delete_fails(&path)
        .await
        .is_not_found("MCP instance", &id);
    let request = json!({ "config_name": "none", "user_identifier": "ann" });
    environment
        .call(Method::POST, INSTANCES, request)
        .await
        .is_not_found("MCP configuration", "none");
}

#[tokio::test]
async fn the_auth_state_lists_connections_and_authorization_links() {
    let (environment, config) = with_config().await;
    let id = text(&ensure(&environment, "ann").await["id"]);
    let path = format!("{INSTANCES}/{id}:get_auth_state");
    let state = environment.post(&path, Value::Null).await["connections"].take();
    assert_eq!(
        set_fields(&state),
        json!([{ "connection_id": "conn_1", "connection_name": "slack", "provider": "SLACK" }])
    );
    let state = environment
        .post(&format!("{path}?include_auth_links=true"), Value::Null)
        .await;
    let waiting = &state["connections"][0];
    assert_eq!(waiting["connected_account_status"], "PENDING_AUTH");
    environment
        .http
        .get(text(&waiting["authentication_link"]))
        .send()
        .await
        .expect("a response");
    let state = environment.post(&path, Value::Null).await["connections"].take();
    assert_eq!(
        (
            &state[0]["connected_account_status"],
            &state[0]["connected_account_id"]
        ),
        (&json!("ACTIVE"), &waiting["connected_account_id"])
    );
    let accounts = format!("{CONFIGS}/{}/connected_accounts", text(&config["id"]));
    let list = environment
        .post(&accounts, json!({ "identifier": "ann" }))
        .await["connected_accounts"]
        .take();
    assert_eq!(
        (
            column(&list, "connected_account_status"),
            &list[0]["authentication_link"]
        ),
        (vec!["ACTIVE".to_owned()], &json!(""))
    );
    let list = environment
        .post(
            &accounts,
            json!({ "identifier": "bob", "include_auth_link": true }),
        )
        .await;
    assert!(
        text(&list["connected_accounts"][0]["authentication_link"])
            .starts_with(environment.emulator.url())
    );
    environment
        .call(
            Method::POST,
            &format!("{INSTANCES}/mcpi_1:get_auth_state"),
            Value::Null,
        )
        .await
        .is_not_found("MCP instance", "mcpi_1");
    environment
        .call(
            Method::POST,
            &format!("{CONFIGS}/mcpc_1/connected_accounts"),
            json!({ "identifier": "x" }),
        )
        .await
        .is_not_found("MCP configuration", "mcpc_1");
}

#[tokio::test]
async fn session_tokens_are_issued_for_configurations_and_connections() {
    let (environment, config) = with_config().await;
    let path = format!("{CONFIGS}/{}/tokens", text(&config["id"]));
    let now = jiff::Timestamp::now();
    let created = environment
        .post(
            &path,
            json!({ "identifier": "ann", "expiry": "60s", "access_level": "READ_ONLY" }),
        )
        .await;
    assert!(text(&created["token"]).starts_with("mcp_"));
    let end: jiff::Timestamp = text(&created["expires_at"]).parse().expect("a time");
    assert!((55..=65).contains(&(end.as_second() - now.as_second())));
    environment
        .post(
            "/api/v1/mcp/connections/slack/tokens",
            json!({ "identifier": "ann" }),
        )
        .await;
    environment
        .call(
            Method::POST,
            "/api/v1/mcp/connections/jira/tokens",
            json!({ "identifier": "ann" }),
        )
        .await
        .is_not_found("connection", "jira");
    environment
        .call(
            Method::POST,
            &format!("{CONFIGS}/mcpc_1/tokens"),
            json!({ "identifier": "ann" }),
        )
        .await
        .is_not_found("MCP configuration", "mcpc_1");
    for (body, field, constraint) in [
        (
            json!({ "identifier": "ann", "access_level": "ALL" }),
            "access_level",
            "string.in",
        ),
        (
            json!({ "identifier": "ann", "expiry": "0s" }),
            "expiry",
            "expiry.range",
        ),
        (json!({}), "identifier", "string.min_len"),
    ] {
        environment
            .call(Method::POST, &path, body)
            .await
            .violates(field, constraint);
    }
}
