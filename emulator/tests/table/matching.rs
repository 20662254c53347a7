//! Compares JSON with expected JSON. Placeholders match values that differ in each run.

use regex::{Captures, Regex};
use serde_json::Value;
use std::sync::LazyLock;

/// Returns the regular expression of a placeholder.
fn pattern(placeholder: &str, url: &str) -> String {
    match placeholder {
        "time" => r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z".to_owned(),
        "request id" => "req_[0-9a-f]{16}".to_owned(),
        "text" => ".+".to_owned(),
        "number" => "[0-9]+".to_owned(),
        "url" => regex::escape(url),
        other => {
            let prefix = other.strip_suffix(" id");
            let prefix = prefix.unwrap_or_else(|| panic!("unknown placeholder <{other}>"));
            format!("{prefix}_[0-9]{{15,20}}")
        }
    }
}

fn matches(text: &str, expected: &str, url: &str) -> bool {
    static PLACEHOLDER: LazyLock<Regex> =
        LazyLock::new(|| Regex::new("<([a-z0-9]+(?: id)?)>").unwrap());
    if !expected.contains('<') {
        return text == expected;
    }
    let escaped = regex::escape(expected);
    let expression = PLACEHOLDER.replace_all(&escaped, |captures: &Captures<'_>| {
        pattern(&captures[1], url)
    });
    Regex::new(&format!("^(?:{expression})$"))
        .unwrap()
        .is_match(text)
}

/// Describes the first difference between `actual` and `expected`. Returns `None` if they match.
pub(crate) fn difference(
    actual: &Value,
    expected: &Value,
    url: &str,
    path: &str,
) -> Option<String> {
    match (actual, expected) {
        (Value::Object(actual), Value::Object(expected)) => {
            for key in actual.keys() {
                if !expected.contains_key(key) {
                    return Some(format!(
                        "{path}.{key} is {}, expected no such key",
                        actual[key]
                    ));
                }
            }
            expected.iter().find_map(|(key, expected)| {
                let path = format!("{path}.{key}");
                match actual.get(key) {
                    Some(value) => difference(value, expected, url, &path),
                    None => Some(format!("{path} is missing, expected {expected}")),
                }
            })
        }
        (Value::Array(actual), Value::Array(expected)) if actual.len() == expected.len() => actual
            .iter()
            .zip(expected)
            .enumerate()
            .find_map(|(index, (actual, expected))| {
                difference(actual, expected, url, &format!("{path}[{index}]"))
            }),
        (Value::String(actual), Value::String(expected)) if matches(actual, expected, url) => None,
        (actual, expected) if actual == expected => None,
        _ => Some(format!("{path} is {actual}, expected {expected}")),
    }
}

#[test]
fn differences_are_found_and_placeholders_match_only_their_values() {
    use serde_json::json;
    let url = "http://127.0.0.1:1";
    let differs =
        |actual: Value, expected: Value| difference(&actual, &expected, url, "").is_some();
    assert!(!differs(
        json!({"id": "org_100000000000000001"}),
        json!({"id": "<org id>"})
    ));
    assert!(!differs(
        json!("http://127.0.0.1:1/x?y=1"),
        json!("<url>/x?y=<text>")
    ));
    assert!(!differs(json!("2026-01-02T03:04:05.678Z"), json!("<time>")));
    for (actual, expected) in [
        (
            json!({"id": "usr_100000000000000001"}),
            json!({"id": "<org id>"}),
        ),
        (json!({"id": "org_1"}), json!({"id": "<org id>"})),
        (json!({"a": 1, "b": 2}), json!({"a": 1})),
        (json!({"a": 1}), json!({"a": 1, "b": 2})),
        (json!([1, 2]), json!([1])),
        (json!([1, 2]), json!([2, 1])),
        (json!(1), json!("1")),
        (json!("yesterday"), json!("<time>")),
        (json!(""), json!("<text>")),
    ] {
        assert!(
            differs(actual.clone(), expected.clone()),
            "{actual} {expected}"
        );
    }
}
