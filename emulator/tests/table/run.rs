//! Runs all cases of the table over HTTP.

use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, Method};
use scalekit_emulator::{Emulator, Seed};
use serde_json::{Value, json};

use crate::case::{Case, Operation, everywhere, expand, expand_all, seed_data, table};
use crate::matching::difference;

/// An emulator with the seed data of the table.
struct Runner {
    emulator: Emulator,
    http: Client,
    bearer: String,
}

impl Runner {
    async fn start() -> Self {
        let builder = Emulator::builder().client("skc_0000000000000001", "secret");
        let seed = Seed::from_json(seed_data()).unwrap();
        let mut runner = Self {
            emulator: builder.seed(seed).start().await.unwrap(),
            http: Client::builder().no_proxy().build().unwrap(),
            bearer: String::new(),
        };
        runner.reset().await;
        runner
    }

    /// Resets the emulator and gets a token.
    async fn reset(&mut self) {
        let (status, _) = self
            .send("POST /_emulator/reset", Some(&json!({})), None)
            .await;
        assert!((200..300).contains(&status), "{status}");
        let form =
            "grant_type=client_credentials&client_id=skc_0000000000000001&client_secret=secret";
        let request = self
            .http
            .post(format!("{}/oauth/token", self.emulator.url()))
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form);
        let response: Value =
            serde_json::from_str(&request.send().await.unwrap().text().await.unwrap()).unwrap();
        response["access_token"]
            .as_str()
            .unwrap()
            .clone_into(&mut self.bearer);
    }

    async fn send(&self, line: &str, body: Option<&Value>, bearer: Option<&str>) -> (u16, Value) {
        let line = expand(line);
        let (method, path) = line.split_once(' ').unwrap();
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let mut request = self
            .http
            .request(method, format!("{}{path}", self.emulator.url()));
        if let Some(bearer) = bearer {
            request = request.bearer_auth(bearer);
        }
        if let Some(body) = body {
            request = request
                .header(CONTENT_TYPE, "application/json")
                .body(expand_all(body).to_string());
        }
        let response = request.send().await.unwrap();
        let (status, text) = (response.status().as_u16(), response.text().await.unwrap());
        (status, serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    /// Runs a case. Returns a description of the problem if the response is wrong.
    async fn run(&mut self, operation: &str, case: &Case) -> Option<String> {
        self.reset().await;
        if let Some(before) = &case.before {
            let (status, response) = self
                .send(before, case.before_body.as_ref(), Some(&self.bearer))
                .await;
            assert_eq!(status, 200, "{operation}, {}: {response}", case.case);
        }
        let (status, response) = self
            .send(&case.request, case.body.as_ref(), Some(&self.bearer))
            .await;
        let (expected_status, expected) = case.expected();
        // The log contains the operation that handled the request.
        let log = self
            .send("GET /_emulator/requests?limit=1", None, None)
            .await
            .1;
        let logged = log.as_array().and_then(|all| all.last()).unwrap();
        let problem = if logged["operation"] != operation {
            Some(format!("the request was routed to {}", logged["operation"]))
        } else if status != expected_status {
            Some(format!("status {status}, expected {expected_status}"))
        } else {
            difference(&response, &expected, self.emulator.url(), "response")
        };
        problem.map(|problem| format!("{operation}, {}: {problem}\n    {response}", case.case))
    }
}

/// Panics with a list of the failed cases, if any.
fn report(failures: &[String], cases: usize) {
    assert!(
        failures.is_empty(),
        "{} of {cases} cases failed:\n{}",
        failures.len(),
        failures.join("\n")
    );
}

#[tokio::test]
async fn every_case_of_the_table_has_the_expected_response() {
    let mut runner = Runner::start().await;
    let (mut count, mut failures) = (0, Vec::new());
    for Operation { operation, cases } in table() {
        for case in &cases {
            count += 1;
            failures.extend(runner.run(&operation, case).await);
        }
    }
    report(&failures, count);
    assert!(count > 1000, "{count}");
}

#[tokio::test]
async fn every_operation_needs_a_bearer_token_and_changes_nothing_without_it() {
    let mut runner = Runner::start().await;
    let (mut count, mut failures) = (0, Vec::new());
    let everywhere = everywhere();
    for Operation { operation, cases } in table() {
        let success = cases.iter().find(|case| case.case == "success").unwrap();
        for failure in &everywhere {
            count += 1;
            let (status, response) = runner
                .send(
                    &success.request,
                    success.body.as_ref(),
                    failure.bearer.as_deref(),
                )
                .await;
            assert_eq!(
                status, failure.error.status,
                "{operation}, {}",
                failure.case
            );
            let expected = failure.error.json();
            let difference = difference(&response, &expected, runner.emulator.url(), "response");
            failures
                .extend(difference.map(|text| format!("{operation}, {}: {text}", failure.case)));
        }
        // With a token, the same request succeeds: the rejected requests changed nothing.
        let (status, response) = runner
            .send(
                &success.request,
                success.body.as_ref(),
                Some(&runner.bearer),
            )
            .await;
        assert_eq!(status, 200, "{operation}: {response}");
        runner.reset().await;
    }
    report(&failures, count);
    assert_eq!(count, 2 * 150);
}
