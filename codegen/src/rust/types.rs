//! The Rust types of fields and their serde attributes.

use anyhow::{bail, ensure};
use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};

use super::module::Module;
use crate::schema::{Schema, snake_case};

/// Rust keywords. A field with such a name is written as a raw identifier.
const KEYWORDS: &[&str] = &[
    "as", "async", "await", "box", "const", "dyn", "else", "enum", "fn", "for", "if", "impl", "in",
    "let", "loop", "match", "mod", "move", "mut", "pub", "ref", "return", "static", "struct",
    "trait", "type", "unsafe", "use", "where", "while", "yield",
];

/// Names of fields that contain a secret in all messages.
const SECRETS: &[&str] = &[
    "access_token",
    "client_secret",
    "code",
    "googleads_developer_token",
    "link_token",
    "password",
    "plain_secret",
    "refresh_token",
    "secret_access_key",
    "service_account_json",
    "session_token",
    "static_config",
    "token",
];

/// A field in Rust.
pub(super) struct RustField {
    /// Name in Rust; a raw identifier if it is a keyword.
    pub(super) name: String,
    /// Type of the field; an `Option` if the field tracks presence.
    pub(super) ty: String,
    /// Type of the value: without `Option`, and of one item of a list or map.
    pub(super) value: String,
    /// Whether the field is a list or a map.
    pub(super) shape: Shape,
    /// serde's default representation of the type differs from proto3 JSON.
    pub(super) json: bool,
    /// The value is redacted in the `Debug` output.
    pub(super) secret: bool,
    /// Name in JSON.
    pub(super) proto_name: String,
    /// Additional name that is accepted in JSON.
    alias: Option<String>,
}

/// Whether a field has one value or several.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Shape {
    /// One value.
    Single,
    /// One value that tracks presence.
    Optional,
    /// A list of values.
    List,
    /// A map from text to values.
    Map,
}

impl RustField {
    pub(super) fn new(field: &FieldDescriptor, module: &mut Module<'_>) -> anyhow::Result<Self> {
        let (value, json, shape);
        if field.is_map() {
            let entry = entry_of(field)?;
            ensure!(
                entry.map_entry_key_field().kind() == Kind::String,
                "{}: map keys must be strings",
                field.full_name()
            );
            (value, json) = value_type(&entry.map_entry_value_field(), module)?;
            shape = Shape::Map;
        } else {
            (value, json) = value_type(field, module)?;
            shape = match (field.is_list(), field.supports_presence()) {
                (true, _) => Shape::List,
                (false, true) => Shape::Optional,
                (false, false) => Shape::Single,
            };
        }
        let ty = match shape {
            Shape::Single => value.clone(),
            Shape::Optional => format!("Option<{value}>"),
            Shape::List => format!("Vec<{value}>"),
            Shape::Map => format!(
                "{}<String, {value}>",
                module.path("std::collections::BTreeMap")
            ),
        };
        Ok(RustField {
            name: identifier(field.name()),
            ty,
            value,
            shape,
            json,
            secret: is_secret(module.context.schema, field),
            proto_name: field.name().to_owned(),
            alias: (field.json_name() != field.name()).then(|| field.json_name().to_owned()),
        })
    }

    /// Returns the name without the prefix of raw identifiers.
    pub(super) fn plain_name(&self) -> &str {
        self.name.trim_start_matches("r#")
    }

    /// Returns the arguments of the field's `serde` attribute. `read` and `write` specify whether
    /// the struct is deserialized and serialized.
    pub(super) fn serde(&self, read: bool, write: bool, module: &mut Module<'_>) -> String {
        let mut parts = Vec::new();
        if self.plain_name() != self.proto_name {
            parts.push(format!("rename = {:?}", self.proto_name));
        }
        if let Some(alias) = self.alias.as_ref().filter(|_| read) {
            parts.push(format!("alias = {alias:?}"));
        }
        if self.json {
            module.import("crate::types::json");
            let with = match (read, write) {
                (true, true) => "with = \"json\"",
                (true, false) => "deserialize_with = \"json::deserialize\"",
                (false, _) => "serialize_with = \"json::serialize\"",
            };
            parts.push(with.to_owned());
        } else if self.shape != Shape::Optional && read {
            module.import("crate::types::or_default");
            parts.push("deserialize_with = \"or_default\"".to_owned());
        }
        if write {
            module.import("crate::types::unset");
            parts.push("skip_serializing_if = \"unset\"".to_owned());
        }
        parts.join(", ")
    }
}

