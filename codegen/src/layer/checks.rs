//! Checks that the configuration matches the methods.

use std::collections::BTreeSet;

use anyhow::ensure;

use super::config::ClientConfig;
use super::model::Method;
use super::params::{Param, fields_along};

/// Checks the methods of a client and their configuration.
pub(super) fn check_methods(methods: &[Method]) -> anyhow::Result<()> {
    ensure!(!methods.is_empty(), "the client has no methods");
    let mut names = BTreeSet::new();
    for method in methods {
        ensure!(
            names.insert(&method.name),
            "two methods have the name {}",
            method.name
        );
        check_order(method)?;
        for name in method.required_sets.iter().flatten() {
            ensure!(
                has_param(method, name),
                "method {}: required_sets: the method has no parameter {name}",
                method.name
            );
        }
        for path in method.rejected_fields.keys() {
            ensure!(
                fields_along(&method.request, path).is_ok(),
                "method {}: rejected_fields: the request has no field {path}",
                method.name
            );
        }
    }
    Ok(())
}

/// Checks that each error message of a client is for a parameter of one of its methods.
pub(super) fn check_error_messages(
    client: &ClientConfig,
    methods: &[Method],
) -> anyhow::Result<()> {
    let known = |name: &str| methods.iter().any(|method| has_param(method, name));
    for (key, messages) in [("missing", &client.missing), ("invalid", &client.invalid)] {
        for params in messages.keys() {
            ensure!(
                params == "*" || params.split(" or ").all(known),
                "{key}: no method has the parameter {params}"
            );
        }
    }
    Ok(())
}

/// No language allows a positional parameter without a default after one with a default.
fn check_order(method: &Method) -> anyhow::Result<()> {
    let positional = method.params.iter().filter(|param| !param.keyword_only);
    ensure!(
        positional.is_sorted_by_key(|param| param.presence.can_be_omitted()),
        "method {}: a parameter without a default follows a parameter with one",
        method.name
    );
    Ok(())
}

fn has_param(method: &Method, name: &str) -> bool {
    method.leaves().any(|param: &Param| param.name == name)
}
