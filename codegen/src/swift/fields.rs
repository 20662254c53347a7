//! The Swift types and defaults of fields.

use anyhow::{bail, ensure};
use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};

use super::names;
use crate::Schema;

/// Returns the type of a field's property.
pub(super) fn property_type(field: &FieldDescriptor) -> anyhow::Result<String> {
    if field.is_map() {
        let entry = entry_of(field)?;
        ensure!(
            entry.map_entry_key_field().kind() == Kind::String,
            "{}: map keys must be strings",
            field.full_name()
        );
        let value = value_type(&entry.map_entry_value_field())?;
        return Ok(format!("[String: {value}]"));
    }
    let value = value_type(field)?;
    Ok(match (field.is_list(), field.supports_presence()) {
        (true, _) => format!("[{value}]"),
        (false, true) => format!("{value}?"),
        (false, false) => value,
    })
}

/// Returns the type of a single value of a field.
pub(super) fn value_type(field: &FieldDescriptor) -> anyhow::Result<String> {
    let ty = match field.kind() {
        Kind::Double => "Double",
        Kind::Float => "Float",
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 | Kind::Uint32 | Kind::Fixed32 => "Int",
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => "Int64",
        Kind::Uint64 | Kind::Fixed64 => "UInt64",
        Kind::Bool => "Bool",
        Kind::String => "String",
        Kind::Bytes => "Data",
        Kind::Enum(values) => return Ok(names::enumeration(&values)),
        Kind::Message(message) => return message_type(&message),
    };
    Ok(ty.to_owned())
}

fn message_type(message: &MessageDescriptor) -> anyhow::Result<String> {
    let Some(well_known) = message.full_name().strip_prefix("google.protobuf.") else {
        return Ok(names::message(message));
    };
    let ty = match well_known {
        "Timestamp" => "Date",
        "Duration" => "Duration",
        "FieldMask" => "FieldMask",
        "Empty" => "Empty",
        "Struct" => "[String: JSONValue]",
        "ListValue" => "[JSONValue]",
        "Value" => "JSONValue",
        "DoubleValue" => "Double",
        "FloatValue" => "Float",
        "Int32Value" | "UInt32Value" => "Int",
        "Int64Value" => "Int64",
        "UInt64Value" => "UInt64",
        "BoolValue" => "Bool",
        "StringValue" => "String",
        "BytesValue" => "Data",
        _ => bail!("there is no Swift type for {}", message.full_name()),
    };
    Ok(ty.to_owned())
}

/// Returns the default of a field's property.
pub(super) fn default(schema: &Schema, field: &FieldDescriptor) -> String {
    if field.is_map() {
        return "[:]".to_owned();
    }
    if field.is_list() {
        return "[]".to_owned();
    }
    if field.supports_presence() {
        return "nil".to_owned();
    }
    match field.kind() {
        Kind::Bool => "false".to_owned(),
        Kind::String => "\"\"".to_owned(),
        Kind::Bytes => "Data()".to_owned(),
        Kind::Enum(values) => {
            let all = schema.values(&values);
            let zero = all.iter().find(|value| value.number() == 0);
            let case = zero.map_or_else(String::new, |zero| names::case(&values, zero));
            format!(".{}", names::escaped(&case))
        }
        _ => "0".to_owned(),
    }
}

/// Returns the arguments of the codec for a field's names in JSON: the name that is written, and
/// the other name that is accepted.
pub(super) fn keys(field: &FieldDescriptor) -> String {
    if field.json_name() == field.name() {
        format!("{:?}", field.name())
    } else {
        format!("{:?}, {:?}", field.name(), field.json_name())
    }
}

/// Returns `true` if code has properties, cases or parameters with types of Foundation.
pub(super) fn uses_foundation(code: &str) -> bool {
    let types = ["Date", "Data"].iter();
    let mut uses = types.flat_map(|ty| [format!(": {ty}"), format!(": [{ty}"), format!("({ty})")]);
    uses.any(|text| {
        code.match_indices(&text).any(|(start, _)| {
            let rest = &code[start + text.len()..];
            !rest.starts_with(char::is_alphanumeric)
        })
    })
}

fn entry_of(field: &FieldDescriptor) -> anyhow::Result<MessageDescriptor> {
    match field.kind() {
        Kind::Message(entry) => Ok(entry),
        _ => bail!("{}: the map has no entry type", field.full_name()),
    }
}
