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

use crate::check::Names;
use crate::step::{Call, Fail, Step, Walk};

/// A running emulator, and what the symbols of the model stand for in it.
pub(crate) struct Emulated {
    runtime: Runtime,
    data: PathBuf,
    /// None only between the two halves of a restart.
    emulator: Option<Emulator>,
    http: Client,
    bearer: String,
    names: Names,
}

impl Emulated {
    pub(crate) fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        // Sequences run one after the other, and a process of its own runs each test binary.
        let name = format!("model-{}.redb", std::process::id());
        let data = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = std::fs::remove_file(&data);
        let started = runtime.block_on(Emulator::builder().data(&data).start());
        let emulator = started.unwrap();
        let names = Names::new(emulator.url());
        let mut new = Self {
            http: client(),
            bearer: String::new(),
            runtime,
            data,
            emulator: Some(emulator),
            names,
        };
        new.log_in();
        new
    }

    fn emulator(&self) -> &Emulator {
        self.emulator.as_ref().unwrap()
    }

    /// Ends the emulator, and starts another one on the same file and port. The bearer token stays: it is kept too.
    fn restart(&mut self) {
        let url = url::Url::parse(self.emulator().url()).unwrap();
        let ended = self.emulator.take().unwrap();
        self.runtime.block_on(ended.stop());
        self.http = client();
        let start = || {
            let builder = Emulator::builder().data(&self.data).port(url.port().unwrap());
            self.runtime.block_on(builder.start())
        };
        // Somebody's connection may have got the port meanwhile.
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
        let request = self.http.post(format!("{}/oauth/token", self.emulator().url()));
        let request = request
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form);
        let answer: Value = self.runtime.block_on(async {
            let text = request.send().await.unwrap().text().await.unwrap();
            serde_json::from_str(&text).unwrap()
        });
        answer["access_token"]
            .as_str()
            .unwrap()
            .clone_into(&mut self.bearer);
    }

    fn send(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let url = format!("{}{}", self.emulator().url(), self.names.in_text(path));
        let mut request = self.http.request(method, url).bearer_auth(&self.bearer);
        if !body.is_null() {
            request = request
                .header(CONTENT_TYPE, "application/json")
                .body(self.names.in_text(&body.to_string()));
        }
        self.runtime.block_on(async {
            let response = request.send().await.unwrap();
            let status = response.status().as_u16();
            let text = response.text().await.unwrap();
            (status, serde_json::from_str(&text).unwrap_or(Value::Null))
        })
    }

    /// Does a step, which must go as the model says.
    pub(crate) fn run(&mut self, step: &Step) {
        match step {
            Step::Call(call) => self.call(call),
            Step::Walk(walk) => self.walk(walk),
            Step::Restart => self.restart(),
        }
    }

    fn call(&mut self, call: &Call) {
        let (status, answer) = self.send(call.method, &call.path, &call.body);
        let context = format!("{} {} {}", call.method, call.path, call.body);
        match &call.expected {
            Ok(expected) => {
                assert_eq!(status, 200, "{context}: {answer}");
                self.names.check(&answer, expected, &context);
            }
            Err(fail) => {
                self.names
                    .check(&Fail::of(status, &answer), &fail.to_json(), &context);
            }
        }
    }

    /// Reads a list forwards, and backwards from its last page.
    fn walk(&mut self, walk: &Walk) {
        let joint = if walk.path.contains('?') { '&' } else { '?' };
        let first = format!("{}{joint}page_size={}", walk.path, walk.size);
        let mut pages: Vec<Vec<Value>> = Vec::new();
        let mut token = String::new();
        let mut last;
        loop {
            last = self.page(walk, &first, &token);
            pages.push(rows(&last, walk.rows));
            last["next_page_token"]
                .as_str()
                .unwrap_or_default()
                .clone_into(&mut token);
            if token.is_empty() {
                break;
            }
            assert!(pages.len() <= walk.expected.len(), "{} has no end", walk.path);
        }
        let sizes = pages.iter().map(Vec::len);
        let wanted: Vec<usize> = walk.expected.chunks(walk.size).map(<[Value]>::len).collect();
        let wanted = if wanted.is_empty() { vec![0] } else { wanted };
        assert_eq!(sizes.collect::<Vec<_>>(), wanted, "pages of {}", walk.path);
        let found = Value::from(pages.concat());
        self.names
            .check(&found, &Value::from(walk.expected.clone()), &walk.path);
        for page in pages.iter().rev().skip(1) {
            let token = last["prev_page_token"].as_str().unwrap_or_default().to_owned();
            assert!(!token.is_empty(), "{} has no way back", walk.path);
            last = self.page(walk, &first, &token);
            assert_eq!(rows(&last, walk.rows), *page, "{} backwards", walk.path);
        }
        let before = last["prev_page_token"].as_str().unwrap_or_default();
        assert_eq!(before, "", "{}: something before the first page", walk.path);
    }

    fn page(&self, walk: &Walk, first: &str, token: &str) -> Value {
        let path = if token.is_empty() {
            first.to_owned()
        } else {
            format!("{first}&page_token={token}")
        };
        let (status, page) = self.send("GET", &path, &Value::Null);
        assert_eq!(status, 200, "{path}: {page}");
        let total = page[walk.total].as_u64().unwrap_or_default();
        assert_eq!(total, walk.expected.len() as u64, "{path}");
        page
    }
}

impl Drop for Emulated {
    fn drop(&mut self) {
        drop(self.emulator.take());
        let _ = std::fs::remove_file(&self.data);
    }
}

/// With no connection to an emulator that has ended.
fn client() -> Client {
    Client::builder().no_proxy().build().unwrap()
}

fn rows(page: &Value, field: &str) -> Vec<Value> {
    page[field].as_array().cloned().unwrap_or_default()
}

/// Replaces the symbols in a text.
pub(crate) fn resolve(text: &str, known: &HashMap<String, String>) -> String {
    static SYMBOL: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\$[a-z0-9]+\.[0-9]+").unwrap());
    let value = |found: &Captures<'_>| {
        let symbol = &found[0];
        known
            .get(symbol)
            .unwrap_or_else(|| panic!("{symbol} has no value yet"))
            .clone()
    };
    SYMBOL.replace_all(text, value).into_owned()
}
