//! Decoding of query parameters: `page_size=10`, `filter.name=x`, `metadata[team]=y`,
//! `ids=1&ids=2`.

use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};
use serde_json::{Map, Value};

use crate::api_error::{ApiError, Violation};

/// Adds the query parameters that are fields of `message` to `object`, as proto3 JSON. Unknown
/// parameters are ignored. So are the fields in `taken`, which are set by the path or the body.
///
/// # Errors
/// INVALID_ARGUMENT if a value has the wrong type, or if a field that is not repeated has several
/// values.
pub(super) fn add(
    message: &MessageDescriptor,
    pairs: &[(String, String)],
    taken: &dyn Fn(&str) -> bool,
    object: &mut Map<String, Value>,
) -> Result<(), ApiError> {
    for (name, value) in pairs {
        let (path, key) = match name.strip_suffix(']').and_then(|name| name.split_once('[')) {
            Some((path, key)) => (path, Some(key)),
            None => (name.as_str(), None),
        };
        let steps: Vec<&str> = path.split('.').collect();
        let Some(fields) = resolve(message, &steps) else {
            continue;
        };
        if taken(fields[0].name()) {
            continue;
        }
        set(&fields, key, value, object).map_err(|problem| {
            ApiError::violations(vec![Violation {
                field: path.to_owned(),
                description: problem.to_owned(),
                constraint: "type".to_owned(),
            }])
        })?;
    }
    Ok(())
}

/// Returns the fields along a dotted path. Both proto and JSON field names are accepted.
fn resolve(message: &MessageDescriptor, steps: &[&str]) -> Option<Vec<FieldDescriptor>> {
    let (first, rest) = steps.split_first()?;
    let field = message
        .get_field_by_name(first)
        .or_else(|| message.get_field_by_json_name(first))?;
    let mut fields = vec![field.clone()];
    if !rest.is_empty() {
        let Kind::Message(inner) = field.kind() else {
            return None;
        };
        if field.is_list() || field.is_map() {
            return None;
        }
        fields.extend(resolve(&inner, rest)?);
    }
    Some(fields)
}

fn set(
    fields: &[FieldDescriptor],
    key: Option<&str>,
    text: &str,
    object: &mut Map<String, Value>,
) -> Result<(), &'static str> {
    let Some((field, rest)) = fields.split_first() else {
        return Ok(());
    };
    let name = field.name().to_owned();
    if !rest.is_empty() {
        let inner = object
            .entry(name)
            .or_insert_with(|| Value::Object(Map::new()));
        return match inner.as_object_mut() {
            Some(inner) => set(rest, key, text, inner),
            None => Err("is set both as a whole and field by field"),
        };
    }
    if field.is_map() {
        let key = key.ok_or("is a map; add the key in brackets")?;
        let kind = match field.kind() {
            Kind::Message(entry) => entry.map_entry_value_field().kind(),
            _ => return Err("is not a map"),
        };
        let entries = object
            .entry(name)
            .or_insert_with(|| Value::Object(Map::new()));
        if let Some(entries) = entries.as_object_mut() {
            entries.insert(key.to_owned(), coerce(&kind, text)?);
        }
        return Ok(());
    }
    if key.is_some() {
        return Err("is not a map");
    }
    let value = coerce(&field.kind(), text)?;
    if field.is_list() {
        let values = object
            .entry(name)
            .or_insert_with(|| Value::Array(Vec::new()));
        if let Some(values) = values.as_array_mut() {
            values.push(value);
        }
        return Ok(());
    }
    match object.insert(name, value) {
        None => Ok(()),
        Some(_) => Err("must not have more than one value"),
    }
}

/// Converts one value to proto3 JSON. Numbers, times and bytes can stay strings.
fn coerce(kind: &Kind, text: &str) -> Result<Value, &'static str> {
    match kind {
        Kind::Bool => boolean(text),
        Kind::Enum(_) => Ok(text
            .parse::<i32>()
            .map_or_else(|_| Value::from(text), Value::from)),
        Kind::Message(message) => match message.full_name() {
            "google.protobuf.BoolValue" => boolean(text),
            "google.protobuf.Struct" | "google.protobuf.Value" | "google.protobuf.ListValue" => {
                serde_json::from_str(text).map_err(|_| "is not JSON")
            }
            "google.protobuf.FieldMask" => Ok(camel_case(text).into()),
            name if name.starts_with("google.protobuf.") => Ok(text.into()),
            _ => Err("is a message; set its fields instead"),
        },
        _ => Ok(text.into()),
    }
}

/// Converts the paths of a field mask to camel case, as proto3 JSON requires.
fn camel_case(paths: &str) -> String {
    let mut camel = String::with_capacity(paths.len());
    let mut letters = paths.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '_' => camel.extend(letters.next().map(|next| next.to_ascii_uppercase())),
            _ => camel.push(letter),
        }
    }
    camel
}

/// Parses a boolean, ignoring case: `true`, `t` and `1`, or `false`, `f` and `0`.
fn boolean(text: &str) -> Result<Value, &'static str> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "t" | "1" => Ok(true.into()),
        "false" | "f" | "0" => Ok(false.into()),
        _ => Err("must be true or false"),
    }
}
