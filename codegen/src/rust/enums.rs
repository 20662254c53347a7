//! Enums, as invocations of the core's `proto_enum!`.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::ensure;
use prost_reflect::{EnumDescriptor, EnumValueDescriptor};

use super::{Body, docs};
use crate::schema::{Schema, name_as_sentence, upper_camel};

pub(super) fn add(schema: &Schema, values: &EnumDescriptor, body: &mut Body) -> anyhow::Result<()> {
    let doc = match schema.comment(values) {
        "" => name_as_sentence(values.name()),
        comment => comment.to_owned(),
    };
    let mut by_number: BTreeMap<i32, Vec<EnumValueDescriptor>> = BTreeMap::new();
    for value in schema.values(values) {
        by_number.entry(value.number()).or_default().push(value);
    }
    ensure!(
        by_number.first_key_value().map(|(&number, _)| number) == Some(0),
        "{}: the first value must have the number 0",
        values.full_name()
    );
    body.uses.insert("crate::types::proto_enum");
    body.code.push_str(&format!(
        "\nproto_enum! {{\n{}    pub enum {} {{\n",
        docs::item(&doc, 4),
        values.name()
    ));
    let mut variants = BTreeSet::new();
    for (number, aliases) in &by_number {
        // If a number has several names, the first one determines the variant.
        let variant = variant(values, &aliases[0]);
        ensure!(
            variants.insert(variant.clone()),
            "{}: two values have the variant {variant}",
            values.full_name()
        );
        let doc = aliases
            .iter()
            .map(|value| schema.comment(value))
            .find(|comment| !comment.is_empty());
        let doc = doc.map_or_else(|| name_as_sentence(aliases[0].name()), str::to_owned);
        let names: Vec<String> = aliases
            .iter()
            .map(|value| format!("{:?}", value.name()))
            .collect();
        body.code.push_str(&docs::item(&doc, 8));
        body.code.push_str(&format!(
            "        {variant} = {number} => {},\n",
            names.join(" | ")
        ));
    }
    body.code.push_str("    }\n}\n");
    Ok(())
}

/// Returns the name of a variant: the value's name without the enum's name as prefix. For the zero
/// value `…_UNSPECIFIED`, it is `Unspecified`.
fn variant(values: &EnumDescriptor, value: &EnumValueDescriptor) -> String {
    let name = upper_camel(value.name());
    if value.number() == 0 && name.ends_with("Unspecified") {
        return "Unspecified".to_owned();
    }
    let short = name
        .strip_prefix(&upper_camel(values.name()))
        .filter(|rest| rest.starts_with(char::is_alphabetic));
    short.map_or(name.clone(), str::to_owned)
}
