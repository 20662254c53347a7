//! Enums: invocations of the core's `proto_enum!`.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::ensure;
use prost_reflect::{EnumDescriptor, EnumValueDescriptor};

use super::{Body, docs};
use crate::schema::{Schema, described, upper_camel};

pub(super) fn add(schema: &Schema, values: &EnumDescriptor, body: &mut Body) -> anyhow::Result<()> {
    let about = match schema.comment(values) {
        "" => described(values.name()),
        comment => comment.to_owned(),
    };
    let mut by_number: BTreeMap<i32, Vec<EnumValueDescriptor>> = BTreeMap::new();
    for value in schema.values(values) {
        by_number.entry(value.number()).or_default().push(value);
    }
    ensure!(
        by_number.first_key_value().map(|(&number, _)| number) == Some(0),
        "{}: 0 is first",
        values.full_name()
    );
    body.uses.insert("crate::types::proto_enum");
    body.code.push_str(&format!(
        "\nproto_enum! {{\n{}    pub enum {} {{\n",
        docs::item(&about, 4),
        values.name()
    ));
    let mut taken = BTreeSet::new();
    for (number, same) in &by_number {
        // With several names for a number, the first declared one is written.
        let variant = variant(values, &same[0]);
        ensure!(
            taken.insert(variant.clone()),
            "{} has {variant} twice",
            values.full_name()
        );
        let about = same
            .iter()
            .map(|value| schema.comment(value))
            .find(|comment| !comment.is_empty());
        let about = about.map_or_else(|| described(same[0].name()), str::to_owned);
        let names: Vec<String> = same.iter().map(|value| format!("{:?}", value.name())).collect();
        body.code.push_str(&docs::item(&about, 8));
        body.code.push_str(&format!(
            "        {variant} = {number} => {},\n",
            names.join(" | ")
        ));
    }
    body.code.push_str("    }\n}\n");
    Ok(())
}

/// The variant's name: without the enum's own name in front, and `Unspecified` for every zero that
/// says so.
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
