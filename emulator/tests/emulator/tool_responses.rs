//! Scripted results of tools, and the log of tool calls.

use reqwest::{Method, StatusCode};
use scalekit_emulator::{Emulator, Seed};
use serde_json::{Value, json};

use crate::agents::{agents, builder, rejected, send_message, status};
use crate::support::Environment;

async fn script(environment: &Environment, script: Value) -> Value {
    let path = "tool-responses";
    environment.admin(Method::POST, path, script).await
}

#[tokio::test]
async fn a_scripted_tool_fails_and_then_succeeds() {
    let environment = agents().await;
    for (code, status, tool_error_code) in [
        ("UNAUTHENTICATED", 401, "token_revoked"),
        ("PERMISSION_DENIED", 403, "missing_scope"),
        ("RESOURCE_EXHAUSTED", 429, ""),
        ("INTERNAL", 500, "boom"),
    ] {
        let error = json!({ "code": code, "message": "no", "tool_error_code": tool_error_code });
        let one = json!({ "tool_name": "slack_send_message", "times": 1, "error": error });
        script(&environment, one).await;
        let failed = send_message(&environment).await;
        assert_eq!(failed.status.as_u16(), status);
        let info = &failed.json()["details"][0]["tool_error_info"];
        let shown = match tool_error_code {
            "" => code,
            code => code,
        };
        assert_eq!(
            (&info["tool_error_code"], &info["tool_error_message"]),
            (&json!(shown), &json!("no"))
        );
        let id = info["execution_id"].as_str().unwrap();
        assert!(id.starts_with("exec_"), "{id}");
    }
    let data = json!({ "ts": "17" });
    script(&environment, json!({ "data": data })).await;
    let sent = send_message(&environment).await;
    assert_eq!((sent.status, &sent.json()["data"]), (StatusCode::OK, &data));
    environment
        .admin(Method::DELETE, "tool-responses", Value::Null)
        .await;
    let sent = send_message(&environment).await.json();
    assert_eq!(sent["data"]["tool"], "slack_send_message");
    // A failure of the third-party service does not change the account.
    assert_eq!(status(&environment, "ca_1").await, "ACTIVE");
}

#[tokio::test]
async fn scripts_select_tools_accounts_and_the_number_of_calls() {
    let environment = agents().await;
    let data = |name: &str| json!({ "script": name });
    for one in [
        json!({ "tool_name": "gmail_*", "data": data("other tool") }),
        json!({ "identifier": "bob", "data": data("other account") }),
        json!({ "connection_name": "gmail", "data": data("other connection") }),
        json!({ "tool_name": "slack_*", "times": 2, "data": data("twice") }),
        json!({ "connection_name": "slack", "identifier": "ann", "data": data("always") }),
    ] {
        script(&environment, one).await;
    }
    let mut used = Vec::new();
    for _ in 0..4 {
        let sent = send_message(&environment).await.json();
        used.push(sent["data"]["script"].clone());
    }
    assert_eq!(used, ["twice", "twice", "always", "always"]);

    let list = async || {
        environment
            .admin(Method::GET, "tool-responses", Value::Null)
            .await
    };
    let scripts = list().await;
    assert_eq!(scripts.as_array().unwrap().len(), 4);
    let id = scripts[3]["id"].as_str().unwrap();
    let path = format!("tool-responses/{id}");
    environment.admin(Method::DELETE, &path, Value::Null).await;
    assert_eq!(list().await.as_array().unwrap().len(), 3);
    environment.admin(Method::POST, "reset", json!({})).await;
    assert_eq!(list().await, json!([]));
}

