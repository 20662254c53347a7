//! The requests that every language sends for the same call, in `tests/agents/requests.json`.
//!
//! The table has the requests as JSON of their messages. `Client::call` sends them as the HTTP
//! requests to compare with.

use serde_json::{Map, Value, json};

use super::arguments::Arguments;
use super::calls;
use super::environment::Environment;

/// Fields with JSON values, whose keys are not names of fields.
const JSON_VALUES: [&str; 5] = ["params", "details", "apiConfig", "authPatterns", "metadata"];

/// Returns the fields with the names of the schema, as `Client::call` expects them.
fn schema_names(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(schema_names).collect(),
        Value::Object(fields) => {
            let field = |(name, value): (&String, &Value)| {
                let snake = name.chars().flat_map(|letter| {
                    let underscore = letter.is_ascii_uppercase().then_some('_');
                    underscore.into_iter().chain([letter.to_ascii_lowercase()])
                });
                let is_json = JSON_VALUES.contains(&name.as_str());
                let value = if is_json {
                    value.clone()
                } else {
                    schema_names(value)
                };
                (snake.collect::<String>(), value)
            };
            Value::Object(fields.iter().map(field).collect())
        }
        other => other.clone(),
    }
}

/// The parts of a logged request that are compared.
fn parts(logged: &Value) -> Value {
    let query = logged["query"].as_str().unwrap_or_default();
    let mut query: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect();
    query.sort();
    let body = logged["body"].as_str().unwrap_or_default();
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    let (operation, method, path) = (&logged["operation"], &logged["method"], &logged["path"]);
    json!([operation, method, path, query, body])
}

/// Returns a complete response of each operation.
fn responses() -> Map<String, Value> {
    let plan: Value =
        serde_json::from_str(include_str!("../../../conformance/operations.json")).unwrap();
    let operations = plan["operations"].as_array().unwrap();
    let response = |entry: &Value| {
        let name = entry["operation"].as_str().unwrap().to_owned();
        (name, entry["cases"][0]["response"].clone())
    };
    operations.iter().map(response).collect()
}

async fn prepare(environment: &Environment, responses: &Map<String, Value>, row: &Value) {
    environment.admin("DELETE", "faults", None).await;
    for (index, send) in row["sends"].as_array().unwrap().iter().enumerate() {
        let operation = send[0].as_str().unwrap();
        let mut fault = json!({"operation": operation, "times": 1});
        match row["responses"][index]["error"].as_str() {
            Some("ScalekitNotFoundException") => fault["error"] = json!({"code": "NOT_FOUND"}),
            Some("ScalekitConflictException") => fault["error"] = json!({"code": "ALREADY_EXISTS"}),
            Some(other) => panic!("no error {other}"),
            None => fault["json"] = responses[operation].clone(),
        }
        environment.fault(fault).await;
    }
}

#[tokio::test]
async fn every_language_sends_the_same_requests() {
    let environment = Environment::start().await;
    let client = &environment.client;
    let responses = responses();
    let rows = include_str!("../../../agents/requests.json");
    let rows: Vec<Value> = serde_json::from_str(rows).unwrap();
    assert!(!rows.is_empty());
    for mut row in rows {
        row["arguments"]["sentPatterns"] = row["sends"][0][1]["provider"]["authPatterns"].clone();
        prepare(&environment, &responses, &row).await;
        calls::call(
            &client.actions(),
            row["method"].as_str().unwrap(),
            Arguments(&row["arguments"]),
        )
        .await
        .unwrap_or_else(|error| panic!("{row}: {error}"));
        let sent: Vec<Value> = environment
            .take_requests()
            .await
            .iter()
            .map(parts)
            .collect();
        prepare(&environment, &responses, &row).await;
        for send in row["sends"].as_array().unwrap() {
            // The response is not compared, and some are errors.
            let _ = client
                .call(send[0].as_str().unwrap(), schema_names(&send[1]))
                .await;
        }
        let expected: Vec<Value> = environment
            .take_requests()
            .await
            .iter()
            .map(parts)
            .collect();
        assert!(!sent.is_empty());
        assert_eq!(sent, expected, "{row}");
    }
}
