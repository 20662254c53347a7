use reqwest::Method;
use serde_json::{Value, json};

use crate::connected_accounts::with_connections;
use crate::environment::{Environment, Response, column, text};

async fn execute(environment: &Environment, request: Value) -> Response {
    environment
        .call(Method::POST, "/api/v1/execute_tool", request)
        .await
}

fn account(id: &str, identifier: &str, status: &str) -> Value {
    json!({
        "id": id, "identifier": identifier, "connector": "slack", "provider": "SLACK", "connection_id": "conn_1",
        "status": status,
    })
}

async fn with_accounts() -> Environment {
    let (environment, ..) = with_connections().await;
    let accounts = json!([
        account("ca_1", "ann", "ACTIVE"),
        account("ca_2", "bob", "PENDING_AUTH")
    ]);
    let tool = json!({
        "id": "tool_1", "provider": "CRM", "tags": ["sales"], "metadata": { "response": { "lead": "L1" } },
        "definition": { "name": "crm_add_lead", "description": "Adds a lead", "input_schema": {} },
    });
    environment
        .post(
            "/_emulator/seed",
            json!({ "accounts": accounts, "tools": [tool] }),
        )
        .await;
    environment
}

#[tokio::test]
async fn the_built_in_tools_echo_fail_and_limit() {
    let environment = Environment::start().await;
    let params = json!({ "text": "hello", "deep": { "list": [1.0, null] } });
    let echoed = execute(
        &environment,
        json!({ "tool_name": "emulator_echo", "params": params }),
    )
    .await
    .ok();
    assert_eq!(echoed["data"], params);
    assert!(text(&echoed["execution_id"]).starts_with("exec_"));

    for (params, status, code, message, tool_code) in [
        (json!({}), 500, 13, "the tool failed as requested", "FAILED"),
        (
            json!({ "code": "PERMISSION_DENIED", "message": "no scope", "tool_error_code": "E1" }),
            403,
            7,
            "no scope",
            "E1",
        ),
    ] {
        let failed = execute(
            &environment,
            json!({ "tool_name": "emulator_fail", "params": params }),
        )
        .await;
        let id = failed.body["details"][0]["tool_error_info"]["execution_id"].clone();
        let info = json!({ "execution_id": id, "tool_error_message": message, "tool_error_code": tool_code });
        failed.is_error(
            status,
            code,
            message,
            json!({ "error_code": "TOOL_ERROR", "tool_error_info": info }),
        );
    }
    let limited = execute(
        &environment,
        json!({ "tool_name": "emulator_rate_limited" }),
    )
    .await;
    assert_eq!((limited.status, &limited.body["code"]), (429, &json!(8)));
    execute(&environment, json!({ "tool_name": "nothing" }))
        .await
        .is_not_found("tool", "nothing");
    execute(&environment, json!({}))
        .await
        .violates("tool_name", "required");
}

#[tokio::test]
async fn a_tool_requires_an_active_account() {
    let environment = with_accounts().await;
    let params = json!({ "channel": "#all" });
    for selector in [
        json!({ "identifier": "ann" }),
        json!({ "identifier": "ann", "connector": "slack" }),
        json!({ "connected_account_id": "ca_1" }),
    ] {
        let mut request = selector;
        request["tool_name"] = "slack_send_message".into();
        request["params"] = params.clone();
        let response = execute(&environment, request).await.ok();
        assert_eq!(
            response["data"],
            json!({ "tool": "slack_send_message", "params": params })
        );
    }
    let used = environment
        .get("/api/v1/connected_accounts/details?id=ca_1")
        .await;
    assert!(used["connected_account"]["last_used_at"].is_string());
    let canned =
        json!({ "id": "ca_3", "identifier": "ann", "connector": "crm", "provider": "CRM" });
    environment
        .post("/_emulator/seed", json!({ "accounts": [canned] }))
        .await;
    let response = execute(
        &environment,
        json!({ "tool_name": "crm_add_lead", "identifier": "ann" }),
    )
    .await
    .ok();
    assert_eq!(response["data"], json!({ "lead": "L1" }));

    let message = "the connected account is not active";
    execute(
        &environment,
        json!({ "tool_name": "slack_send_message", "identifier": "bob" }),
    )
    .await
    .is_precondition(
        "CONNECTED_ACCOUNT_NOT_ACTIVE",
        message,
        "connected account",
        "ca_2",
    );
    for (request, id) in [
        (
            json!({ "tool_name": "slack_send_message", "identifier": "eve" }),
            "eve",
        ),
        (
            json!({ "tool_name": "slack_send_message", "identifier": "ann", "user_id": "usr_1" }),
            "ann",
        ),
        (
            json!({ "tool_name": "emulator_echo", "connected_account_id": "ca_9" }),
            "ca_9",
        ),
    ] {
        execute(&environment, request)
            .await
            .is_not_found("connected account", id);
    }
}

