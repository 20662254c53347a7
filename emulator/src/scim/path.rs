//! Attribute paths and filters (RFC 7644, sections 3.4.2.2 and 3.5.2). Only the filter
//! `attribute eq value` is supported, which is the one that identity providers use.

use serde_json::{Map, Value};

use super::names::{field, is_urn, split_schema};

/// A path: `attribute`, `attribute.part`, `attribute[part eq "text"]` or
/// `attribute[part eq "text"].part`, with an optional schema before the attribute.
pub(super) struct Path<'t> {
    /// An extension schema. Its attributes are in an object with its name.
    pub(super) schema: Option<&'t str>,
    pub(super) attribute: &'t str,
    pub(super) filter: Option<Filter<'t>>,
    pub(super) part: Option<&'t str>,
}

impl<'t> Path<'t> {
    /// Parses a path. Returns `None` if it is invalid.
    pub(super) fn parse(text: &'t str) -> Option<Self> {
        let text = text.trim();
        let (target, filter, part) = match text.split_once('[') {
            None => (text, None, None),
            Some((target, rest)) => {
                let (filter, rest) = rest.rsplit_once(']')?;
                let filter = Filter::parse(filter)?;
                let part = match rest {
                    "" => None,
                    rest => Some(rest.strip_prefix('.')?),
                };
                (target, Some(filter), part)
            }
        };
        let (schema, name) = split_schema(target);
        let (attribute, part) = match name.split_once('.') {
            Some((attribute, inner)) if filter.is_none() && !is_urn(name) => {
                (attribute, Some(inner))
            }
            _ => (name, part),
        };
        let is_name = |name: &str| {
            name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '$')
                && name
                    .chars()
                    .all(|letter| letter.is_ascii_alphanumeric() || "-_$".contains(letter))
        };
        ((is_urn(attribute) || is_name(attribute)) && part.is_none_or(is_name)).then_some(Self {
            schema,
            attribute,
            filter,
            part,
        })
    }

    /// Returns the values at the path in a document. A list returns the value of each entry.
    fn values<'d>(&self, document: &'d Map<String, Value>) -> Vec<&'d Value> {
        let holder = match self.schema {
            None => Some(document),
            Some(schema) => field(document, schema).and_then(Value::as_object),
        };
        let Some(found) = holder.and_then(|holder| field(holder, self.attribute)) else {
            return Vec::new();
        };
        match (found, self.part) {
            (Value::Array(entries), part) => entries
                .iter()
                .filter_map(|entry| part_of(entry, part.unwrap_or("value")))
                .collect(),
            (Value::Object(map), Some(part)) => field(map, part).into_iter().collect(),
            (_, Some(_)) => Vec::new(),
            (one, None) => vec![one],
        }
    }
}

/// Returns a part of a list entry. The part `value` of an entry that is not an object is the entry.
fn part_of<'d>(entry: &'d Value, part: &str) -> Option<&'d Value> {
    match entry {
        Value::Object(map) => field(map, part),
        other => part.eq_ignore_ascii_case("value").then_some(other),
    }
}

/// The filter `attribute eq value`.
pub(super) struct Filter<'t> {
    pub(super) path: Box<Path<'t>>,
    pub(super) value: Value,
}

impl<'t> Filter<'t> {
    /// Parses a filter. Returns `None` if it is invalid or not supported.
    pub(super) fn parse(text: &'t str) -> Option<Self> {
        let (name, rest) = text.trim().split_once(char::is_whitespace)?;
        let (operator, value) = rest.trim_start().split_once(char::is_whitespace)?;
        let path = Path::parse(name).filter(|path| path.filter.is_none())?;
        let value: Value = serde_json::from_str(value.trim()).ok()?;
        (operator.eq_ignore_ascii_case("eq") && !value.is_object() && !value.is_array()).then_some(
            Self {
                path: Box::new(path),
                value,
            },
        )
    }

    /// Returns `true` if the filter matches a resource.
    pub(super) fn matches(&self, document: &Map<String, Value>) -> bool {
        let values = self.path.values(document);
        if values.is_empty() {
            return self.value.is_null();
        }
        values.into_iter().any(|actual| self.equals(actual))
    }

    /// Returns `true` if the filter matches an entry of a list.
    pub(super) fn matches_entry(&self, entry: &Value) -> bool {
        match part_of(entry, self.path.attribute) {
            None => self.value.is_null(),
            Some(actual) => self.equals(actual),
        }
    }

    fn equals(&self, actual: &Value) -> bool {
        let case_sensitive = ["externalId", "id"].iter().any(|name| {
            self.path.schema.is_none()
                && self.path.part.is_none()
                && self.path.attribute.eq_ignore_ascii_case(name)
        });
        match (actual, &self.value) {
            (Value::String(actual), Value::String(expected)) if !case_sensitive => {
                actual.to_lowercase() == expected.to_lowercase()
            }
            // Some identity providers send booleans as strings.
            (Value::Bool(actual), Value::String(expected)) => {
                expected.eq_ignore_ascii_case(&actual.to_string())
            }
            (actual, expected) => actual == expected,
        }
    }
}
