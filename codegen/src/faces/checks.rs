//! Checks that the entries of a face fit the methods they belong to.

use anyhow::ensure;

use super::face::ClientEntry;
use super::params::{Param, walk};
use super::plan::Method;

/// Checks one method of a client.
pub(super) fn method(method: &Method) -> anyhow::Result<()> {
    order(method)?;
    for name in method.needs.iter().flatten() {
        ensure!(
            method.leaves().any(|param| param.name == *name),
            "{} has no parameter {name} to need",
            method.name
        );
    }
    for path in method.refuse.keys() {
        ensure!(
            walk(&method.request, path).is_ok(),
            "the request of {} has no field {path} to refuse",
            method.name
        );
    }
    Ok(())
}

/// Checks that the error messages of a client belong to parameters that its methods have.
pub(super) fn messages(client: &ClientEntry, methods: &[Method]) -> anyhow::Result<()> {
    for key in client.missing.keys().chain(client.invalid.keys()) {
        let known = |name: &str| {
            let named = |param: &Param| param.name == name;
            methods.iter().any(|method| method.leaves().any(named))
        };
        ensure!(
            key == "*" || key.split(" or ").all(known),
            "no method has the parameter {key} of an error message"
        );
    }
    Ok(())
}

/// Checks that no parameter without a default follows one with a default, keyword-only ones
/// excepted.
fn order(method: &Method) -> anyhow::Result<()> {
    let positional = method.params.iter().filter(|param| !param.keyword_only);
    let defaults: Vec<bool> = positional.map(|param| param.presence.omissible()).collect();
    ensure!(
        defaults.is_sorted(),
        "{} has a parameter without a default after one with",
        method.name
    );
    Ok(())
}