#[tokio::test]
async fn tools_are_filtered_and_listed_in_pages() {
    let environment = with_accounts().await;
    let all = environment.get("/api/v1/tools?page_size=100").await;
    let names = all["tool_names"].as_array().expect("a list").clone();
    assert_eq!(all["total_size"], names.len());
    assert!(names.contains(&json!("emulator_echo")) && names.contains(&json!("crm_add_lead")));
    for (query, found) in [
        ("filter.provider=slack", vec!["slack_send_message"]),
        (
            "filter.tool_name=crm_add_lead&filter.tool_name=x",
            vec!["crm_add_lead"],
        ),
        ("filter.query=sales", vec!["crm_add_lead"]),
        ("filter.connector=slack", vec!["slack_send_message"]),
        ("filter.identifier=ann", vec!["slack_send_message"]),
        (
            "filter.connected_account_id=ca_2",
            vec!["slack_send_message"],
        ),
        ("filter.organization_id=org_1", vec![]),
        ("filter.user_id=usr_1", vec![]),
    ] {
        let list = environment.get(&format!("/api/v1/tools?{query}")).await;
        let empty = json!([]);
        assert_eq!(
            *list.get("tool_names").unwrap_or(&empty),
            json!(found),
            "{query}"
        );
    }
    let summary = environment
        .get("/api/v1/tools?filter.summary=true&filter.provider=CRM")
        .await["tools"][0]
        .take();
    assert_eq!(
        summary["definition"],
        json!({ "name": "crm_add_lead", "description": "Adds a lead" })
    );
    assert_eq!(summary.get("metadata"), None);
    environment
        .get_fails("/api/v1/tools?filter.query=ab")
        .await
        .violates("filter.query", "string.min_len");
    let first = environment.get("/api/v1/tools?page_size=2").await;
    let next = environment
        .get(&format!(
            "/api/v1/tools?page_size=2&page_token={}",
            text(&first["next_page_token"])
        ))
        .await;
    assert_eq!(next["tool_names"], json!(names[2..4]));
}

#[tokio::test]
async fn scoped_tools_are_listed_with_their_connected_accounts() {
    let environment = with_accounts().await;
    let scoped = environment
        .get("/api/v1/tools/scoped?identifier=ann&filter.providers=slack")
        .await;
    assert_eq!(scoped["total_size"], 1);
    let tool = &scoped["tools"][0];
    assert_eq!(
        (
            &tool["identifier"],
            &tool["connected_account_id"],
            &tool["tool"]["definition"]["name"]
        ),
        (&json!("ann"), &json!("ca_1"), &json!("slack_send_message"))
    );
    for (filter, found) in [
        ("filter.tool_names=slack_send_message", 1),
        ("filter.tool_names=other", 0),
        ("filter.connection_names=slack", 1),
        ("filter.connection_names=crm", 0),
    ] {
        let list = environment
            .get(&format!("/api/v1/tools/scoped?identifier=ann&{filter}"))
            .await;
        assert_eq!(list["total_size"], found, "{filter}");
    }
    environment
        .get_fails("/api/v1/tools/scoped?identifier=ann")
        .await
        .violates("filter", "required");
    let available = environment
        .get("/api/v1/tools/available?identifier=ann")
        .await;
    let names: Vec<String> = available["tools"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|tool| text(&tool["definition"]["name"]))
        .collect();
    assert_eq!(
        names,
        [
            "emulator_echo",
            "emulator_fail",
            "emulator_rate_limited",
            "slack_send_message"
        ]
    );
}

#[tokio::test]
async fn a_search_sorts_tools_by_score_and_returns_their_readiness() {
    let environment = with_accounts().await;
    let search =
        async |body: Value| environment.post("/api/v1/tools:search", body).await["tools"].take();
    let found = search(json!({ "query": "send a message on Slack", "identifier": "ann" })).await;
    assert_eq!(
        (&found[0]["name"], &found[0]["provider"]),
        (&json!("slack_send_message"), &json!("SLACK"))
    );
    let ready = json!([{
        "connection_name": "slack", "connected_account_id": "ca_1", "readiness_state": "TOOL_READINESS_STATE_READY",
    }]);
    assert_eq!(found[0]["connections"], ready);
    let scores: Vec<f64> = found
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|tool| tool["score"].as_f64())
        .collect();
    assert!(
        scores.windows(2).all(|pair| pair[0] >= pair[1]),
        "{scores:?}"
    );
    let one = search(json!({ "query": "mail", "top_k": 1 })).await;
    assert_eq!(column(&one, "name").len(), 1);
    for (identifier, state) in [("bob", "NEEDS_CONNECTION"), ("eve", "NEEDS_CONNECTION")] {
        let found = search(json!({ "query": "slack", "identifier": identifier })).await;
        let state = format!("TOOL_READINESS_STATE_{state}");
        assert_eq!(found[0]["connections"][0]["readiness_state"], state);
    }
    assert_eq!(search(json!({ "query": "zzz" })).await, json!([]));
    let response = environment
        .call(Method::POST, "/api/v1/tools:search", json!({ "query": "" }))
        .await;
    assert_eq!(response.status, 400);
}
