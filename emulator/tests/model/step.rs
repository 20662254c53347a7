//! What a step sends, and what must come back.

use serde_json::{Value, json};

/// A step of a sequence, as the model foresees it. Ids are symbols such as `$org.3`, whose value the emulator chooses.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Call(Call),
    Walk(Walk),
    /// The emulator ends and starts again.
    Restart,
}

/// One request and its answer.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) body: Value,
    pub(crate) expected: Outcome,
}

/// A list, read page by page to its end and back.
#[derive(Clone, Debug)]
pub(crate) struct Walk {
    /// The path, with a query if it needs one.
    pub(crate) path: String,
    /// The field that the rows are in.
    pub(crate) rows: &'static str,
    /// The field that their number is in.
    pub(crate) total: &'static str,
    pub(crate) size: usize,
    pub(crate) expected: Vec<Value>,
}

pub(crate) type Outcome = Result<Value, Fail>;

/// A refusal.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Fail {
    pub(crate) status: u16,
    pub(crate) error_code: &'static str,
    /// Kind and id of what it is about.
    pub(crate) resource: Option<(&'static str, String)>,
    /// Field and constraint.
    pub(crate) violation: Option<(&'static str, &'static str)>,
}

impl Fail {
    fn new(status: u16, error_code: &'static str) -> Self {
        Self {
            status,
            error_code,
            resource: None,
            violation: None,
        }
    }

    pub(crate) fn not_found(kind: &'static str, id: &str) -> Self {
        Self::new(404, "RESOURCE_NOT_FOUND").about(kind, id)
    }

    pub(crate) fn exists(error_code: &'static str, kind: &'static str, id: &str) -> Self {
        Self::new(409, error_code).about(kind, id)
    }

    pub(crate) fn precondition(error_code: &'static str) -> Self {
        Self::new(400, error_code)
    }

    pub(crate) fn invalid(field: &'static str, constraint: &'static str) -> Self {
        Self {
            violation: Some((field, constraint)),
            ..Self::new(400, "INVALID_ARGUMENT")
        }
    }

    pub(crate) fn about(mut self, kind: &'static str, id: &str) -> Self {
        self.resource = Some((kind, id.to_owned()));
        self
    }

    /// What an error says of all this.
    pub(crate) fn of(status: u16, body: &Value) -> Value {
        let detail = &body["details"][0];
        let violation = &detail["validation_error_info"]["field_violations"][0];
        json!({
            "status": status,
            "error_code": detail["error_code"],
            "resource": detail["resource_info"]["description"],
            "field": violation["field"],
            "constraint": violation["constraint"],
        })
    }

    pub(crate) fn to_json(&self) -> Value {
        json!({
            "status": self.status,
            "error_code": self.error_code,
            "resource": self.resource.as_ref().map(|(kind, id)| format!("{kind} {id}")),
            "field": self.violation.map(|(field, _)| field),
            "constraint": self.violation.map(|(_, constraint)| constraint),
        })
    }
}

/// A message as JSON has it: without what is null, empty, zero or false.
pub(crate) fn message(value: Value) -> Value {
    match value {
        Value::Object(map) => map
            .into_iter()
            .map(|(key, value)| (key, message(value)))
            .filter(|(_, value)| !unset(value))
            .collect(),
        Value::Array(list) => list.into_iter().map(message).collect(),
        other => other,
    }
}

fn unset(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(on) => !on,
        Value::Number(number) => number.as_i64() == Some(0),
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(_) => false,
    }
}

pub(crate) fn call(method: &'static str, path: String, body: Value, expected: Outcome) -> Step {
    Step::Call(Call {
        method,
        path,
        body,
        expected: expected.map(message),
    })
}

pub(crate) fn get(path: String, expected: Outcome) -> Step {
    call("GET", path, Value::Null, expected)
}

/// A list in pages of `size`; if it cannot be read, that it cannot.
pub(crate) fn walk(
    path: String,
    rows: &'static str,
    size: usize,
    expected: Result<Vec<Value>, Fail>,
) -> Step {
    match expected {
        Ok(expected) => Step::Walk(Walk {
            path,
            rows,
            total: if rows == "tokens" {
                "total_count"
            } else {
                "total_size"
            },
            size,
            expected: expected.into_iter().map(message).collect(),
        }),
        Err(fail) => get(path, Err(fail)),
    }
}
