//! What observers receive during calls, against the emulator.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use scalekit::observe::{AttemptEnded, CallEnded, CallObserver, CallStarted, Observer};
use scalekit::{CallOptions, Client};
use scalekit_emulator::Emulator;
use serde_json::{Value, json};

const OPERATION: &str = "OrganizationService.ListOrganization";

/// Writes each event as a line.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        let bytes = self.0.lock().expect("a lock").clone();
        String::from_utf8(bytes).expect("UTF-8")
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("a lock").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Observer for Log {
    fn call_started(&self, call: &CallStarted<'_>) -> Option<Box<dyn CallObserver>> {
        let mut log = self.clone();
        let line = writeln!(log, "{} {} started", call.operation, call.method);
        line.expect("a line");
        Some(Box::new(log))
    }
}

impl CallObserver for Log {
    fn headers(&self) -> Vec<(String, String)> {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        vec![
            pair("traceparent", "00-1-2-01"),
            pair("Authorization", "forged"),
        ]
    }

    fn attempt_ended(&mut self, attempt: &AttemptEnded<'_>) {
        let waits = attempt.wait.is_some();
        let failed = attempt.error.is_some();
        let status = attempt.status;
        let line = writeln!(
            self,
            "attempt {}: {status:?} failed {failed}, waits {waits}",
            attempt.number
        );
        line.expect("a line");
    }

    fn call_ended(&mut self, call: &CallEnded<'_>) {
        let (error, cancelled) = (call.error.is_some(), call.cancelled);
        let line = writeln!(
            self,
            "{} attempts, {:?}, failed {error}, cancelled {cancelled}",
            call.attempts, call.status
        );
        line.expect("a line");
    }
}

async fn fault(emulator: &Emulator, fault: Value) -> anyhow::Result<()> {
    let url = format!("{}/_emulator/faults", emulator.url());
    let request = reqwest::Client::new().post(url);
    let request = request
        .header("Content-Type", "application/json")
        .body(fault.to_string());
    request.send().await?.error_for_status()?;
    Ok(())
}

/// Lists organizations after an outage of one attempt.
async fn list(client: &Client, emulator: &Emulator) -> anyhow::Result<()> {
    let outage = json!({ "operation": OPERATION, "status": 503, "retry_after": "0", "times": 1 });
    fault(emulator, outage).await?;
    client.organizations().list().page_size(1).all().await?;
    Ok(())
}

#[tokio::test]
async fn an_observer_receives_each_attempt_of_a_call() -> anyhow::Result<()> {
    let emulator = Emulator::builder().start().await?;
    let log = Log::default();
    let client = emulator.client_builder().observer(log.clone()).build()?;
    list(&client, &emulator).await?;
    let text = log.text();
    let expected = "OrganizationService.ListOrganization GET started\n\
        oauth.token POST started\n\
        attempt 1: Some(200) failed false, waits false\n\
        1 attempts, Some(200), failed false, cancelled false\n\
        attempt 1: Some(503) failed true, waits true\n\
        attempt 2: Some(200) failed false, waits false\n\
        2 attempts, Some(200), failed false, cancelled false\n";
    assert_eq!(text, expected);

    let url = format!("{}/_emulator/requests", emulator.url());
    let requests: Value = serde_json::from_str(&reqwest::get(url).await?.text().await?)?;
    let requests = requests.as_array().cloned().unwrap_or_default();
    let of_call: Vec<&Value> = requests
        .iter()
        .filter(|request| request["operation"] == OPERATION)
        .collect();
    assert_eq!(of_call.len(), 2);
    for request in of_call {
        assert_eq!(request["headers"]["traceparent"], "00-1-2-01", "{request}");
    }
    Ok(())
}

#[tokio::test]
async fn a_call_that_is_dropped_or_too_late_is_cancelled() -> anyhow::Result<()> {
    let emulator = Emulator::builder().start().await?;
    let client = emulator.client()?;
    client.client_access_token().await?;
    fault(
        &emulator,
        json!({ "operation": OPERATION, "delay_ms": 5000 }),
    )
    .await?;
    let log = Log::default();
    let options = CallOptions::default()
        .with_timeout(Duration::from_millis(100))
        .with_observer(log.clone());
    let late = client
        .call(OPERATION, json!({ "page_size": 1 }))
        .options(options.clone())
        .await;
    assert!(late.is_err());
    let text = log.text();
    assert!(
        text.ends_with("0 attempts, None, failed false, cancelled true\n"),
        "{text}"
    );

    let invalid = client.call(
        "OrganizationService.GetOrganization",
        json!({ "id": "org_none" }),
    );
    assert!(invalid.options(options).await.is_err());
    let text = log.text();
    assert!(
        text.ends_with("1 attempts, Some(404), failed true, cancelled false\n"),
        "{text}"
    );
    Ok(())
}
