//! Enums, as invocations of the core's `proto_enum!`.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::ensure;
use prost_reflect::{EnumDescriptor, EnumValueDescriptor};
use serde::Serialize;

use crate::schema::{Schema, name_as_sentence, upper_camel};

/// An enum.
#[derive(Serialize)]
pub(super) struct EnumView {
    name: String,
    doc: String,
    variants: Vec<VariantView>,
}

#[derive(Serialize)]
struct VariantView {
    name: String,
    doc: String,
    number: i32,
    /// Names in JSON. The first one is written.
    names: Vec<String>,
}

pub(super) fn view(schema: &Schema, values: &EnumDescriptor) -> anyhow::Result<EnumView> {
    let mut by_number: BTreeMap<i32, Vec<EnumValueDescriptor>> = BTreeMap::new();
    for value in schema.values(values) {
        by_number.entry(value.number()).or_default().push(value);
    }
    ensure!(
        by_number.first_key_value().map(|(&number, _)| number) == Some(0),
        "{}: the first value must have the number 0",
        values.full_name()
    );
    let variants: Vec<VariantView> = by_number
        .iter()
        .map(|(&number, aliases)| VariantView {
            // If a number has several names, the first one determines the variant.
            name: variant(values, &aliases[0]),
            doc: aliases
                .iter()
                .map(|value| schema.comment(value))
                .find(|comment| !comment.is_empty())
                .map_or_else(|| name_as_sentence(aliases[0].name()), str::to_owned),
            number,
            names: aliases
                .iter()
                .map(|value| value.name().to_owned())
                .collect(),
        })
        .collect();
    let unique: BTreeSet<&String> = variants.iter().map(|variant| &variant.name).collect();
    ensure!(
        unique.len() == variants.len(),
        "{}: two values have the same variant",
        values.full_name()
    );
    Ok(EnumView {
        name: values.name().to_owned(),
        doc: match schema.comment(values) {
            "" => name_as_sentence(values.name()),
            comment => comment.to_owned(),
        },
        variants,
    })
}

/// Returns the name of a variant: the value's name without the enum's name as prefix. For the zero
/// value `…_UNSPECIFIED`, it is `Unspecified`.
pub(crate) fn variant(values: &EnumDescriptor, value: &EnumValueDescriptor) -> String {
    let name = upper_camel(value.name());
    if value.number() == 0 && name.ends_with("Unspecified") {
        return "Unspecified".to_owned();
    }
    let short = name
        .strip_prefix(&upper_camel(values.name()))
        .filter(|rest| rest.starts_with(char::is_alphabetic));
    short.map_or(name.clone(), str::to_owned)
}
