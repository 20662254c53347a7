//! Compares JSON with an expectation in which placeholders stand for what is different each time.

use regex::{Captures, Regex};
use serde_json::Value;
use std::sync::LazyLock;

/// What a placeholder stands for, as a pattern.
fn pattern(placeholder: &str, url: &str) -> String {
    match placeholder {
        "time" => r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z".to_owned(),
        "request id" => "req_[0-9a-f]{16}".to_owned(),
        "text" => ".+".to_owned(),
        "number" => "[0-9]+".to_owned(),
        "url" => regex::escape(url),
        other => {
            let kind = other.strip_suffix(" id");
            let kind = kind.unwrap_or_else(|| panic!("<{other}> is no placeholder"));
            format!("{kind}_[0-9]{{15,20}}")
        }
    }
}

fn fits(text: &str, expected: &str, url: &str) -> bool {
    static PLACEHOLDER: LazyLock<Regex> = LazyLock::new(|| Regex::new("<([a-z0-9]+(?: id)?)>").unwrap());
    if !expected.contains('<') {
        return text == expected;
    }
    let escaped = regex::escape(expected);
    let whole = PLACEHOLDER.replace_all(&escaped, |found: &Captures<'_>| pattern(&found[1], url));
    Regex::new(&format!("^(?:{whole})$")).unwrap().is_match(text)
}

/// Where and how `actual` differs from `expected`; nothing if it does not.
pub(crate) fn difference(actual: &Value, expected: &Value, url: &str, place: &str) -> Option<String> {
    match (actual, expected) {
        (Value::Object(actual), Value::Object(expected)) => {
            for key in actual.keys() {
                if !expected.contains_key(key) {
                    return Some(format!("{place}.{key} is {}, which nobody expects", actual[key]));
                }
            }
            expected.iter().find_map(|(key, wanted)| {
                let place = format!("{place}.{key}");
                match actual.get(key) {
                    Some(value) => difference(value, wanted, url, &place),
                    None => Some(format!("{place} is missing, not {wanted}")),
                }
            })
        }
        (Value::Array(actual), Value::Array(expected)) if actual.len() == expected.len() => actual
            .iter()
            .zip(expected)
            .enumerate()
            .find_map(|(index, (actual, wanted))| {
                difference(actual, wanted, url, &format!("{place}[{index}]"))
            }),
        (Value::String(actual), Value::String(wanted)) if fits(actual, wanted, url) => None,
        (actual, expected) if actual == expected => None,
        _ => Some(format!("{place} is {actual}, not {expected}")),
    }
}

#[test]
fn what_differs_is_found_and_placeholders_are_not_a_blank_cheque() {
    use serde_json::json;
    let url = "http://127.0.0.1:1";
    let differs = |actual: Value, expected: Value| difference(&actual, &expected, url, "").is_some();
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
        (json!({"id": "usr_100000000000000001"}), json!({"id": "<org id>"})),
        (json!({"id": "org_1"}), json!({"id": "<org id>"})),
        (json!({"a": 1, "b": 2}), json!({"a": 1})),
        (json!({"a": 1}), json!({"a": 1, "b": 2})),
        (json!([1, 2]), json!([1])),
        (json!([1, 2]), json!([2, 1])),
        (json!(1), json!("1")),
        (json!("yesterday"), json!("<time>")),
        (json!(""), json!("<text>")),
    ] {
        assert!(differs(actual.clone(), expected.clone()), "{actual} {expected}");
    }
}
