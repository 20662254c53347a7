//! The message and enum tables of the codec in `bindings/wire`. Their types are documented in
//! `bindings/wire/src/schema.rs`.

use std::collections::BTreeMap;
use std::fmt::Write;

use anyhow::{Context, bail, ensure};
use prost_reflect::{EnumDescriptor, FieldDescriptor, Kind, MessageDescriptor};

use crate::aliases::aliases_of;
use crate::{Output, Schema};

/// The codec tracks the decoded fields of a message in a bit set of this size.
const MAX_FIELDS: usize = 128;
const EMPTY: &str = "google.protobuf.Empty";

/// Adds the tables to `out`.
///
/// # Errors
/// Returns an error if the codec does not support a type, or if a message has too many fields.
pub fn generate(schema: &Schema, out: &mut Output) -> anyhow::Result<()> {
    let tables = Tables::new(schema)?;
    let mut code = String::from(
        "//! All messages and enums of the API.\n\n\
         use crate::schema::{Alias, Enum, Field, Kind, Label, Message, Name, Schema};\n\n\
         pub(crate) static SCHEMA: Schema = Schema { messages: &MESSAGES, enums: &ENUMS };\n",
    );
    writeln!(
        code,
        "\nstatic MESSAGES: [Message; {}] = [",
        tables.messages.len()
    )?;
    for message in tables.messages.values() {
        tables.add_message(message, &mut code)?;
    }
    writeln!(
        code,
        "];\n\nstatic ENUMS: [Enum; {}] = [",
        tables.enums.len()
    )?;
    for values in tables.enums.values() {
        add_enum(schema, values, &mut code)?;
    }
    code.push_str("];\n");
    out.text("bindings/wire/src/tables.rs", &code)
}

/// Messages and enums, sorted by full name. The index of a type is its position in this order.
struct Tables<'a> {
    schema: &'a Schema,
    messages: BTreeMap<String, MessageDescriptor>,
    enums: BTreeMap<String, EnumDescriptor>,
}

impl<'a> Tables<'a> {
    fn new(schema: &'a Schema) -> anyhow::Result<Self> {
        let mut tables = Tables {
            schema,
            messages: BTreeMap::new(),
            enums: BTreeMap::new(),
        };
        for file in schema.files() {
            let messages = schema.messages(&file).into_iter();
            tables
                .messages
                .extend(messages.map(|message| (message.full_name().to_owned(), message)));
            let enums = schema.enums(&file).into_iter();
            tables
                .enums
                .extend(enums.map(|values| (values.full_name().to_owned(), values)));
        }
        let empty = schema.pool().get_message_by_name(EMPTY);
        tables.messages.insert(
            EMPTY.to_owned(),
            empty.context("no proto file imports google.protobuf.Empty")?,
        );
        Ok(tables)
    }

    fn add_message(&self, message: &MessageDescriptor, code: &mut String) -> anyhow::Result<()> {
        let mut fields = BTreeMap::new();
        let mut names = Vec::new();
        for field in message.fields() {
            let spellings = [field.name(), field.json_name()];
            let distinct = if spellings[0] == spellings[1] {
                &spellings[..1]
            } else {
                &spellings[..]
            };
            names.extend(
                distinct
                    .iter()
                    .map(|name| ((*name).to_owned(), field.number())),
            );
            fields.insert(field.number(), self.field(message, &field)?);
        }
        for alias in aliases_of(message.full_name()) {
            let path: Vec<u32> = alias
                .fields(self.schema)?
                .iter()
                .map(FieldDescriptor::number)
                .collect();
            let kind = format!(
                "Kind::Alias(&Alias {{ path: &{path:?}, values: &{:?} }})",
                alias.values(self.schema)?
            );
            let existing = fields.insert(
                alias.number,
                field_code(alias.name, alias.number, &kind, "Label::Explicit", 0),
            );
            ensure!(
                existing.is_none(),
                "{}: field number {} is used twice",
                message.full_name(),
                alias.number
            );
        }
        ensure!(
            fields.len() <= MAX_FIELDS,
            "{} has more than {MAX_FIELDS} fields",
            message.full_name()
        );

        writeln!(
            code,
            "    Message {{\n        name: {:?},",
            message.full_name()
        )?;
        add_list("fields", fields.values(), code)?;
        names.sort_by(|(a, _), (b, _)| (a.len(), a).cmp(&(b.len(), b)));
        let index_of = |number: u32| {
            fields
                .keys()
                .position(|&other| other == number)
                .unwrap_or_default()
        };
        let names = names.iter().map(|(name, number)| {
            format!("Name {{ name: {name:?}, field: {} }},", index_of(*number))
        });
        add_list("names", names, code)?;
        code.push_str("    },\n");
        Ok(())
    }

