//! Checks across several arguments of a method, and the error messages of a client.

use super::text::{Source, string};
use crate::layer::model::{Client, ErrorMessages, Method};
use crate::layer::params::{Param, Presence};

const MISSING: &str = "_MISSING";
const INVALID: &str = "_INVALID";

/// Returns the tables of error messages for a client's module, each with a blank line before it.
pub(super) fn tables(client: &Client) -> String {
    let mut source = Source::default();
    let ErrorMessages { missing, invalid } = &client.error_messages;
    for (name, messages) in [(MISSING, missing), (INVALID, invalid)] {
        if messages.is_empty() {
            continue;
        }
        source.blank(1);
        let items: Vec<String> = messages
            .iter()
            .map(|(param, message)| format!("{}: {}", string(param), string(message)))
            .collect();
        source.braces(0, &format!("{name} = "), &items);
    }
    source.finish()
}

/// Returns the arguments of `Arguments(...)` for the tables that apply to a method.
pub(super) fn arguments(messages: &ErrorMessages, method: &Method) -> Vec<String> {
    let required = |param: &&Param| matches!(param.presence, Presence::Required);
    let mut names: Vec<String> = method
        .leaves()
        .filter(required)
        .map(|param| param.name.clone())
        .chain(method.required_sets.iter().flatten().cloned())
        .collect();
    let route_params: Vec<&str> = method
        .route_params()
        .iter()
        .map(|param| param.name.as_str())
        .collect();
    if !route_params.is_empty() {
        names.push(route_params.join(" or "));
    }
    let missing = |key: &String| names.contains(key) || (key == "*" && !names.is_empty());
    let invalid = |key: &String| method.leaves().any(|param| param.name == *key);
    let mut arguments = Vec::new();
    if messages.missing.keys().any(missing) {
        arguments.push(format!("missing={MISSING}"));
    }
    if messages.invalid.keys().any(invalid) {
        arguments.push(format!("invalid={INVALID}"));
    }
    arguments
}

/// Writes the checks that run before the request is filled.
pub(super) fn write_required_sets(body: &mut Source, method: &Method) {
    let set = |names: &[String]| {
        let pairs: Vec<String> = names
            .iter()
            .map(|name| format!("\"{name}\": {name}"))
            .collect();
        format!("{{{}}}", pairs.join(", "))
    };
    let sets: Vec<String> = method
        .required_sets
        .iter()
        .map(|names| set(names))
        .collect();
    if !sets.is_empty() {
        body.call(2, "args.needs", &sets, "");
    }
    // These parameters fill only the request of the first call. Without a check here, the error
    // would name the operation of the first call.
    let fills_no_field = |param: &&Param| param.path.is_none() && !param.presence.can_be_omitted();
    for param in method.params.iter().filter(fills_no_field) {
        body.call(
            2,
            "args.needs",
            &[set(std::slice::from_ref(&param.name))],
            "",
        );
    }
}

/// Writes the checks that run after the request is filled.
pub(super) fn write_rejected_fields(body: &mut Source, method: &Method) {
    for (path, message) in &method.rejected_fields {
        body.call(2, "args.unset", &[string(path), string(message)], "");
    }
}
