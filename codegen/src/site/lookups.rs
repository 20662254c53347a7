//! Lookups in the whole schema: the titles of the files, the methods of the operations in all
//! languages, and the types that operations use.

use std::collections::{BTreeMap, BTreeSet};

use prost_reflect::{Kind, MessageDescriptor};

use super::{title, well_known};
use crate::resources::Api;
use crate::{Schema, kotlin, node, python, swift};

/// Returns the titles of the files with operations: the names of their first resources.
pub(super) fn titles(schema: &Schema) -> anyhow::Result<BTreeMap<String, String>> {
    let mut titles = BTreeMap::new();
    for resource in &Api::load(schema)?.resources {
        let file = resource.service.parent_file().name().to_owned();
        titles
            .entry(file)
            .or_insert_with(|| title(&resource.accessor));
    }
    Ok(titles)
}

/// The methods of each operation, as pairs of language and name.
pub(super) type Methods = BTreeMap<String, Vec<(&'static str, String)>>;

/// Returns the methods of each operation in all languages.
pub(super) fn methods(schema: &Schema) -> anyhow::Result<Methods> {
    let mut methods = Methods::new();
    for (language, found) in [
        ("Python", python::methods(schema)?),
        ("Node", node::methods(schema)?),
    ] {
        for (operation, name) in found {
            let name = format!("client.{name}");
            methods.entry(operation).or_default().push((language, name));
        }
    }
    let api = Api::load(schema)?;
    let primary = api
        .methods()
        .filter(|(_, method)| method.variant_of.is_none());
    for (resource, method) in primary {
        let (accessor, name) = (&resource.accessor, &method.name);
        let camel =
            |spell: fn(&str) -> String| format!("client.{}.{}", spell(accessor), spell(name));
        methods
            .entry(method.operation.key.clone())
            .or_default()
            .extend([
                ("Rust", format!("client.{accessor}().{name}")),
                ("Kotlin and Java", camel(kotlin::lower_camel)),
                ("Swift", camel(swift::names::member)),
            ]);
    }
    Ok(methods)
}

/// Returns the full names of the types in the fields of all requests and responses.
pub(super) fn used_types(schema: &Schema) -> anyhow::Result<BTreeSet<String>> {
    let mut used = BTreeSet::new();
    for operation in schema.operations()? {
        add_types(&operation.method.input(), &mut used);
        add_types(&operation.method.output(), &mut used);
    }
    Ok(used)
}

fn add_types(message: &MessageDescriptor, used: &mut BTreeSet<String>) {
    for field in message.fields() {
        match field.kind() {
            Kind::Message(inner)
                if well_known(inner.full_name()).is_none()
                    && (inner.is_map_entry() || used.insert(inner.full_name().to_owned())) =>
            {
                add_types(&inner, used);
            }
            Kind::Enum(values) => {
                used.insert(values.full_name().to_owned());
            }
            _ => {}
        }
    }
}
