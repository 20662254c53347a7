//! The methods of each operation.

use std::collections::BTreeMap;

use super::model::{Action, Client};

/// Returns the methods of each operation as `attribute.method`, the most direct one first. `spell`
/// converts the name of a method to the conventions of the language.
pub(crate) fn methods_by_operation(
    clients: &[Client],
    spell: impl Fn(&str) -> String,
) -> BTreeMap<&str, Vec<String>> {
    let mut ranked: BTreeMap<&str, Vec<(usize, String)>> = BTreeMap::new();
    for client in clients {
        let mut add = |operation, rank, method: &str| {
            let name = format!("{}.{}", client.attribute, spell(method));
            ranked.entry(operation).or_default().push((rank, name));
        };
        for method in &client.methods {
            match &method.action {
                Action::Call {
                    operation, steps, ..
                } => {
                    add(&operation.key, usize::from(steps.is_some()), &method.name);
                }
                Action::Pages { operation, .. } => add(&operation.key, 2, &method.name),
                Action::Build => {}
            }
        }
        for method in &client.handwritten {
            for operation in &method.operations {
                add(operation, 3, &method.name);
            }
        }
    }
    let sorted = |(operation, mut methods): (_, Vec<(usize, String)>)| {
        methods.sort_by_key(|(rank, _)| *rank);
        (
            operation,
            methods.into_iter().map(|(_, name)| name).collect(),
        )
    };
    ranked.into_iter().map(sorted).collect()
}

/// Returns the most direct method of each operation.
pub(crate) fn first_methods(
    clients: &[Client],
    spell: impl Fn(&str) -> String,
) -> BTreeMap<String, String> {
    methods_by_operation(clients, spell)
        .into_iter()
        .filter_map(|(operation, methods)| {
            Some((operation.to_owned(), methods.into_iter().next()?))
        })
        .collect()
}
