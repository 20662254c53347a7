//! Every case of the table, over HTTP.

use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, Method};
use scalekit_emulator::{Emulator, Seed};
use serde_json::{Value, json};

use crate::case::{Case, Operation, everywhere, expand, expand_all, table, world};
use crate::matching::difference;

/// An emulator with the world of the table.
struct Runner {
    emulator: Emulator,
    http: Client,
    bearer: String,
}

impl Runner {
    async fn start() -> Self {
        let builder = Emulator::builder().client("skc_0000000000000001", "secret");
        let seed = Seed::from_json(world()).unwrap();
        let mut runner = Self {
            emulator: builder.seed(seed).start().await.unwrap(),
            http: Client::builder().no_proxy().build().unwrap(),
            bearer: String::new(),
        };
        runner.begin().await;
        runner
    }

    /// Puts the world back, and gets a token.
    async fn begin(&mut self) {
        let (status, _) = self.send("POST /_emulator/reset", Some(&json!({})), None).await;
        assert!((200..300).contains(&status), "{status}");
        let form = "grant_type=client_credentials&client_id=skc_0000000000000001&client_secret=secret";
        let request = self
            .http
            .post(format!("{}/oauth/token", self.emulator.url()))
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form);
        let answer: Value =
            serde_json::from_str(&request.send().await.unwrap().text().await.unwrap()).unwrap();
        answer["access_token"]
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

    /// What is wrong with the answer to a case.
    async fn run(&mut self, operation: &str, case: &Case) -> Option<String> {
        self.begin().await;
        if let Some(before) = &case.before {
            let (status, answer) = self
                .send(before, case.before_body.as_ref(), Some(&self.bearer))
                .await;
            assert_eq!(status, 200, "{operation}, {}: {answer}", case.case);
        }
        let (status, answer) = self
            .send(&case.request, case.body.as_ref(), Some(&self.bearer))
            .await;
        let (wanted, expected) = case.expected();
        // The log says which operation the request was for.
        let log = self.send("GET /_emulator/requests?limit=1", None, None).await.1;
        let logged = log.as_array().and_then(|all| all.last()).unwrap();
        let wrong = if logged["operation"] != operation {
            Some(format!("is a request to {}", logged["operation"]))
        } else if status != wanted {
            Some(format!("has status {status}, not {wanted}"))
        } else {
            difference(&answer, &expected, self.emulator.url(), "answer")
        };
        wrong.map(|wrong| format!("{operation}, {}: {wrong}\n    {answer}", case.case))
    }
}

/// How many cases went wrong, and how.
fn report(wrong: &[String], cases: usize) {
    assert!(
        wrong.is_empty(),
        "{} of {cases} cases:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[tokio::test]
async fn every_case_of_the_table_is_answered_so() {
    let mut runner = Runner::start().await;
    let (mut cases, mut wrong) = (0, Vec::new());
    for Operation {
        operation,
        cases: own,
    } in table()
    {
        for case in &own {
            cases += 1;
            wrong.extend(runner.run(&operation, case).await);
        }
    }
    report(&wrong, cases);
    assert!(cases > 1000, "{cases}");
}

#[tokio::test]
async fn every_operation_needs_a_bearer_and_changes_nothing_without() {
    let mut runner = Runner::start().await;
    let (mut cases, mut wrong) = (0, Vec::new());
    let everywhere = everywhere();
    for Operation {
        operation,
        cases: own,
    } in table()
    {
        let success = own.iter().find(|case| case.case == "success").unwrap();
        for failure in &everywhere {
            cases += 1;
            let (status, answer) = runner
                .send(&success.request, success.body.as_ref(), failure.bearer.as_deref())
                .await;
            assert_eq!(status, failure.error.status, "{operation}, {}", failure.case);
            let wanted = failure.error.json();
            let found = difference(&answer, &wanted, runner.emulator.url(), "answer");
            wrong.extend(found.map(|found| format!("{operation}, {}: {found}", failure.case)));
        }
        // The same request with a token still finds the world as it was.
        let (status, answer) = runner
            .send(&success.request, success.body.as_ref(), Some(&runner.bearer))
            .await;
        assert_eq!(status, 200, "{operation}: {answer}");
        runner.begin().await;
    }
    report(&wrong, cases);
    assert_eq!(cases, 2 * 150);
}
