//! Paths to attributes, and the filter `attribute eq value`, the one that identity providers send (RFC 7644, sections
//! 3.4.2.2 and 3.5.2).

use serde_json::{Map, Value};

use super::names::{field, is_urn, split_schema};

/// `attribute`, `attribute.part`, `attribute[part eq "text"]` or `attribute[part eq "text"].part`, maybe with the
/// schema of the attribute in front.
pub(super) struct Path<'t> {
    /// A schema other than the core's, whose attributes stand in an object of its name.
    pub(super) schema: Option<&'t str>,
    pub(super) attribute: &'t str,
    pub(super) filter: Option<Filter<'t>>,
    pub(super) part: Option<&'t str>,
}

impl<'t> Path<'t> {
    /// None if it is no path.
    pub(super) fn parse(text: &'t str) -> Option<Self> {
        let text = text.trim();
        let (place, filter, part) = match text.split_once('[') {
            None => (text, None, None),
            Some((place, rest)) => {
                let (filter, rest) = rest.rsplit_once(']')?;
                let filter = Filter::parse(filter)?;
                let part = match rest {
                    "" => None,
                    rest => Some(rest.strip_prefix('.')?),
                };
                (place, Some(filter), part)
            }
        };
        let (schema, name) = split_schema(place);
        let (attribute, part) = match name.split_once('.') {
            Some((attribute, inner)) if filter.is_none() && !is_urn(name) => (attribute, Some(inner)),
            _ => (name, part),
        };
        let named = |name: &str| {
            name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '$')
                && name
                    .chars()
                    .all(|letter| letter.is_ascii_alphanumeric() || "-_$".contains(letter))
        };
        ((is_urn(attribute) || named(attribute)) && part.is_none_or(named)).then_some(Self {
            schema,
            attribute,
            filter,
            part,
        })
    }

    /// What stands there in a document: one value, or those of all entries of a list.
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
                .filter_map(|entry| inside(entry, part.unwrap_or("value")))
                .collect(),
            (Value::Object(map), Some(part)) => field(map, part).into_iter().collect(),
            (_, Some(_)) => Vec::new(),
            (one, None) => vec![one],
        }
    }
}

/// A part of an entry of a list; an entry that is no object is its own value.
fn inside<'d>(entry: &'d Value, part: &str) -> Option<&'d Value> {
    match entry {
        Value::Object(map) => field(map, part),
        other => part.eq_ignore_ascii_case("value").then_some(other),
    }
}

/// `attribute eq value`.
pub(super) struct Filter<'t> {
    pub(super) path: Box<Path<'t>>,
    pub(super) value: Value,
}

impl<'t> Filter<'t> {
    /// None if it is no such filter.
    pub(super) fn parse(text: &'t str) -> Option<Self> {
        let (name, rest) = text.trim().split_once(char::is_whitespace)?;
        let (operator, value) = rest.trim_start().split_once(char::is_whitespace)?;
        let path = Path::parse(name).filter(|path| path.filter.is_none())?;
        let value: Value = serde_json::from_str(value.trim()).ok()?;
        (operator.eq_ignore_ascii_case("eq") && !value.is_object() && !value.is_array()).then_some(Self {
            path: Box::new(path),
            value,
        })
    }

    /// Whether it picks a resource.
    pub(super) fn picks(&self, document: &Map<String, Value>) -> bool {
        let values = self.path.values(document);
        if values.is_empty() {
            return self.value.is_null();
        }
        values.into_iter().any(|known| self.is(known))
    }

    /// Whether it picks an entry of a list.
    pub(super) fn picks_entry(&self, entry: &Value) -> bool {
        match inside(entry, self.path.attribute) {
            None => self.value.is_null(),
            Some(known) => self.is(known),
        }
    }

    fn is(&self, known: &Value) -> bool {
        let exact = ["externalId", "id"].iter().any(|name| {
            self.path.schema.is_none()
                && self.path.part.is_none()
                && self.path.attribute.eq_ignore_ascii_case(name)
        });
        match (known, &self.value) {
            (Value::String(known), Value::String(wanted)) if !exact => {
                known.to_lowercase() == wanted.to_lowercase()
            }
            // Some identity providers write booleans as texts.
            (Value::Bool(known), Value::String(wanted)) => wanted.eq_ignore_ascii_case(&known.to_string()),
            (known, wanted) => known == wanted,
        }
    }
}