#[tokio::test]
async fn seeds_contain_scripts_and_invalid_scripts_are_rejected() {
    let seed = json!({ "tool_responses": [{ "data": { "seeded": true } }] });
    let builder = builder().seed(Seed::from_json(seed).unwrap());
    let environment = Environment::start(builder).await;
    let sent = send_message(&environment).await.json();
    assert_eq!(sent["data"], json!({ "seeded": true }));
    let export = environment.admin(Method::GET, "export", Value::Null).await;
    assert_eq!(export["tool_responses"][0]["data"]["seeded"], true);

    let error = json!({ "code": "INTERNAL" });
    for (script, message) in [
        (json!({}), "specify data or error"),
        (
            json!({ "data": {}, "error": error }),
            "only one of data and error can be set",
        ),
        (
            json!({ "error": { "code": "NO" } }),
            "unknown gRPC code \"NO\"",
        ),
        (
            json!({ "data": {}, "times": 0 }),
            "times must be at least 1",
        ),
    ] {
        let error = rejected(&environment, "tool-responses", script.clone()).await;
        assert_eq!(error, message);
        let seed = json!({ "tool_responses": [script] });
        let error = rejected(&environment, "seed", seed.clone()).await;
        assert!(error.starts_with(message), "{error}");
        assert!(Seed::from_json(seed).is_err());
    }
    let error = rejected(&environment, "tool-responses", json!({ "dta": {} })).await;
    assert!(error.contains("unknown field `dta`"), "{error}");
}

#[tokio::test]
async fn scripts_and_their_counts_are_stored_in_the_data_file() {
    let folder = std::env::temp_dir().join(format!("scalekit-scripts-{}", fastrand::u64(..)));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("data.redb");
    let start = async || {
        let builder = Emulator::builder().seed(crate::agents::seed());
        Environment::start(builder.data(&file)).await
    };
    let environment = start().await;
    let one = json!({ "times": 2, "data": { "left": true } });
    script(&environment, one).await;
    send_message(&environment).await;
    drop(environment);
    let environment = start().await;
    for expected in [json!(true), Value::Null] {
        let sent = send_message(&environment).await.json();
        assert_eq!(sent["data"]["left"], expected);
    }
    drop(environment);
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn the_log_contains_all_calls_and_their_results() {
    let environment = agents().await;
    send_message(&environment).await;
    let error = json!({ "code": "UNAUTHENTICATED", "message": "revoked" });
    script(&environment, json!({ "error": error })).await;
    send_message(&environment).await;
    for request in [
        json!({ "tool_name": "slack_send_message", "identifier": "bob" }),
        json!({ "tool_name": "missing", "identifier": "ann", "params": { "a": 1 } }),
    ] {
        let path = "/api/v1/execute_tool";
        environment.call(Method::POST, path, Some(request)).await;
    }
    let calls = environment
        .admin(Method::GET, "tool-calls", Value::Null)
        .await;
    let calls = calls.as_array().unwrap();
    let first = &calls[0];
    assert_eq!(
        *first,
        json!({
            "number": 1, "time": first["time"], "source": "api", "execution_id": first["execution_id"],
            "tool_name": "slack_send_message", "connection_name": "slack", "identifier": "ann",
            "connected_account_id": "ca_1", "params": { "text": "hi" }, "error": null,
            "data": { "tool": "slack_send_message", "params": { "text": "hi" } },
        })
    );
    let errors: Vec<&Value> = calls[1..]
        .iter()
        .map(|call| &call["error"]["error_code"])
        .collect();
    assert_eq!(
        errors,
        [
            "TOOL_ERROR",
            "CONNECTED_ACCOUNT_NOT_ACTIVE",
            "RESOURCE_NOT_FOUND"
        ]
    );
    assert_eq!(calls[1]["error"]["tool_error_code"], "UNAUTHENTICATED");
    assert_eq!(
        (&calls[2]["execution_id"], &calls[3]["params"]["a"]),
        (&json!(""), &json!(1.0))
    );
    environment
        .admin(Method::DELETE, "tool-calls", Value::Null)
        .await;
    let calls = environment
        .admin(Method::GET, "tool-calls", Value::Null)
        .await;
    assert_eq!(calls, json!([]));
}
