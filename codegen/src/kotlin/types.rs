//! The Kotlin types of fields and their types in the JSON codec.

use anyhow::{bail, ensure};
use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};

use super::imports::Imports;
use super::{PACKAGE, codecs_of, enums, lower_camel, message_name, module_of};
use crate::schema::Schema;

/// The type of a field.
#[derive(Clone)]
pub(super) struct FieldType {
    /// The Kotlin type of the value without `?`.
    pub(super) value: String,
    /// The type in the JSON codec.
    pub(super) codec: String,
    /// The default value of a field without presence; `None` for a field with presence.
    pub(super) default: Option<String>,
    /// The function of `Values` that reads the field.
    reader: &'static str,
}

impl FieldType {
    /// Returns the type of a field of a message.
    pub(super) fn of(
        schema: &Schema,
        field: &FieldDescriptor,
        imports: &mut Imports,
    ) -> anyhow::Result<Self> {
        if field.is_map() {
            let Kind::Message(entry) = field.kind() else {
                bail!("{}: the map has no entry type", field.full_name());
            };
            let key = entry.map_entry_key_field();
            ensure!(
                key.kind() == Kind::String,
                "{}: map keys must be strings",
                field.full_name()
            );
            let value = single(schema, &entry.map_entry_value_field(), imports)?;
            return Ok(FieldType {
                codec: format!("MapType({})", value.codec),
                value: format!("Map<String, {}>", value.value),
                default: Some("emptyMap()".to_owned()),
                reader: "map",
            });
        }
        let single = single(schema, field, imports)?;
        if field.is_list() {
            return Ok(FieldType {
                codec: format!("ListType({})", single.codec),
                value: format!("List<{}>", single.value),
                default: Some("emptyList()".to_owned()),
                reader: "list",
            });
        }
        if field.supports_presence() {
            return Ok(FieldType {
                default: None,
                ..single
            });
        }
        Ok(single)
    }

    /// The type in a declaration.
    pub(super) fn declared(&self) -> String {
        match self.default {
            Some(_) => self.value.clone(),
            None => format!("{}?", self.value),
        }
    }

    /// The expression that reads the field from the slot `index` of `values`.
    pub(super) fn read(&self, index: usize) -> String {
        match &self.default {
            None => format!("values.get({index})"),
            Some(default) if self.reader == "get" => {
                format!("values.get({index}) ?: {default}")
            }
            Some(_) => format!("values.{}({index})", self.reader),
        }
    }
}

/// Returns the type of a single value.
fn single(
    schema: &Schema,
    field: &FieldDescriptor,
    imports: &mut Imports,
) -> anyhow::Result<FieldType> {
    let (value, codec, default, reader) = match field.kind() {
        Kind::Double => ("Double", "DoubleType", "0.0", "double"),
        Kind::Float => bail!("{}: Kotlin has no codec for float", field.full_name()),
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => ("Int", "IntType", "0", "int"),
        Kind::Uint32 | Kind::Fixed32 => ("Int", "UIntType", "0", "int"),
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => ("Long", "LongType", "0L", "long"),
        Kind::Uint64 | Kind::Fixed64 => ("Long", "LongType", "0L", "long"),
        Kind::Bool => ("Boolean", "BoolType", "false", "boolean"),
        Kind::String => ("String", "TextType", "\"\"", "text"),
        Kind::Bytes => ("ByteArray", "BytesType", "ByteArray(0)", "bytes"),
        Kind::Enum(values) => {
            let package = format!("{PACKAGE}.{}", module_of(values.package_name()));
            let name = imports.name(&package, values.name());
            return Ok(FieldType {
                codec: format!("{name}.TYPE"),
                default: Some(format!("{name}.{}", enums::zero(schema, &values))),
                value: name,
                reader: "get",
            });
        }
        Kind::Message(message) => return message_type(&message, imports),
    };
    Ok(FieldType {
        value: value.to_owned(),
        codec: codec.to_owned(),
        default: Some(default.to_owned()),
        reader,
    })
}

fn message_type(message: &MessageDescriptor, imports: &mut Imports) -> anyhow::Result<FieldType> {
    let (value, codec) = match message.full_name() {
        "google.protobuf.Timestamp" => (imports.name("java.time", "Instant"), "TimeType"),
        "google.protobuf.Duration" => (imports.name("java.time", "Duration"), "DurationType"),
        "google.protobuf.FieldMask" => ("List<String>".to_owned(), "FieldMaskType"),
        "google.protobuf.Struct" => ("Map<String, Any?>".to_owned(), "StructType"),
        "google.protobuf.ListValue" => ("List<Any?>".to_owned(), "ListValueType"),
        "google.protobuf.DoubleValue" => ("Double".to_owned(), "DoubleType"),
        "google.protobuf.Int32Value" => ("Int".to_owned(), "IntType"),
        "google.protobuf.UInt32Value" => ("Int".to_owned(), "UIntType"),
        "google.protobuf.Int64Value" => ("Long".to_owned(), "LongType"),
        "google.protobuf.BoolValue" => ("Boolean".to_owned(), "BoolType"),
        "google.protobuf.StringValue" => ("String".to_owned(), "TextType"),
        name if name.starts_with("google.protobuf.") => {
            bail!("Kotlin has no type for {name}")
        }
        _ => {
            let package = format!("{PACKAGE}.{}", module_of(message.package_name()));
            let name = message_name(message);
            let codecs = imports.name(&package, &codecs_of(message.package_name()));
            return Ok(FieldType {
                codec: format!("{codecs}.{}", lower_camel(&name)),
                value: imports.name(&package, &name),
                default: None,
                reader: "get",
            });
        }
    };
    Ok(FieldType {
        value,
        codec: codec.to_owned(),
        default: None,
        reader: "get",
    })
}
