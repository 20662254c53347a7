//! Messages: structs with a memberwise initializer that are coded as proto3 JSON.

use prost_reflect::{FieldDescriptor, MessageDescriptor, OneofDescriptor};
use serde::Serialize;

use super::{fields, names, templates};
use crate::Schema;
use crate::resources::Messages;
use crate::rust::is_secret;
use crate::schema::{name_as_sentence, upper_camel};

#[derive(Serialize)]
struct Message {
    name: String,
    doc: String,
    /// `public`, or `package` for a message that only wraps the arguments or the result of a method.
    access: &'static str,
    members: Vec<Member>,
    /// The parameters of the initializer. Required fields come first.
    parameters: Vec<Parameter>,
    oneofs: Vec<OneOf>,
    secret: bool,
}

/// A property: a field, or a oneof at the position of its first field.
#[derive(Serialize)]
struct Member {
    name: String,
    escaped: String,
    ty: String,
    doc: String,
    /// The arguments of the codec; empty for a oneof.
    keys: String,
    /// The name of the written field; empty for a oneof.
    key: String,
    secret: bool,
}

#[derive(Serialize)]
struct Parameter {
    name: String,
    escaped: String,
    ty: String,
    default: Option<String>,
}

#[derive(Serialize)]
struct OneOf {
    /// The name of the nested enum.
    name: String,
    doc: String,
    /// The name of the oneof in the schema.
    group: String,
    cases: Vec<Case>,
    secret: bool,
}

#[derive(Serialize)]
struct Case {
    name: String,
    escaped: String,
    ty: String,
    doc: String,
    keys: String,
    key: String,
    secret: bool,
}

/// Returns the code of a message.
pub(super) fn code(
    schema: &Schema,
    messages: &Messages,
    message: &MessageDescriptor,
) -> anyhow::Result<String> {
    let is_public = messages.is_input(message) || messages.is_output(message);
    let mut view = Message {
        name: names::message(message),
        doc: match schema.comment(message) {
            "" => name_as_sentence(message.name()),
            comment => comment.to_owned(),
        },
        access: if is_public { "public" } else { "package" },
        members: Vec::new(),
        parameters: parameters(schema, messages, message)?,
        oneofs: Vec::new(),
        secret: false,
    };
    for (field, oneof) in members(message) {
        match oneof {
            None => view.members.push(member(schema, &field)?),
            Some(oneof) => {
                view.members.push(oneof_member(schema, &oneof));
                view.oneofs.push(one_of(schema, &oneof)?);
            }
        }
    }
    view.secret = view.members.iter().any(|member| member.secret);
    templates::render("message.swift", view)
}

/// Returns the members of a message in the order of their declaration. A oneof has the position of
/// its first field.
pub(super) fn members(
    message: &MessageDescriptor,
) -> Vec<(FieldDescriptor, Option<OneofDescriptor>)> {
    let mut members: Vec<(FieldDescriptor, Option<OneofDescriptor>)> = Vec::new();
    for proto in &message.descriptor_proto().field {
        let Some(field) = message.get_field_by_name(proto.name()) else {
            continue;
        };
        let oneof = real_oneof(&field);
        let known = oneof.is_some() && members.iter().any(|(_, other)| *other == oneof);
        if !known {
            members.push((field, oneof));
        }
    }
    members
}

/// Returns the members in the order of the initializer's parameters, and whether they are
/// required.
pub(super) fn initializer(
    messages: &Messages,
    message: &MessageDescriptor,
) -> Vec<(FieldDescriptor, Option<OneofDescriptor>, bool)> {
    let required = messages.required(message);
    let members = members(message).into_iter().map(|(field, oneof)| {
        let is_required = oneof.is_none() && required.contains(&field);
        (field, oneof, is_required)
    });
    let (mut all, rest): (Vec<_>, Vec<_>) = members.partition(|(_, _, required)| *required);
    all.extend(rest);
    all
}

fn parameters(
    schema: &Schema,
    messages: &Messages,
    message: &MessageDescriptor,
) -> anyhow::Result<Vec<Parameter>> {
    let parameter = |(field, oneof, required): (FieldDescriptor, Option<OneofDescriptor>, bool)| {
        let (name, ty, default) = match oneof {
            Some(oneof) => (
                names::member(oneof.name()),
                format!("{}?", upper_camel(oneof.name())),
                "nil".to_owned(),
            ),
            None => (
                names::property(&field),
                fields::property_type(&field)?,
                fields::default(schema, &field),
            ),
        };
        let ty = match required {
            true => ty.trim_end_matches('?').to_owned(),
            false => ty,
        };
        Ok(Parameter {
            escaped: names::escaped(&name),
            name,
            ty,
            default: (!required).then_some(default),
        })
    };
    let all = initializer(messages, message).into_iter();
    all.map(parameter).collect()
}

fn member(schema: &Schema, field: &FieldDescriptor) -> anyhow::Result<Member> {
    let name = names::property(field);
    Ok(Member {
        escaped: names::escaped(&name),
        name,
        ty: fields::property_type(field)?,
        doc: schema.field_doc(field),
        keys: fields::keys(field),
        key: format!("{:?}", field.name()),
        secret: is_secret(schema, field),
    })
}

fn oneof_member(schema: &Schema, oneof: &OneofDescriptor) -> Member {
    let name = names::member(oneof.name());
    Member {
        escaped: names::escaped(&name),
        name,
        ty: format!("{}?", upper_camel(oneof.name())),
        doc: oneof_doc(schema, oneof),
        keys: String::new(),
        key: String::new(),
        secret: false,
    }
}

fn oneof_doc(schema: &Schema, oneof: &OneofDescriptor) -> String {
    match schema.comment(oneof) {
        "" => {
            let names = oneof
                .fields()
                .map(|field| format!("`{}`", names::property(&field)));
            format!("At most one of {}.", names.collect::<Vec<_>>().join(", "))
        }
        comment => comment.to_owned(),
    }
}

fn one_of(schema: &Schema, oneof: &OneofDescriptor) -> anyhow::Result<OneOf> {
    let case = |field: FieldDescriptor| {
        let name = names::property(&field);
        Ok(Case {
            escaped: names::escaped(&name),
            name,
            ty: fields::value_type(&field)?,
            doc: schema.field_doc(&field),
            keys: fields::keys(&field),
            key: format!("{:?}", field.name()),
            secret: is_secret(schema, &field),
        })
    };
    let cases = oneof
        .fields()
        .map(case)
        .collect::<anyhow::Result<Vec<_>>>()?;
    let name = upper_camel(oneof.name());
    Ok(OneOf {
        doc: format!("The values of ``{}``.", names::member(oneof.name())),
        name,
        group: format!("{:?}", oneof.name()),
        secret: cases.iter().any(|case| case.secret),
        cases,
    })
}

/// Returns the oneof of a field, unless it only tracks the presence of the field.
pub(super) fn real_oneof(field: &FieldDescriptor) -> Option<OneofDescriptor> {
    field
        .containing_oneof()
        .filter(|oneof| !oneof.is_synthetic())
}
