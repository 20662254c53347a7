//! Compares responses with the model's expectations and assigns values to symbols.

use std::collections::HashMap;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use crate::emulated::resolve_symbols;

/// The values of the symbols.
pub(crate) struct Symbols {
    url: String,
    known: HashMap<String, String>,
}

impl Symbols {
    pub(crate) fn new(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            known: HashMap::new(),
        }
    }

    pub(crate) fn resolve(&self, text: &str) -> String {
        resolve_symbols(text, &self.known)
    }

    /// Compares a response with the expected one, and assigns values to new symbols.
    ///
    /// # Panics
    /// If the response differs from the expected one.
    pub(crate) fn check(&mut self, response: &Value, expected: &Value, context: &str) {
        self.learn(response, expected);
        if let Some(difference) = self.difference(response, expected, "response") {
            panic!("{context}\n{difference}\nresponse: {response}\nexpected: {expected}");
        }
    }

    /// Assigns values to new symbols. A symbol gets a value only if it is a whole string and the
    /// value has the form of such an ID.
    fn learn(&mut self, response: &Value, expected: &Value) {
        static SYMBOL: LazyLock<Regex> =
            LazyLock::new(|| Regex::new(r"^\$([a-z0-9]+)\.[0-9]+$").unwrap());
        match (response, expected) {
            (Value::Object(response), Value::Object(expected)) => {
                for (key, expected) in expected {
                    if let Some(response) = response.get(key) {
                        self.learn(response, expected);
                    }
                }
            }
            (Value::Array(response), Value::Array(expected)) => {
                for (response, expected) in response.iter().zip(expected) {
                    self.learn(response, expected);
                }
            }
            (Value::String(response), Value::String(expected))
                if !self.known.contains_key(expected) =>
            {
                let Some(captures) = SYMBOL.captures(expected) else {
                    return;
                };
                let digits = response.strip_prefix(&format!("{}_", &captures[1]));
                let id = digits.is_some_and(|digits| {
                    (15..=20).contains(&digits.len())
                        && digits.bytes().all(|byte| byte.is_ascii_digit())
                });
                // Different symbols must have different values.
                let new = !self.known.values().any(|known| known == response);
                if new && (id || (&captures[1] == "secret" && !response.is_empty())) {
                    self.known.insert(expected.clone(), response.clone());
                }
            }
            _ => {}
        }
    }

    fn difference(&self, response: &Value, expected: &Value, path: &str) -> Option<String> {
        match (response, expected) {
            (Value::Object(response), Value::Object(expected)) => {
                // The model omits default values.
                let mut extra = response
                    .iter()
                    .filter(|(key, _)| !expected.contains_key(*key));
                if let Some((key, value)) = extra.find(|(_, value)| !is_default(value)) {
                    return Some(format!("{path}.{key} is {value}, expected the default"));
                }
                expected.iter().find_map(|(key, expected)| {
                    let path = format!("{path}.{key}");
                    match response.get(key) {
                        Some(value) => self.difference(value, expected, &path),
                        None => Some(format!("{path} is missing, expected {expected}")),
                    }
                })
            }
            (Value::Array(response), Value::Array(expected))
                if response.len() == expected.len() =>
            {
                let mut pairs = response.iter().zip(expected).enumerate();
                pairs.find_map(|(index, (response, expected))| {
                    self.difference(response, expected, &format!("{path}[{index}]"))
                })
            }
            (Value::String(response), Value::String(expected))
                if self.matches(response, expected) =>
            {
                None
            }
            (response, expected) if response == expected => None,
            _ => Some(format!("{path} is {response}, expected {expected}")),
        }
    }

    fn matches(&self, response: &str, expected: &str) -> bool {
        match expected {
            "<time>" => response.parse::<jiff::Timestamp>().is_ok(),
            "<text>" => !response.is_empty(),
            _ if expected.contains(['$', '<']) => {
                let expected = expected.replace("<url>", &self.url);
                // A symbol without a value matches nothing.
                let unknown = expected.starts_with('$') && !self.known.contains_key(&expected);
                !unknown && self.resolve(&expected) == response
            }
            _ => response == expected,
        }
    }
}

/// Whether a value is the default of a field: empty, zero or false.
fn is_default(value: &Value) -> bool {
    match value {
        Value::Array(list) => list.is_empty(),
        Value::Object(fields) => fields.values().all(is_default),
        Value::String(text) => text.is_empty() || text == "0" || text.ends_with("_UNSPECIFIED"),
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::Bool(on) => !on,
        Value::Null => false,
    }
}
