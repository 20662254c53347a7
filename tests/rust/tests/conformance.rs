//! Calls all operations of the plan with the Rust client over a real socket. Compares the HTTP
//! request and the response with the plan.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use scalekit::Client;
use scalekit::schema::{self, OPERATIONS, Segment};
use scalekit_conformance::{METHODS, Method, RPCS, call_method, call_rpc};
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

    /// Sets the response of a method, and of the lookup that precedes it.
    async fn set_responses(&self, method: &Method, response: &Value) -> Result<()> {
        if looks_up_organization(method) {
            let found = json!({"organization": {"id": "org_1"}});
            let lookup = "OrganizationService.GetOrganizationByExternalId";
            self.set_response(lookup, &found).await?;
        }
        self.set_response(method.operation, response).await
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

    /// Returns the last request of an operation.
    async fn last(&self, operation: &str) -> Result<Value> {
        let mut logged = self.logged(&format!("operation={operation}")).await?;
        logged.pop().context("no request was logged")
    }

    /// Compares the last request of an operation with the plan.
    async fn compare_last(&self, operation: &str, http: &Value) -> Result<()> {
        let logged = self.last(operation).await?;
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
fn schema_rpcs_methods_and_plan_contain_the_same_operations() -> Result<()> {
    let schema: BTreeSet<&str> = OPERATIONS.iter().map(|operation| operation.name).collect();
    let rpcs: BTreeSet<&str> = RPCS.iter().copied().collect();
    let methods: BTreeSet<&str> = METHODS.iter().map(|method| method.operation).collect();
    let plan = plan()?;
    let planned: BTreeSet<&str> = plan
        .iter()
        .filter_map(|entry| entry["operation"].as_str())
        .collect();
    assert_eq!(schema.len(), 150);
    assert_eq!(schema, rpcs);
    assert_eq!(schema, methods);
    assert_eq!(schema, planned);
    Ok(())
}

#[tokio::test]
async fn every_rpc_sends_the_planned_request_and_returns_the_response() -> Result<()> {
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
            let response = call_rpc(&setup.client, operation, case["request"].clone()).await?;
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

/// The request of each method is compared with a call by name, which is compared with the plan.
#[tokio::test]
async fn every_method_sends_its_values_and_returns_its_part_of_the_response() -> Result<()> {
    let setup = Setup::start().await?;
    let plan = plan()?;
    for method in METHODS {
        let entry = plan
            .iter()
            .find(|entry| entry["operation"] == method.operation);
        let cases = entry.and_then(|entry| entry["cases"].as_array());
        let mut called = 0;
        for case in cases.context("the operation has no cases")? {
            let mut request = case["request"].clone();
            if looks_up_organization(method) {
                // The cases contain the id of the organization, which is in the path.
                request["external_id"] = json!("customer-7");
            }
            if let Some(request) = method.request(&request) {
                compare_method(&setup, method, request, &case["response"]).await?;
                called += 1;
            }
        }
        ensure!(called > 0, "{}: no case has all arguments", method.name);
    }
    Ok(())
}

/// Returns `true` for a method that takes an external id, which no route of its operation contains.
fn looks_up_organization(method: &Method) -> bool {
    let is_external =
        |segment: &Segment| matches!(segment, Segment::Field { or_external, .. } if *or_external);
    let operation = schema::find(method.operation);
    let mut segments = operation
        .into_iter()
        .flat_map(|operation| operation.routes)
        .flat_map(|route| route.path);
    method.arguments.contains(&"external_id") && segments.any(is_external)
}

async fn compare_method(
    setup: &Setup,
    method: &Method,
    request: Value,
    response: &Value,
) -> Result<()> {
    let Method {
        name, operation, ..
    } = method;
    setup.set_responses(method, response).await?;
    setup.client.call(operation, request.clone()).await?;
    let expected = setup.last(operation).await?;
    setup.set_responses(method, response).await?;
    let output = call_method(&setup.client, name, &request).await?;
    let sent = setup.last(operation).await?;
    for part in ["method", "path", "query", "body"] {
        ensure!(
            sent[part] == expected[part],
            "{name}: {part} {}, expected {}",
            sent[part],
            expected[part]
        );
    }
    let items = if method.pages {
        &output["items"]
    } else {
        &output
    };
    let expected = match method.output {
        Some(field) => &response[field],
        None if output.is_null() => &Value::Null,
        None => response,
    };
    ensure!(
        items == expected || is_same_number(items, expected),
        "{name}: output {items}, expected {expected}"
    );
    if method.pages {
        let token = &response["next_page_token"];
        ensure!(output["next_page_token"] == *token, "{name}: page token");
    }
    Ok(())
}

/// 64-bit numbers are text in JSON.
fn is_same_number(number: &Value, text: &Value) -> bool {
    number.is_number() && text.as_str() == Some(&number.to_string())
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
