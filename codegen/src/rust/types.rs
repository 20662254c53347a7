//! The Rust types of fields and their serde attributes.

use anyhow::{bail, ensure};
use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};

use super::{Body, message_name};
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
    /// Type of the value without `Option`, for the variant of a oneof.
    pub(super) value: String,
    /// serde's default representation of the type differs from proto3 JSON.
    pub(super) json: bool,
    /// `null` is deserialized as the default.
    pub(super) nullable: bool,
    /// The value is redacted in the `Debug` output.
    pub(super) secret: bool,
    /// Name in JSON.
    pub(super) proto_name: String,
    /// Additional name that is accepted in JSON.
    pub(super) alias: Option<String>,
}

impl RustField {
    pub(super) fn new(
        schema: &Schema,
        field: &FieldDescriptor,
        body: &mut Body,
    ) -> anyhow::Result<Self> {
        let (value, json, nullable, ty);
        if field.is_map() {
            let entry = entry_of(field)?;
            ensure!(
                entry.map_entry_key_field().kind() == Kind::String,
                "{}: map keys must be strings",
                field.full_name()
            );
            (value, json) = value_type(&entry.map_entry_value_field(), body)?;
            body.uses.insert("std::collections::BTreeMap");
            (ty, nullable) = (format!("BTreeMap<String, {value}>"), true);
        } else {
            (value, json) = value_type(field, body)?;
            (ty, nullable) = match (field.is_list(), field.supports_presence()) {
                (true, _) => (format!("Vec<{value}>"), true),
                (false, true) => (format!("Option<{value}>"), false),
                (false, false) => (value.clone(), true),
            };
        }
        let snake = snake_case(field.name());
        Ok(RustField {
            name: if KEYWORDS.contains(&snake.as_str()) {
                format!("r#{snake}")
            } else {
                snake
            },
            ty,
            json,
            nullable,
            secret: is_secret(schema, field),
            proto_name: field.name().to_owned(),
            alias: (field.json_name() != field.name()).then(|| field.json_name().to_owned()),
            value,
        })
    }

    /// Returns the name without the prefix of raw identifiers.
    pub(super) fn plain_name(&self) -> &str {
        self.name.trim_start_matches("r#")
    }

    /// Returns the arguments of the field's `serde` attribute. `read` and `write` specify whether
    /// the struct is deserialized and serialized.
    pub(super) fn serde(&self, read: bool, write: bool, body: &mut Body) -> String {
        let mut parts = Vec::new();
        if self.plain_name() != self.proto_name {
            parts.push(format!("rename = {:?}", self.proto_name));
        }
        if let Some(alias) = self.alias.as_ref().filter(|_| read) {
            parts.push(format!("alias = {alias:?}"));
        }
        if self.json {
            body.uses.insert("crate::types::json");
            let with = match (read, write) {
                (true, true) => "with = \"json\"",
                (true, false) => "deserialize_with = \"json::deserialize\"",
                (false, _) => "serialize_with = \"json::serialize\"",
            };
            parts.push(with.to_owned());
        } else if self.nullable && read {
            body.uses.insert("crate::types::or_default");
            parts.push("deserialize_with = \"or_default\"".to_owned());
        }
        if write {
            body.uses.insert("crate::types::unset");
            parts.push("skip_serializing_if = \"unset\"".to_owned());
        }
        parts.join(", ")
    }
}

/// Returns the type of a single value, and whether its JSON representation is implemented in the
/// core.
fn value_type(field: &FieldDescriptor, body: &mut Body) -> anyhow::Result<(String, bool)> {
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
            return Ok((
                body.path(values.package_name(), values.name().to_owned()),
                false,
            ));
        }
        Kind::Message(message) => return message_type(&message, body),
    };
    Ok((ty.to_owned(), json))
}

fn message_type(message: &MessageDescriptor, body: &mut Body) -> anyhow::Result<(String, bool)> {
    let Some(well_known) = message.full_name().strip_prefix("google.protobuf.") else {
        return Ok((
            body.path(message.package_name(), message_name(message)),
            false,
        ));
    };
    let (ty, uses, json) = match well_known {
        "Timestamp" => ("Timestamp", Some("crate::types::Timestamp"), false),
        "FieldMask" => ("FieldMask", Some("crate::types::FieldMask"), false),
        "Empty" => ("Empty", Some("crate::types::Empty"), false),
        "Duration" => ("SignedDuration", Some("jiff::SignedDuration"), true),
        "Struct" => (
            "Map<String, Value>",
            Some("serde_json::{Map, Value}"),
            false,
        ),
        "ListValue" => ("Vec<Value>", Some("serde_json::Value"), false),
        "DoubleValue" => ("f64", None, true),
        "FloatValue" => ("f32", None, true),
        "Int32Value" => ("i32", None, true),
        "UInt32Value" => ("u32", None, true),
        "Int64Value" => ("i64", None, true),
        "UInt64Value" => ("u64", None, true),
        "BoolValue" => ("bool", None, false),
        "StringValue" => ("String", None, false),
        "BytesValue" => ("Vec<u8>", None, true),
        _ => bail!("the core has no Rust type for {}", message.full_name()),
    };
    body.uses.extend(uses);
    Ok((ty.to_owned(), json))
}

fn entry_of(field: &FieldDescriptor) -> anyhow::Result<MessageDescriptor> {
    match field.kind() {
        Kind::Message(entry) => Ok(entry),
        _ => bail!("{}: the map has no entry type", field.full_name()),
    }
}

/// Returns `true` if the name of the field is in [`SECRETS`] or if its comment ends with "Secret.".
/// Fields with messages are never secret, because messages redact their own secrets.
fn is_secret(schema: &Schema, field: &FieldDescriptor) -> bool {
    let is_scalar = match field.kind() {
        Kind::Message(message) => message.full_name().starts_with("google.protobuf."),
        Kind::String | Kind::Bytes => true,
        _ => false,
    };
    is_scalar && (SECRETS.contains(&field.name()) || schema.comment(field).ends_with(" Secret."))
}
