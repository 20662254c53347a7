//! The requests to third-party services that every language sends for the same call, in
//! `tests/agents/proxied.json`. The emulator describes the request in its response.

use scalekit::Client;
use scalekit::proxy::ProxyRequest;
use serde_json::{Map, Value};

use super::environment::Environment;

fn pairs(fields: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut pairs = Vec::new();
    for (name, value) in fields.as_object().into_iter().flatten() {
        match value {
            Value::Array(values) => {
                pairs.extend(values.iter().map(|value| (name.clone(), text(value))));
            }
            value => pairs.push((name.clone(), text(value))),
        }
    }
    pairs
}

fn request(client: &Client, arguments: &Value) -> ProxyRequest {
    let text = |name: &str| arguments[name].as_str().unwrap_or_default();
    let account = client
        .actions()
        .proxy(text("connectionName"), text("identifier"));
    let method = arguments["method"].as_str().unwrap_or("GET").to_uppercase();
    let mut request = account
        .request(method.parse().unwrap(), text("path"))
        .query(pairs(&arguments["queryParams"]));
    if let Some(body) = arguments.get("body") {
        request = request.json(body);
    }
    if let Some(fields) = arguments.get("formData") {
        request = request.form(pairs(fields));
    }
    if let Some(body) = arguments.get("rawBody") {
        request = request.body(body.as_str().unwrap().to_owned());
    }
    for (name, value) in pairs(&arguments["headers"]) {
        request = request.header(&name, &value);
    }
    request
}

#[tokio::test]
async fn every_language_sends_the_same_requests_to_third_party_services() {
    let environment = Environment::start().await;
    let rows: Vec<Value> =
        serde_json::from_str(include_str!("../../../agents/proxied.json")).unwrap();
    assert!(!rows.is_empty());
    for row in rows {
        let response = request(&environment.client, &row["arguments"])
            .await
            .unwrap();
        let mut sent: Value = response.json().await.unwrap();
        let headers = sent["headers"].as_object().unwrap();
        let matters = |(name, _): &(&String, &Value)| {
            row["http"]["headers"].get(name.as_str()).is_some() || *name == "content-type"
        };
        let headers: Map<_, _> = headers
            .iter()
            .filter(matters)
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        sent["headers"] = headers.into();
        for (name, value) in row["http"].as_object().unwrap() {
            assert_eq!(&sent[name], value, "{name} of {}", row["arguments"]);
        }
    }
}
