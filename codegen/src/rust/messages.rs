//! Messages: structs with public fields that are serialized as proto3 JSON.

use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor, OneofDescriptor};

use super::types::RustField;
use super::{Body, docs, message_name, variant_name};
use crate::schema::{Schema, name_as_sentence, snake_case, upper_camel};

/// A field of a struct: a field of the message, or a oneof at the position of its first field.
enum Member {
    Field(FieldDescriptor, RustField),
    OneOf(OneofDescriptor, Vec<(FieldDescriptor, RustField)>),
}

pub(super) fn add(
    schema: &Schema,
    message: &MessageDescriptor,
    body: &mut Body,
) -> anyhow::Result<()> {
    let name = message_name(message);
    let members = members(schema, message, body)?;
    let doc = match schema.comment(message) {
        "" => name_as_sentence(&name),
        comment => comment.to_owned(),
    };
    let secret = members
        .iter()
        .any(|member| matches!(member, Member::Field(_, field) if field.secret));
    let flat = members
        .iter()
        .any(|member| matches!(member, Member::OneOf(..)));
    body.uses.insert("serde::{Deserialize, Serialize}");
    let debug = if secret { "" } else { "Debug, " };
    body.code.push_str(&format!("\n{}", docs::item(&doc, 0)));
    body.code.push_str(&format!(
        "#[derive(Clone, {debug}Default, PartialEq, Serialize, Deserialize)]\n"
    ));
    match flat {
        true => body
            .code
            .push_str(&format!("#[serde(try_from = \"{name}Flat\")]\n")),
        false => body.code.push_str("#[serde(default)]\n"),
    }
    if members.is_empty() {
        body.code.push_str(&format!("pub struct {name} {{}}\n"));
        return Ok(());
    }
    body.code.push_str(&format!("pub struct {name} {{\n"));
    for member in &members {
        add_member(schema, &name, member, !flat, body);
    }
    body.code.push_str("}\n");
    if secret {
        add_debug(&name, &members, body);
    }
    if flat {
        add_flat(&name, &members, body);
    }
    for member in &members {
        if let Member::OneOf(oneof, fields) = member {
            add_one_of(schema, &name, oneof, fields, body);
        }
    }
    Ok(())
}

fn members(
    schema: &Schema,
    message: &MessageDescriptor,
    body: &mut Body,
) -> anyhow::Result<Vec<Member>> {
    let mut members: Vec<Member> = Vec::new();
    // The order of the declaration, in which related fields are adjacent.
    for proto in &message.descriptor_proto().field {
        let Some(field) = message.get_field_by_name(proto.name()) else {
            continue;
        };
        let rust = RustField::new(schema, &field, body)?;
        let Some(oneof) = field
            .containing_oneof()
            .filter(|oneof| !oneof.is_synthetic())
        else {
            members.push(Member::Field(field, rust));
            continue;
        };
        let existing = members.iter_mut().find_map(|member| match member {
            Member::OneOf(other, fields) if *other == oneof => Some(fields),
            _ => None,
        });
        match existing {
            Some(fields) => fields.push((field, rust)),
            None => members.push(Member::OneOf(oneof, vec![(field, rust)])),
        }
    }
    Ok(members)
}

/// `read` is `false` if serde deserializes the flat struct instead of this struct.
fn add_member(schema: &Schema, name: &str, member: &Member, read: bool, body: &mut Body) {
    match member {
        Member::Field(descriptor, field) => {
            let serde = field.serde(read, true, body);
            body.code
                .push_str(&docs::item(&schema.field_doc(descriptor), 4));
            body.code.push_str(&format!(
                "    #[serde({serde})]\n    pub {}: {},\n",
                field.name, field.ty
            ));
        }
        Member::OneOf(oneof, _) => {
            let doc = one_of_doc(schema, oneof);
            let (field, ty) = (snake_case(oneof.name()), one_of_name(name, oneof));
            body.code.push_str(&docs::item(&doc, 4));
            body.code.push_str(&format!(
                "    #[serde(flatten)]\n    pub {field}: Option<{ty}>,\n"
            ));
        }
    }
}

fn one_of_name(message: &str, oneof: &OneofDescriptor) -> String {
    message.to_owned() + &upper_camel(oneof.name())
}

fn one_of_doc(schema: &Schema, oneof: &OneofDescriptor) -> String {
    match schema.comment(oneof) {
        "" => {
            let names: Vec<String> = oneof
                .fields()
                .map(|field| format!("`{}`", field.name()))
                .collect();
            format!("At most one of {}.", names.join(", "))
        }
        comment => comment.to_owned(),
    }
}