    fn field(
        &self,
        message: &MessageDescriptor,
        field: &FieldDescriptor,
    ) -> anyhow::Result<String> {
        let (kind, label) = match field.kind() {
            Kind::Message(entry) if field.is_map() => {
                let value = self.kind(&entry.map_entry_value_field())?;
                (
                    value,
                    format!("Label::Map({})", self.kind(&entry.map_entry_key_field())?),
                )
            }
            _ => {
                let label = match (
                    field.is_list(),
                    field.is_packed(),
                    field.supports_presence(),
                ) {
                    (true, true, _) => "Label::Packed",
                    (true, false, _) => "Label::Repeated",
                    (false, _, true) => "Label::Explicit",
                    (false, _, false) => "Label::Implicit",
                };
                (self.kind(field)?, label.to_owned())
            }
        };
        let oneof = match field
            .containing_oneof()
            .filter(|oneof| !oneof.is_synthetic())
        {
            Some(oneof) => {
                1 + message
                    .oneofs()
                    .position(|other| other == oneof)
                    .with_context(|| format!("{}: unknown oneof", field.full_name()))?
            }
            None => 0,
        };
        Ok(field_code(
            field.name(),
            field.number(),
            &kind,
            &label,
            oneof,
        ))
    }

    fn kind(&self, field: &FieldDescriptor) -> anyhow::Result<String> {
        let name = match field.kind() {
            Kind::Double => "Double",
            Kind::Float => "Float",
            Kind::Int32 => "Int32",
            Kind::Int64 => "Int64",
            Kind::Uint32 => "Uint32",
            Kind::Uint64 => "Uint64",
            Kind::Sint32 => "Sint32",
            Kind::Sint64 => "Sint64",
            Kind::Fixed32 => "Fixed32",
            Kind::Fixed64 => "Fixed64",
            Kind::Sfixed32 => "Sfixed32",
            Kind::Sfixed64 => "Sfixed64",
            Kind::Bool => "Bool",
            Kind::String => "String",
            Kind::Bytes => "Bytes",
            Kind::Enum(values) => {
                return index(&self.enums, values.full_name())
                    .map(|at| format!("Kind::Enum({at})"));
            }
            Kind::Message(message) => match well_known(message.full_name()) {
                Some(kind) => kind,
                None => {
                    return index(&self.messages, message.full_name())
                        .map(|at| format!("Kind::Message({at})"));
                }
            },
        };
        Ok(format!("Kind::{name}"))
    }
}

fn well_known(message: &str) -> Option<&'static str> {
    Some(match message.strip_prefix("google.protobuf.")? {
        "Timestamp" => "Timestamp",
        "Duration" => "Duration",
        "FieldMask" => "FieldMask",
        "Struct" => "Struct",
        "Value" => "Value",
        "ListValue" => "ListValue",
        "DoubleValue" => "DoubleValue",
        "FloatValue" => "FloatValue",
        "Int32Value" => "Int32Value",
        "Int64Value" => "Int64Value",
        "UInt32Value" => "Uint32Value",
        "UInt64Value" => "Uint64Value",
        "BoolValue" => "BoolValue",
        "StringValue" => "StringValue",
        "BytesValue" => "BytesValue",
        _ => return None,
    })
}

fn index<T>(types: &BTreeMap<String, T>, name: &str) -> anyhow::Result<usize> {
    match types.keys().position(|other| other == name) {
        Some(index) => Ok(index),
        None => bail!("the codec does not support the type {name}"),
    }
}

fn field_code(name: &str, number: u32, kind: &str, label: &str, oneof: usize) -> String {
    format!(
        "Field {{ name: {name:?}, number: {number}, kind: {kind}, label: {label}, oneof: {oneof} }},"
    )
}

fn add_enum(schema: &Schema, values: &EnumDescriptor, code: &mut String) -> anyhow::Result<()> {
    let mut numbers = BTreeMap::new();
    let mut names = Vec::new();
    for value in schema.values(values) {
        numbers
            .entry(value.number())
            .or_insert_with(|| value.name().to_owned());
        names.push((value.name().to_owned(), value.number()));
    }
    names.sort_by(|(a, _), (b, _)| (a.len(), a).cmp(&(b.len(), b)));
    writeln!(code, "    Enum {{\n        name: {:?},", values.full_name())?;
    add_list(
        "numbers",
        numbers
            .iter()
            .map(|(number, name)| format!("({number}, {name:?}),")),
        code,
    )?;
    add_list(
        "names",
        names
            .iter()
            .map(|(name, number)| format!("({name:?}, {number}),")),
        code,
    )?;
    code.push_str("    },\n");
    Ok(())
}

fn add_list(
    name: &str,
    items: impl ExactSizeIterator<Item = impl std::fmt::Display>,
    code: &mut String,
) -> std::fmt::Result {
    if items.len() == 0 {
        return writeln!(code, "        {name}: &[],");
    }
    writeln!(code, "        {name}: &[")?;
    for item in items {
        writeln!(code, "            {item}")?;
    }
    writeln!(code, "        ],")
}
