//! Compares answers with expectations, and learns from them what symbols stand for.

use std::collections::HashMap;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use crate::emulated::resolve;

/// What the symbols stand for.
pub(crate) struct Names {
    url: String,
    known: HashMap<String, String>,
}

impl Names {
    pub(crate) fn new(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            known: HashMap::new(),
        }
    }

    pub(crate) fn in_text(&self, text: &str) -> String {
        resolve(text, &self.known)
    }

    /// # Panics
    /// If the answer is not as expected.
    pub(crate) fn check(&mut self, answer: &Value, expected: &Value, context: &str) {
        self.learn(answer, expected);
        if let Some(difference) = self.difference(answer, expected, "answer") {
            panic!("{context}\n{difference}\nanswer:   {answer}\nexpected: {expected}");
        }
    }

    /// Takes the value of a new symbol from where it stands alone, if it has the form of such an id.
    fn learn(&mut self, answer: &Value, expected: &Value) {
        static SYMBOL: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^\$([a-z0-9]+)\.[0-9]+$").unwrap());
        match (answer, expected) {
            (Value::Object(answer), Value::Object(expected)) => {
                for (key, expected) in expected {
                    if let Some(answer) = answer.get(key) {
                        self.learn(answer, expected);
                    }
                }
            }
            (Value::Array(answer), Value::Array(expected)) => {
                for (answer, expected) in answer.iter().zip(expected) {
                    self.learn(answer, expected);
                }
            }
            (Value::String(answer), Value::String(expected)) if !self.known.contains_key(expected) => {
                let Some(kind) = SYMBOL.captures(expected) else {
                    return;
                };
                let digits = answer.strip_prefix(&format!("{}_", &kind[1]));
                let id = digits.is_some_and(|digits| {
                    (15..=20).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
                });
                // Two symbols never stand for the same.
                let new = !self.known.values().any(|known| known == answer);
                if new && (id || (&kind[1] == "secret" && !answer.is_empty())) {
                    self.known.insert(expected.clone(), answer.clone());
                }
            }
            _ => {}
        }
    }

    fn difference(&self, answer: &Value, expected: &Value, place: &str) -> Option<String> {
        match (answer, expected) {
            (Value::Object(answer), Value::Object(expected)) => {
                // The model leaves out what has its default.
                let mut more = answer.iter().filter(|(key, _)| !expected.contains_key(*key));
                if let Some((key, value)) = more.find(|(_, value)| !is_default(value)) {
                    return Some(format!("{place}.{key} is {value}, not the default"));
                }
                expected.iter().find_map(|(key, wanted)| {
                    let place = format!("{place}.{key}");
                    match answer.get(key) {
                        Some(value) => self.difference(value, wanted, &place),
                        None => Some(format!("{place} is absent, not {wanted}")),
                    }
                })
            }
            (Value::Array(answer), Value::Array(expected)) if answer.len() == expected.len() => {
                let mut pairs = answer.iter().zip(expected).enumerate();
                pairs.find_map(|(index, (answer, expected))| {
                    self.difference(answer, expected, &format!("{place}[{index}]"))
                })
            }
            (Value::String(answer), Value::String(expected)) if self.fits(answer, expected) => None,
            (answer, expected) if answer == expected => None,
            _ => Some(format!("{place} is {answer}, not {expected}")),
        }
    }

    fn fits(&self, answer: &str, expected: &str) -> bool {
        match expected {
            "<time>" => answer.parse::<jiff::Timestamp>().is_ok(),
            "<text>" => !answer.is_empty(),
            _ if expected.contains(['$', '<']) => {
                let wanted = expected.replace("<url>", &self.url);
                // A symbol that nothing was learnt for stands for nothing.
                let unknown = wanted.starts_with('$') && !self.known.contains_key(&wanted);
                !unknown && self.in_text(&wanted) == answer
            }
            _ => answer == expected,
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
