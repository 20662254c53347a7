//! Enums: classes with a constant for each value, which also hold unknown values.

use std::collections::BTreeMap;

use prost_reflect::{EnumDescriptor, EnumValueDescriptor};
use serde::Serialize;

use super::{constant, docs};
use crate::schema::{Schema, name_as_sentence};

/// An enum.
#[derive(Serialize)]
pub(super) struct Enum {
    name: String,
    doc: Vec<String>,
    values: Vec<Value>,
}

/// A value of an enum.
#[derive(Serialize)]
struct Value {
    constant: String,
    doc: Vec<String>,
    name: String,
    number: i32,
    aliases: Vec<String>,
}

/// Returns the model of an enum.
pub(super) fn of(schema: &Schema, values: &EnumDescriptor) -> anyhow::Result<Enum> {
    let doc = match schema.comment(values) {
        "" => name_as_sentence(values.name()),
        comment => comment.to_owned(),
    };
    let mut by_number: BTreeMap<i32, Vec<EnumValueDescriptor>> = BTreeMap::new();
    for value in schema.values(values) {
        by_number.entry(value.number()).or_default().push(value);
    }
    let value = |(number, names): (i32, Vec<EnumValueDescriptor>)| {
        let mut comments = names.iter().map(|value| schema.comment(value));
        let comment = comments.find(|comment| !comment.is_empty());
        let doc = comment.map_or_else(|| name_as_sentence(names[0].name()), str::to_owned);
        Value {
            constant: constant_of(values, &names[0]),
            doc: docs::lines(&doc, 8),
            name: names[0].name().to_owned(),
            number,
            aliases: names[1..]
                .iter()
                .map(|value| value.name().to_owned())
                .collect(),
        }
    };
    Ok(Enum {
        name: values.name().to_owned(),
        doc: docs::lines(&doc, 0),
        values: by_number.into_iter().map(value).collect(),
    })
}

/// Returns the name of the constant of the value 0.
pub(super) fn zero(schema: &Schema, values: &EnumDescriptor) -> String {
    let mut all = schema.values(values).into_iter();
    all.find(|value| value.number() == 0)
        .map_or_else(String::new, |value| constant_of(values, &value))
}

/// Returns the name of the constant of a value, without the name of the enum.
pub(super) fn constant_of(values: &EnumDescriptor, value: &EnumValueDescriptor) -> String {
    constant(&crate::rust::variant(values, value))
}
