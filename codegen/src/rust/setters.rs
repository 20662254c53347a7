//! Constructors and setters of input messages.

use prost_reflect::{FieldDescriptor, MessageDescriptor};
use serde::Serialize;

use super::messages::{Member, is_boxed, one_of_name};
use super::module::Module;
use super::types::{RustField, Shape};
use super::variant_name;
use crate::schema::snake_case;

/// The constructor, with a parameter for each required field.
#[derive(Serialize)]
pub(super) struct NewView {
    params: Vec<SetterView>,
}

/// A parameter of the constructor, or a setter.
#[derive(Serialize)]
pub(super) struct SetterView {
    name: String,
    doc: String,
    /// Type of the parameter.
    ty: String,
    /// Field of the struct.
    field: String,
    /// Value of the field.
    expr: String,
    /// The setter has the name of a method of an operator, as the claim `sub` has.
    like_operator: bool,
}

/// Returns the constructor and the setters of an input message.
pub(super) fn builder(
    name: &str,
    message: &MessageDescriptor,
    members: &[Member],
    module: &Module<'_>,
) -> (Option<NewView>, Vec<SetterView>) {
    let required = module.context.api.messages.required(message);
    let schema = module.context.schema;
    let (mut params, mut setters) = (Vec::new(), Vec::new());
    for member in members {
        match member {
            Member::Field(descriptor, field) => {
                let setter = of_field(schema.field_doc(descriptor), field);
                if required.contains(descriptor) {
                    params.push(setter);
                } else if !schema.is_deprecated(descriptor) {
                    setters.push(setter);
                }
            }
            Member::OneOf(oneof, fields) => {
                let ty = one_of_name(name, oneof);
                for (descriptor, field) in fields {
                    let setter = of_field(schema.field_doc(descriptor), field);
                    setters.push(SetterView {
                        field: snake_case(oneof.name()),
                        expr: of_variant(&ty, descriptor, field),
                        ..setter
                    });
                }
            }
        }
    }
    (Some(NewView { params }), setters)
}

fn of_field(doc: String, field: &RustField) -> SetterView {
    let (ty, value) = parameter(field);
    SetterView {
        like_operator: ["add", "div", "mul", "neg", "not", "sub"].contains(&field.name.as_str()),
        name: field.name.clone(),
        doc,
        ty,
        field: field.name.clone(),
        expr: match field.shape {
            Shape::Optional => format!("Some({value})"),
            _ => value,
        },
    }
}

fn of_variant(one_of: &str, descriptor: &FieldDescriptor, field: &RustField) -> String {
    let (_, value) = parameter(field);
    let value = match is_boxed(descriptor) {
        true => format!("Box::new({value})"),
        false => value,
    };
    format!(
        "Some({one_of}::{}({value}))",
        variant_name(&field.proto_name)
    )
}

/// Returns the type of a parameter for a field, and the conversion to the field's value.
fn parameter(field: &RustField) -> (String, String) {
    let (name, value) = (&field.name, field.value.as_str());
    let converted = |ty: &str| {
        matches!(
            ty,
            "String" | "Timestamp" | "FieldMask" | "Value" | "Vec<u8>"
        )
    };
    let item = match converted(value) {
        true => format!("impl Into<{value}>"),
        false => value.to_owned(),
    };
    match field.shape {
        Shape::Single | Shape::Optional if value == "Map<String, Value>" => (
            "impl IntoIterator<Item = (impl Into<String>, impl Into<Value>)>".to_owned(),
            format!("{name}.into_iter().map(|(key, value)| (key.into(), value.into())).collect()"),
        ),
        Shape::Single | Shape::Optional if value == "Vec<Value>" => (
            "impl IntoIterator<Item = impl Into<Value>>".to_owned(),
            format!("{name}.into_iter().map(Into::into).collect()"),
        ),
        Shape::Single | Shape::Optional if converted(value) => (item, format!("{name}.into()")),
        Shape::Single | Shape::Optional => (item, name.clone()),
        Shape::List if converted(value) => (
            format!("impl IntoIterator<Item = {item}>"),
            format!("{name}.into_iter().map(Into::into).collect()"),
        ),
        Shape::List => (
            format!("impl IntoIterator<Item = {item}>"),
            format!("{name}.into_iter().collect()"),
        ),
        Shape::Map => {
            let into = if converted(value) { ".into()" } else { "" };
            (
                format!("impl IntoIterator<Item = (impl Into<String>, {item})>"),
                format!(
                    "{name}.into_iter().map(|(key, value)| (key.into(), value{into})).collect()"
                ),
            )
        }
    }
}