/// Adds a `Debug` implementation that redacts secrets.
fn add_debug(name: &str, members: &[Member], body: &mut Body) {
    body.uses.insert("std::fmt");
    body.uses.insert("crate::types::redacted");
    body.code.push_str(&format!(
        "\nimpl fmt::Debug for {name} {{\n    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {{\n        \
         f.debug_struct({name:?})\n"
    ));
    for member in members {
        let line = match member {
            Member::Field(_, field) if field.secret => {
                format!(
                    ".field({:?}, &redacted(&self.{}))",
                    field.plain_name(),
                    field.name
                )
            }
            Member::Field(_, field) => {
                format!(".field({:?}, &self.{})", field.plain_name(), field.name)
            }
            Member::OneOf(oneof, _) => {
                let field = snake_case(oneof.name());
                format!(".field({field:?}, &self.{field})")
            }
        };
        body.code.push_str(&format!("            {line}\n"));
    }
    body.code.push_str("            .finish()\n    }\n}\n");
}

/// Adds the flat struct that serde deserializes. It contains the fields of the oneofs, as in JSON.
/// With `#[serde(flatten)]`, serde would treat a malformed field as an unknown field.
fn add_flat(name: &str, members: &[Member], body: &mut Body) {
    let mut fields = String::new();
    let mut values = String::new();
    for member in members {
        match member {
            Member::Field(_, field) => {
                fields.push_str(&flat_field(field, body));
                values.push_str(&format!("            {0}: flat.{0},\n", field.name));
            }
            Member::OneOf(oneof, choices) => {
                let (field, ty) = (snake_case(oneof.name()), one_of_name(name, oneof));
                values.push_str(&format!("            {field}: one_of({field:?}, [\n"));
                for (descriptor, choice) in choices {
                    fields.push_str(&flat_field(choice, body));
                    let variant = format!("{ty}::{}", variant_name(&choice.proto_name));
                    let into = if is_boxed(descriptor) {
                        ".map(Box::new)"
                    } else {
                        ""
                    };
                    values.push_str(&format!(
                        "                flat.{}{into}.map({variant}),\n",
                        choice.name
                    ));
                }
                values.push_str("            ])?,\n");
            }
        }
    }
    body.uses
        .extend(["crate::types::OneOfError", "crate::types::one_of"]);
    body.code.push_str(&format!(
        "\n#[derive(Default, Deserialize)]\n#[serde(default)]\nstruct {name}Flat {{\n{fields}}}\n\n\
         impl TryFrom<{name}Flat> for {name} {{\n    type Error = OneOfError;\n\n    \
         fn try_from(flat: {name}Flat) -> Result<Self, OneOfError> {{\n        Ok({name} {{\n{values}        }})\n    \
         }}\n}}\n"
    ));
}

fn flat_field(field: &RustField, body: &mut Body) -> String {
    let serde = field.serde(true, false, body);
    let attribute = if serde.is_empty() {
        String::new()
    } else {
        format!("    #[serde({serde})]\n")
    };
    format!("{attribute}    {}: {},\n", field.name, field.ty)
}

fn add_one_of(
    schema: &Schema,
    message: &str,
    oneof: &OneofDescriptor,
    fields: &[(FieldDescriptor, RustField)],
    body: &mut Body,
) {
    let name = one_of_name(message, oneof);
    let secret = fields.iter().any(|(_, field)| field.secret);
    let debug = if secret { "" } else { "Debug, " };
    let doc = format!(
        "The variants of [`{message}::{}`].",
        snake_case(oneof.name())
    );
    body.code.push_str(&format!(
        "\n{}#[derive(Clone, {debug}PartialEq, Serialize)]\n",
        docs::item_raw(&doc)
    ));
    body.code.push_str(&format!("pub enum {name} {{\n"));
    for (descriptor, field) in fields {
        let ty = if is_boxed(descriptor) {
            format!("Box<{}>", field.value)
        } else {
            field.value.clone()
        };
        let serialize_with = if field.json {
            ", serialize_with = \"json::serialize\""
        } else {
            ""
        };
        body.code
            .push_str(&docs::item(&schema.field_doc(descriptor), 4));
        body.code.push_str(&format!(
            "    #[serde(rename = {:?}{serialize_with})]\n    {}({ty}),\n",
            field.proto_name,
            variant_name(&field.proto_name)
        ));
    }
    body.code.push_str("}\n");
    if secret {
        add_one_of_debug(&name, fields, body);
    }
}

fn add_one_of_debug(name: &str, fields: &[(FieldDescriptor, RustField)], body: &mut Body) {
    body.uses.insert("std::fmt");
    body.uses.insert("crate::types::redacted");
    body.code.push_str(&format!(
        "\nimpl fmt::Debug for {name} {{\n    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {{\n        \
         match self {{\n"
    ));
    for (_, field) in fields {
        let variant = variant_name(&field.proto_name);
        let shown = if field.secret {
            "&redacted(value)"
        } else {
            "value"
        };
        body.code.push_str(&format!(
            "            Self::{variant}(value) => f.debug_tuple({variant:?}).field({shown}).finish(),\n"
        ));
    }
    body.code.push_str("        }\n    }\n}\n");
}

/// Returns `true` for a message in a oneof. Boxing keeps the enum small even if one of its messages
/// is large.
fn is_boxed(field: &FieldDescriptor) -> bool {
    matches!(field.kind(), Kind::Message(message) if !message.full_name().starts_with("google.protobuf."))
}
