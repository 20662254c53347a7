//! The emulator under test.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::Duration;

use regex::{Captures, Regex};
use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, Method};
use scalekit_emulator::Emulator;
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::check::Symbols;
use crate::step::{Call, ExpectedError, PagedList, Step};

/// A running emulator and the values of the model's symbols in it.
pub(crate) struct Emulated {
    runtime: Runtime,
    data: PathBuf,
    /// `None` only during a restart.
    emulator: Option<Emulator>,
    http: Client,
    bearer: String,
    symbols: Symbols,
}

impl Emulated {
    pub(crate) fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        // The process ID is sufficient: the sequences of a process run one after the other.
        let name = format!("model-{}.redb", std::process::id());
        let data = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = std::fs::remove_file(&data);
        let started = runtime.block_on(Emulator::builder().data(&data).start());
        let emulator = started.unwrap();
        let symbols = Symbols::new(emulator.url());
        let mut new = Self {
            http: client(),
            bearer: String::new(),
            runtime,
            data,
            emulator: Some(emulator),
            symbols,
        };
        new.log_in();
        new
    }

    fn emulator(&self) -> &Emulator {
        self.emulator.as_ref().unwrap()
    }

    /// Stops the emulator and starts a new one with the same data file and port. The bearer token
    /// stays valid because the data file contains it.
    fn restart(&mut self) {
        let url = url::Url::parse(self.emulator().url()).unwrap();
        let stopped = self.emulator.take().unwrap();
        self.runtime.block_on(stopped.stop());
        self.http = client();
        let start = || {
            let builder = Emulator::builder()
                .data(&self.data)
                .port(url.port().unwrap());
            self.runtime.block_on(builder.start())
        };
        // Another process may use the port for a short time.
        let mut started = start();
        for _ in 0..100 {
            if started.is_ok() {
                break;
            }
            std::thread::sleep(Duration::from_millis(20));
            started = start();
        }
        self.emulator = Some(started.unwrap());
    }

    fn log_in(&mut self) {
        let form = format!(
            "grant_type=client_credentials&client_id={}&client_secret={}",
            self.emulator().client_id(),
            self.emulator().client_secret()
        );
        let request = self
            .http
            .post(format!("{}/oauth/token", self.emulator().url()));
        let request = request
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form);
        let response: Value = self.runtime.block_on(async {
            let text = request.send().await.unwrap().text().await.unwrap();
            serde_json::from_str(&text).unwrap()
        });
        response["access_token"]
            .as_str()
            .unwrap()
            .clone_into(&mut self.bearer);
    }

    fn send(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let url = format!("{}{}", self.emulator().url(), self.symbols.resolve(path));
        let mut request = self.http.request(method, url).bearer_auth(&self.bearer);
        if !body.is_null() {
            request = request
                .header(CONTENT_TYPE, "application/json")
                .body(self.symbols.resolve(&body.to_string()));
        }
        self.runtime.block_on(async {
            let response = request.send().await.unwrap();
            let status = response.status().as_u16();
            let text = response.text().await.unwrap();
            (status, serde_json::from_str(&text).unwrap_or(Value::Null))
        })
    }

    /// Runs a step and compares the result with the model.
    pub(crate) fn run(&mut self, step: &Step) {
        match step {
            Step::Call(call) => self.call(call),
            Step::List(list) => self.list(list),
            Step::Restart => self.restart(),
        }
    }

    fn call(&mut self, call: &Call) {
        let (status, response) = self.send(call.method, &call.path, &call.body);
        let context = format!("{} {} {}", call.method, call.path, call.body);
        match &call.expected {
            Ok(expected) => {
                assert_eq!(status, 200, "{context}: {response}");
                self.symbols.check(&response, expected, &context);
            }
            Err(error) => {
                self.symbols.check(
                    &ExpectedError::of(status, &response),
                    &error.to_json(),
                    &context,
                );
            }
        }
    }

    /// Reads all pages of a list forward, then backward from the last page.
    fn list(&mut self, list: &PagedList) {
        let separator = if list.path.contains('?') { '&' } else { '?' };
        let first = format!("{}{separator}page_size={}", list.path, list.size);
        let mut pages: Vec<Vec<Value>> = Vec::new();
        let mut token = String::new();
        let mut last;
        loop {
            last = self.page(list, &first, &token);
            pages.push(rows(&last, list.rows));
            last["next_page_token"]
                .as_str()
                .unwrap_or_default()
                .clone_into(&mut token);
            if token.is_empty() {
                break;
            }
            assert!(
                pages.len() <= list.expected.len(),
                "{} has too many pages",
                list.path
            );
        }
        let sizes = pages.iter().map(Vec::len);
        let expected: Vec<usize> = list
            .expected
            .chunks(list.size)
            .map(<[Value]>::len)
            .collect();
        let expected = if expected.is_empty() {
            vec![0]
        } else {
            expected
        };
        assert_eq!(
            sizes.collect::<Vec<_>>(),
            expected,
            "page sizes of {}",
            list.path
        );
        let found = Value::from(pages.concat());
        self.symbols
            .check(&found, &Value::from(list.expected.clone()), &list.path);
        for page in pages.iter().rev().skip(1) {
            let token = last["prev_page_token"]
                .as_str()
                .unwrap_or_default()
                .to_owned();
            assert!(!token.is_empty(), "{} has no previous page", list.path);
            last = self.page(list, &first, &token);
            assert_eq!(rows(&last, list.rows), *page, "{} backward", list.path);
        }
        let before = last["prev_page_token"].as_str().unwrap_or_default();
        assert_eq!(before, "", "{} has a page before the first one", list.path);
    }

    fn page(&self, list: &PagedList, first: &str, token: &str) -> Value {
        let path = if token.is_empty() {
            first.to_owned()
        } else {
            format!("{first}&page_token={token}")
        };
        let (status, page) = self.send("GET", &path, &Value::Null);
        assert_eq!(status, 200, "{path}: {page}");
        let total = page[list.total].as_u64().unwrap_or_default();
        assert_eq!(total, list.expected.len() as u64, "{path}");
        page
    }
}

impl Drop for Emulated {
    fn drop(&mut self) {
        drop(self.emulator.take());
        let _ = std::fs::remove_file(&self.data);
    }
}

/// Creates a client with an empty connection pool. Old connections would error after a restart.
fn client() -> Client {
    Client::builder().no_proxy().build().unwrap()
}

fn rows(page: &Value, field: &str) -> Vec<Value> {
    page[field].as_array().cloned().unwrap_or_default()
}

/// Replaces the symbols in a text.
pub(crate) fn resolve_symbols(text: &str, known: &HashMap<String, String>) -> String {
    static SYMBOL: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\$[a-z0-9]+\.[0-9]+").unwrap());
    let value = |captures: &Captures<'_>| {
        let symbol = &captures[0];
        known
            .get(symbol)
            .unwrap_or_else(|| panic!("{symbol} has no value yet"))
            .clone()
    };
    SYMBOL.replace_all(text, value).into_owned()
}