/// Returns the type of a single value, and whether its JSON representation is implemented in the
/// core.
fn value_type(field: &FieldDescriptor, module: &mut Module<'_>) -> anyhow::Result<(String, bool)> {
    let (ty, json) = match field.kind() {
        Kind::Double => ("f64", true),
        Kind::Float => ("f32", true),
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => ("i32", true),
        Kind::Uint32 | Kind::Fixed32 => ("u32", true),
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => ("i64", true),
        Kind::Uint64 | Kind::Fixed64 => ("u64", true),
        Kind::Bool => ("bool", false),
        Kind::String => ("String", false),
        Kind::Bytes => ("Vec<u8>", true),
        Kind::Enum(values) => {
            ensure!(
                values.parent_message().is_none(),
                "{}: enums in messages are not supported",
                values.full_name()
            );
            return Ok((module.enumeration(&values), false));
        }
        Kind::Message(message) => return message_type(&message, module),
    };
    Ok((ty.to_owned(), json))
}

fn message_type(
    message: &MessageDescriptor,
    module: &mut Module<'_>,
) -> anyhow::Result<(String, bool)> {
    let Some(well_known) = message.full_name().strip_prefix("google.protobuf.") else {
        return Ok((module.message(message), false));
    };
    Ok(match well_known {
        "Timestamp" => (module.path("crate::types::Timestamp"), false),
        "FieldMask" => (module.path("crate::types::FieldMask"), false),
        "Empty" => (module.path("crate::types::Empty"), false),
        "Duration" => (module.path("crate::types::SignedDuration"), true),
        "Struct" => (
            format!(
                "{}<String, {}>",
                module.path("serde_json::Map"),
                module.path("serde_json::Value")
            ),
            false,
        ),
        "ListValue" => (format!("Vec<{}>", module.path("serde_json::Value")), false),
        "DoubleValue" => ("f64".to_owned(), true),
        "FloatValue" => ("f32".to_owned(), true),
        "Int32Value" => ("i32".to_owned(), true),
        "UInt32Value" => ("u32".to_owned(), true),
        "Int64Value" => ("i64".to_owned(), true),
        "UInt64Value" => ("u64".to_owned(), true),
        "BoolValue" => ("bool".to_owned(), false),
        "StringValue" => ("String".to_owned(), false),
        "BytesValue" => ("Vec<u8>".to_owned(), true),
        _ => bail!("the core has no Rust type for {}", message.full_name()),
    })
}

fn entry_of(field: &FieldDescriptor) -> anyhow::Result<MessageDescriptor> {
    match field.kind() {
        Kind::Message(entry) => Ok(entry),
        _ => bail!("{}: the map has no entry type", field.full_name()),
    }
}

/// Returns `true` if the name of the field is in [`SECRETS`] or if its comment ends with "Secret.".
/// Fields with messages are never secret, because messages redact their own secrets.
pub(crate) fn is_secret(schema: &Schema, field: &FieldDescriptor) -> bool {
    let is_scalar = match field.kind() {
        Kind::Message(message) => message.full_name().starts_with("google.protobuf."),
        Kind::String | Kind::Bytes => true,
        _ => false,
    };
    is_scalar && (SECRETS.contains(&field.name()) || schema.comment(field).ends_with(" Secret."))
}

/// Returns a name in snake case, as a raw identifier if it is a keyword.
pub(super) fn identifier(name: &str) -> String {
    let snake = snake_case(name);
    if KEYWORDS.contains(&snake.as_str()) {
        format!("r#{snake}")
    } else {
        snake
    }
}
