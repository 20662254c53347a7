//! Enums with a case for unknown values.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::ensure;
use prost_reflect::{EnumDescriptor, EnumValueDescriptor};
use serde::Serialize;

use super::{names, templates};
use crate::Schema;
use crate::schema::name_as_sentence;

#[derive(Serialize)]
struct Enum {
    name: String,
    doc: String,
    cases: Vec<Case>,
    /// Other names of the cases.
    aliases: Vec<Alias>,
}

#[derive(Serialize)]
struct Case {
    escaped: String,
    doc: String,
    name: String,
    number: i32,
}

#[derive(Serialize)]
struct Alias {
    name: String,
    case: String,
}

/// Returns the code of an enum.
pub(super) fn code(schema: &Schema, values: &EnumDescriptor) -> anyhow::Result<String> {
    let mut by_number: BTreeMap<i32, Vec<EnumValueDescriptor>> = BTreeMap::new();
    for value in schema.values(values) {
        by_number.entry(value.number()).or_default().push(value);
    }
    let mut view = Enum {
        name: names::enumeration(values),
        doc: match schema.comment(values) {
            "" => name_as_sentence(values.name()),
            comment => comment.to_owned(),
        },
        cases: Vec::new(),
        aliases: Vec::new(),
    };
    let mut cases = BTreeSet::from(["unknown".to_owned()]);
    for (number, named) in &by_number {
        // If a number has several names, the first one determines the case.
        let case = names::case(values, &named[0]);
        ensure!(
            cases.insert(case.clone()),
            "{}: two values have the case {case}",
            values.full_name()
        );
        let mut comments = named.iter().map(|value| schema.comment(value));
        let doc = comments.find(|comment| !comment.is_empty());
        view.cases.push(Case {
            escaped: names::escaped(&case),
            doc: doc.map_or_else(|| name_as_sentence(named[0].name()), str::to_owned),
            name: named[0].name().to_owned(),
            number: *number,
        });
        view.aliases.extend(named[1..].iter().map(|alias| Alias {
            name: alias.name().to_owned(),
            case: names::escaped(&case),
        }));
    }
    templates::render("enum.swift", view)
}
