//! Validation of single values.

use std::sync::LazyLock;

use prost_reflect::{MapKey, Value};
use regex::Regex;

use super::compile::{Bounds, KindRules, Rules, Size, TextRules, nanoseconds, number, unwrapped};
use super::key_text;
use crate::api_error::Violation;

/// A valid email address as defined by HTML (WHATWG, input type=email).
static EMAIL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    const LABEL: &str = "[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?";
    Regex::new(&format!(
        r"^[a-zA-Z0-9.!#$%&'*+/=?^_`{{|}}~-]+@{LABEL}(?:\.{LABEL})*$"
    ))
    .ok()
});

pub(super) fn add_violation(
    path: &str,
    constraint: &str,
    description: impl Into<String>,
    found: &mut Vec<Violation>,
) {
    found.push(Violation {
        field: path.to_owned(),
        description: description.into(),
        constraint: constraint.to_owned(),
    });
}

impl Rules {
    /// Validates a value that is set.
    pub(super) fn check(&self, value: &Value, path: &str, found: &mut Vec<Violation>) {
        match (&self.kind, value) {
            (Some(KindRules::Text(rules)), value) => {
                if let Some(text) = unwrapped(value).as_str() {
                    rules.check(text, path, found);
                }
            }
            (Some(KindRules::Number { id, bounds }), value) => {
                if let Some(value) = number(&unwrapped(value)) {
                    bounds.check(value, id, &|bound| bound.to_string(), path, found);
                }
            }
            (Some(KindRules::Duration(bounds)), value) => {
                if let Some(value) = nanoseconds(value) {
                    let seconds = |bound: i128| format!("{}s", bound / 1_000_000_000);
                    bounds.check(value, "duration", &seconds, path, found);
                }
            }
            (Some(KindRules::Enum { defined, not_in }), Value::EnumNumber(number)) => {
                if not_in.contains(number) {
                    let excluded: Vec<String> = not_in.iter().map(i32::to_string).collect();
                    let description =
                        format!("value must not be in list [{}]", excluded.join(", "));
                    add_violation(path, "enum.not_in", description, found);
                } else if defined
                    .as_ref()
                    .is_some_and(|defined| !defined.contains(number))
                {
                    add_violation(
                        path,
                        "enum.defined_only",
                        "value must be one of the defined enum values",
                        found,
                    );
                }
            }
            (Some(KindRules::List { unique, items, .. }), Value::List(values)) => {
                self.check_size(value, path, found);
                if *unique
                    && values
                        .iter()
                        .enumerate()
                        .any(|(index, value)| values[..index].contains(value))
                {
                    add_violation(
                        path,
                        "repeated.unique",
                        "repeated value must contain unique items",
                        found,
                    );
                }
                if let Some(items) = items {
                    for (index, value) in values.iter().enumerate() {
                        items.check(value, &format!("{path}[{index}]"), found);
                    }
                }
            }
            (Some(KindRules::Map { keys, values, .. }), Value::Map(entries)) => {
                self.check_size(value, path, found);
                let mut entries: Vec<(&MapKey, &Value)> = entries.iter().collect();
                entries.sort_by_key(|(key, _)| key_text(key));
                for (key, value) in entries {
                    let path = format!("{path}[{}]", key_text(key));
                    if let Some(keys) = keys {
                        keys.check(&Value::from(key.clone()), &path, found);
                    }
                    if let Some(values) = values {
                        values.check(value, &path, found);
                    }
                }
            }
            _ => {}
        }
    }

    /// Validates the number of items or entries, even if there are none.
    pub(super) fn check_size(&self, value: &Value, path: &str, found: &mut Vec<Violation>) {
        match (&self.kind, value) {
            (Some(KindRules::List { size, .. }), Value::List(values)) => {
                size.check(
                    values.len(),
                    ["repeated.min_items", "repeated.max_items"],
                    "items",
                    path,
                    found,
                );
            }
            (Some(KindRules::Map { size, .. }), Value::Map(entries)) => {
                size.check(
                    entries.len(),
                    ["map.min_pairs", "map.max_pairs"],
                    "entries",
                    path,
                    found,
                );
            }
            _ => {}
        }
    }
}

impl Size {
    fn check(
        &self,
        count: usize,
        ids: [&str; 2],
        unit: &str,
        path: &str,
        found: &mut Vec<Violation>,
    ) {
        let count = count as u64;
        if let Some(min) = self.min.filter(|min| count < *min) {
            add_violation(
                path,
                ids[0],
                format!("must have at least {min} {unit}"),
                found,
            );
        }
        if let Some(max) = self.max.filter(|max| count > *max) {
            add_violation(
                path,
                ids[1],
                format!("must have at most {max} {unit}"),
                found,
            );
        }
    }
}

impl Bounds<i128> {
    fn check(
        &self,
        value: i128,
        kind: &str,
        show: &dyn Fn(i128) -> String,
        path: &str,
        found: &mut Vec<Violation>,
    ) {
        let rules = [
            (
                "lt",
                "less than",
                self.lt,
                self.lt.is_some_and(|bound| value >= bound),
            ),
            (
                "lte",
                "less than or equal to",
                self.lte,
                self.lte.is_some_and(|bound| value > bound),
            ),
            (
                "gt",
                "greater than",
                self.gt,
                self.gt.is_some_and(|bound| value <= bound),
            ),
            (
                "gte",
                "greater than or equal to",
                self.gte,
                self.gte.is_some_and(|bound| value < bound),
            ),
        ];
        for (id, words, bound, violated) in rules {
            if let Some(bound) = bound.filter(|_| violated) {
                add_violation(
                    path,
                    &format!("{kind}.{id}"),
                    format!("value must be {words} {}", show(bound)),
                    found,
                );
            }
        }
    }
}

impl TextRules {
    fn check(&self, text: &str, path: &str, found: &mut Vec<Violation>) {
        let length = text.chars().count() as u64;
        if let Some(min) = self.min_len.filter(|min| length < *min) {
            add_violation(
                path,
                "string.min_len",
                format!("value length must be at least {min} characters"),
                found,
            );
        }
        if let Some(max) = self.max_len.filter(|max| length > *max) {
            add_violation(
                path,
                "string.max_len",
                format!("value length must be at most {max} characters"),
                found,
            );
        }
        if let Some(pattern) = self
            .pattern
            .as_ref()
            .filter(|pattern| !pattern.is_match(text))
        {
            add_violation(
                path,
                "string.pattern",
                format!("value does not match regex pattern `{pattern}`"),
                found,
            );
        }
        if let Some(prefix) = self
            .prefix
            .as_ref()
            .filter(|prefix| !text.starts_with(prefix.as_str()))
        {
            add_violation(
                path,
                "string.prefix",
                format!("value does not have prefix `{prefix}`"),
                found,
            );
        }
        if !self.one_of.is_empty() && !self.one_of.iter().any(|allowed| allowed == text) {
            add_violation(
                path,
                "string.in",
                format!("value must be in list {:?}", self.one_of),
                found,
            );
        }
        if self.email && !EMAIL.as_ref().is_some_and(|email| email.is_match(text)) {
            add_violation(
                path,
                "string.email",
                "value must be a valid email address",
                found,
            );
        }
        if self.uri
            && !url::Url::parse(text)
                .is_ok_and(|url| !url.cannot_be_a_base() || !url.path().is_empty())
        {
            add_violation(path, "string.uri", "value must be a valid URI", found);
        }
    }
}
