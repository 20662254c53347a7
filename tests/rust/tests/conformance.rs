//! Calls all operations of the plan with the Rust client over a real socket. Compares the HTTP
//! request and the response with the plan.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use scalekit::Client;
use scalekit::schema::OPERATIONS;
use scalekit_conformance::{METHODS, call_typed};
use scalekit_emulator::Emulator;
use serde_json::{Value, json};

const PLAN: &str = include_str!("../../conformance/operations.json");

struct Setup {
    emulator: Emulator,
    client: Client,
    admin: reqwest::Client,
}

impl Setup {
    async fn start() -> Result<Self> {
        let emulator = Emulator::builder().start().await?;
        let client = Client::builder(
            emulator.url(),
            emulator.client_id(),
            emulator.client_secret(),
        )
        .build()?;
        Ok(Self {
            emulator,
            client,
            admin: reqwest::Client::new(),
        })
    }

    async fn set_response(&self, operation: &str, response: &Value) -> Result<()> {
        let fault = json!({"operation": operation, "times": 1, "json": response}).to_string();
        let url = format!("{}/_emulator/faults", self.emulator.url());
        let request = self
            .admin
            .post(url)
            .header("content-type", "application/json")
            .body(fault);
        request.send().await?.error_for_status()?;
        Ok(())
    }

    async fn logged(&self, filter: &str) -> Result<Vec<Value>> {
        let url = format!("{}/_emulator/requests?{filter}", self.emulator.url());
        let text = self
            .admin
            .get(url)
            .send()
            .await?
            .error_for_status()?
            .text()
            .await?;
        Ok(serde_json::from_str(&text)?)
    }

    /// Compares the last request of an operation with the plan.
    async fn compare_last(&self, operation: &str, http: &Value) -> Result<()> {
        let logged = self
            .logged(&format!("operation={operation}"))
            .await?
            .pop()
            .context("no request was logged")?;
        let query = logged["query"].as_str().unwrap_or_default().to_owned();
        let mut query: Vec<Value> = url::form_urlencoded::parse(query.as_bytes())
            .map(|(name, value)| json!([name, value]))
            .collect();
        query.sort_by_key(Value::to_string);
        let mut expected: Vec<Value> = http["query"]
            .as_array()
            .context("the plan has no query")?
            .clone();
        expected.sort_by_key(Value::to_string);
        let body: Value = match logged["body"].as_str() {
            None | Some("") => Value::Null,
            Some(text) => serde_json::from_str(text)?,
        };
        ensure!(
            logged["method"] == http["method"],
            "{operation}: method {}, expected {}",
            logged["method"],
            http["method"]
        );
        ensure!(
            logged["path"] == http["path"],
            "{operation}: path {}, expected {}",
            logged["path"],
            http["path"]
        );
        ensure!(
            query == expected,
            "{operation}: query {query:?}, expected {expected:?}"
        );
        ensure!(
            body == http["body"],
            "{operation}: body {body}, expected {}",
            http["body"]
        );
        Ok(())
    }
}

fn plan() -> Result<Vec<Value>> {
    let plan: Value = serde_json::from_str(PLAN)?;
    plan["operations"]
        .as_array()
        .cloned()
        .context("the plan has no operations")
}

#[test]
fn schema_methods_and_plan_contain_the_same_operations() -> Result<()> {
    let schema: BTreeSet<&str> = OPERATIONS.iter().map(|operation| operation.name).collect();
    let methods: BTreeSet<&str> = METHODS.iter().map(|(operation, _)| *operation).collect();
    let plan = plan()?;
    let planned: BTreeSet<&str> = plan
        .iter()
        .filter_map(|entry| entry["operation"].as_str())
        .collect();
    assert_eq!(schema.len(), 150);
    assert_eq!(schema, methods);
    assert_eq!(schema, planned);
    Ok(())
}

#[tokio::test]
async fn every_typed_method_sends_the_planned_request_and_returns_the_response() -> Result<()> {
    let setup = Setup::start().await?;
    for entry in plan()? {
        let operation = entry["operation"]
            .as_str()
            .context("the operation has no name")?;
        for case in entry["cases"]
            .as_array()
            .context("the operation has no cases")?
        {
            setup.set_response(operation, &case["response"]).await?;
            let response = call_typed(&setup.client, operation, case["request"].clone()).await?;
            ensure!(
                response == case["response"],
                "{operation}: response {response}, expected {}",
                case["response"]
            );
            setup.compare_last(operation, &case["http"]).await?;
        }
    }
    ensure!(
        setup.logged("unmatched=true").await?.is_empty(),
        "a request matched no route"
    );
    Ok(())
}

#[tokio::test]
async fn every_operation_can_be_called_by_name() -> Result<()> {
    let setup = Setup::start().await?;
    for entry in plan()? {
        let operation = entry["operation"]
            .as_str()
            .context("the operation has no name")?;
        let case = &entry["cases"][0];
        setup.set_response(operation, &case["response"]).await?;
        let response = setup
            .client
            .call(operation, case["request"].clone())
            .await?;
        ensure!(
            response == case["response"],
            "{operation}: response {response}, expected {}",
            case["response"]
        );
        setup.compare_last(operation, &case["http"]).await?;
    }
    Ok(())
}
