//! Reads the files of the table.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use regex::{Captures, Regex};
use serde::Deserialize;
use serde_json::{Value, json};

/// An operation and its cases.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Operation {
    pub(crate) operation: String,
    pub(crate) cases: Vec<Case>,
}

/// A request and its expected response.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    pub(crate) case: String,
    /// A request to send first, which must succeed.
    pub(crate) before: Option<String>,
    pub(crate) before_body: Option<Value>,
    /// Method and path.
    pub(crate) request: String,
    pub(crate) body: Option<Value>,
    pub(crate) response: Option<Value>,
    pub(crate) error: Option<Failure>,
}

/// The short form of an error.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Failure {
    pub(crate) status: u16,
    pub(crate) code: i64,
    pub(crate) error_code: String,
    pub(crate) message: String,
    /// The name and the ID of the resource.
    pub(crate) resource: Option<[String; 2]>,
    /// Field, constraint and description of each violation.
    #[serde(default)]
    pub(crate) violations: Vec<[String; 3]>,
    pub(crate) tool: Option<Value>,
}

/// An error of all operations.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Everywhere {
    pub(crate) case: String,
    pub(crate) bearer: Option<String>,
    pub(crate) error: Failure,
}

impl Case {
    /// Returns the expected status and the exact JSON of the response.
    pub(crate) fn expected(&self) -> (u16, Value) {
        match (&self.response, &self.error) {
            (Some(response), None) => (200, response.clone()),
            (None, Some(error)) => (error.status, expand_all(&error.json())),
            _ => panic!(
                "{}: a case must have either a response or an error",
                self.case
            ),
        }
    }
}

impl Failure {
    pub(crate) fn json(&self) -> Value {
        let mut detail = json!({
            "@type": "type.googleapis.com/scalekit.v1.errdetails.ErrorInfo",
            "error_code": self.error_code,
            "request_info": { "request_id": "<request id>" },
        });
        if let Some([name, id]) = &self.resource {
            detail["resource_info"] =
                json!({ "resource_name": name, "description": format!("{name} {id}") });
        }
        let violations: Vec<Value> = self.violations.iter().map(violation).collect();
        if !violations.is_empty() {
            detail["validation_error_info"] = json!({ "field_violations": violations });
        }
        if let Some(tool) = &self.tool {
            detail["tool_error_info"] = tool.clone();
        }
        json!({ "code": self.code, "message": self.message, "details": [detail] })
    }
}

fn violation([field, constraint, description]: &[String; 3]) -> Value {
    json!({ "field": field, "constraint": constraint, "description": description })
}

/// Returns the path of a file or folder of the table.
fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/table")
        .join(name)
}

fn read<T: for<'a> Deserialize<'a>>(path: &Path) -> T {
    let text = std::fs::read_to_string(path).unwrap();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Returns the seed data of every case.
pub(crate) fn seed_data() -> Value {
    read(&file("seed.json"))
}

pub(crate) fn everywhere() -> Vec<Everywhere> {
    read(&file("everywhere.json"))
}

/// Returns all operations of the table.
pub(crate) fn table() -> Vec<Operation> {
    let folders = std::fs::read_dir(file("cases")).unwrap();
    let files = folders.flat_map(|folder| std::fs::read_dir(folder.unwrap().path()).unwrap());
    let mut paths: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| read(path)).collect()
}

/// Replaces `<a 33>` with 33 times `a`.
pub(crate) fn expand(text: &str) -> String {
    static REPEATED: LazyLock<Regex> =
        LazyLock::new(|| Regex::new("<([a-z0-9]) ([0-9]+)>").unwrap());
    let repeat = |captures: &Captures<'_>| captures[1].repeat(captures[2].parse().unwrap());
    REPEATED.replace_all(text, repeat).into_owned()
}

/// Applies [`expand`] to all strings and keys of a body.
pub(crate) fn expand_all(value: &Value) -> Value {
    match value {
        Value::String(text) => expand(text).into(),
        Value::Array(list) => list.iter().map(expand_all).collect(),
        Value::Object(map) => map
            .iter()
            .map(|(key, value)| (expand(key), expand_all(value)))
            .collect(),
        other => other.clone(),
    }
}
