//! The steps of a sequence: requests and expected responses.

use serde_json::{Value, json};

/// A step with its expected result. IDs are symbols such as `$org.3`. The emulator chooses their
/// values.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Call(Call),
    List(PagedList),
    /// Restarts the emulator.
    Restart,
}

/// A request and its expected response.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) body: Value,
    pub(crate) expected: Outcome,
}

/// A list. It is read page by page, forward and backward.
#[derive(Clone, Debug)]
pub(crate) struct PagedList {
    /// The path, with an optional query.
    pub(crate) path: String,
    /// The name of the field with the rows.
    pub(crate) rows: &'static str,
    /// The name of the field with the total number of rows.
    pub(crate) total: &'static str,
    pub(crate) size: usize,
    pub(crate) expected: Vec<Value>,
}

pub(crate) type Outcome = Result<Value, ExpectedError>;

/// An expected error.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ExpectedError {
    pub(crate) status: u16,
    pub(crate) error_code: &'static str,
    /// The name and the ID of the resource.
    pub(crate) resource: Option<(&'static str, String)>,
    /// The field and the violated constraint.
    pub(crate) violation: Option<(&'static str, &'static str)>,
}

impl ExpectedError {
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

    /// Extracts the same parts from an error response.
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

/// Removes null, empty, zero and false fields, as in the JSON of a message.
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

/// Returns a step that reads a list in pages of `size`, or a request with the expected error.
pub(crate) fn list(
    path: String,
    rows: &'static str,
    size: usize,
    expected: Result<Vec<Value>, ExpectedError>,
) -> Step {
    match expected {
        Ok(expected) => Step::List(PagedList {
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
        Err(error) => get(path, Err(error)),
    }
}
