//! Query parameters as fields of the request: `page_size=10`, `filter.name=x`, `metadata[team]=y`, `ids=1&ids=2`.

use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};
use serde_json::{Map, Value};

use super::error::{ApiError, Violation};

/// Adds every parameter that names a field of `message` to `object`, in the types that proto3 JSON has for them.
/// Parameters that name none are passed over, as are the fields in `taken`, which the path or the body carries.
///
/// # Errors
/// A value that does not fit its field, or several values for a field that has one.
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

/// The fields on the way to the one that `steps` name, in either spelling.
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
        let inner = object.entry(name).or_insert_with(|| Value::Object(Map::new()));
        return match inner.as_object_mut() {
            Some(inner) => set(rest, key, text, inner),
            None => Err("is set as a whole and in parts"),
        };
    }
    if field.is_map() {
        let key = key.ok_or("is a map and needs a key in brackets")?;
        let kind = match field.kind() {
            Kind::Message(entry) => entry.map_entry_value_field().kind(),
            _ => return Err("is not a map"),
        };
        let entries = object.entry(name).or_insert_with(|| Value::Object(Map::new()));
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
        let values = object.entry(name).or_insert_with(|| Value::Array(Vec::new()));
        if let Some(values) = values.as_array_mut() {
            values.push(value);
        }
        return Ok(());
    }
    match object.insert(name, value) {
        None => Ok(()),
        Some(_) => Err("has one value only"),
    }
}

/// The JSON of one value. Numbers, times and bytes are strings in proto3 JSON too, so only three kinds differ.
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
            _ => Err("is a message and cannot be set as a whole"),
        },
        _ => Ok(text.into()),
    }
}

/// The paths of a field mask as JSON spells them; a query may spell them as the schema does.
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

/// Reads `true`, `t` and `1` in any case as true, and `false`, `f` and `0` as false.
fn boolean(text: &str) -> Result<Value, &'static str> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "t" | "1" => Ok(true.into()),
        "false" | "f" | "0" => Ok(false.into()),
        _ => Err("must be true or false"),
    }
}
