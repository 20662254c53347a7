//! An emulator with connected accounts of Ada, and its log.

use scalekit::Client;
use scalekit_emulator::{Emulator, Seed};
use serde_json::{Value, json};

pub(crate) struct Environment {
    pub(crate) emulator: Emulator,
    pub(crate) client: Client,
    admin: reqwest::Client,
}

impl Environment {
    /// Starts an emulator with the accounts of Ada at Gmail and Slack.
    pub(crate) async fn start() -> Self {
        let connection = |id, name: &str| {
            json!({
                "id": id,
                "key_id": name,
                "provider_key": name.to_uppercase(),
                "type": "OAUTH",
            })
        };
        let account = |id, connection_id, name: &str, identifier| {
            json!({
                "id": id,
                "identifier": identifier,
                "connector": name,
                "provider": name.to_uppercase(),
                "connection_id": connection_id,
                "status": "ACTIVE",
            })
        };
        let seed = json!({
            "connections": [connection("conn_1", "gmail"), connection("conn_2", "slack")],
            "accounts": [
                account("ca_1", "conn_1", "gmail", "ada"),
                account("ca_2", "conn_2", "slack", "ada"),
                account("ca_3", "conn_1", "gmail", "Zoë 李"),
            ],
        });
        let seed = Seed::from_json(seed).unwrap();
        let emulator = Emulator::builder().seed(seed).start().await.unwrap();
        Self {
            client: emulator.client().unwrap(),
            emulator,
            admin: reqwest::Client::new(),
        }
    }

    /// Sends a request to the admin API and returns its response.
    pub(crate) async fn admin(&self, method: &str, path: &str, body: Option<Value>) -> Value {
        let url = format!("{}/_emulator/{path}", self.emulator.url());
        let mut request = self.admin.request(method.parse().unwrap(), url);
        if let Some(body) = body {
            request = request
                .header("content-type", "application/json")
                .body(body.to_string());
        }
        let response = request.send().await.unwrap().error_for_status().unwrap();
        let text = response.text().await.unwrap();
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// Scripts the result of tools.
    pub(crate) async fn script(&self, response: Value) {
        self.admin("POST", "tool-responses", Some(response)).await;
    }

    /// Sets the next response of an operation.
    pub(crate) async fn fault(&self, fault: Value) {
        self.admin("POST", "faults", Some(fault)).await;
    }

    /// Returns the requests of operations since the last call, oldest first.
    pub(crate) async fn take_requests(&self) -> Vec<Value> {
        let Value::Array(log) = self.admin("GET", "requests", None).await else {
            panic!("the log is not a list");
        };
        self.admin("DELETE", "requests", None).await;
        let is_operation = |request: &Value| {
            let operation = request["operation"].as_str().unwrap_or_default();
            operation.contains("Service.") || operation == "proxy"
        };
        log.into_iter().filter(is_operation).collect()
    }

    /// Returns the names of the operations since the last call.
    pub(crate) async fn take_operations(&self) -> Vec<String> {
        let requests = self.take_requests().await;
        let names = requests.iter().map(|request| request["operation"].as_str());
        names.map(|name| name.unwrap().to_owned()).collect()
    }
}
