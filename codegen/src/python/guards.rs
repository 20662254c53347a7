//! Checks across several arguments of a method, and the error messages of a module.

use super::text::{Source, string};
use crate::faces::face::Presence;
use crate::faces::params::Param;
use crate::faces::plan::{Client, Messages, Method};

const MISSING: &str = "_MISSING";
const INVALID: &str = "_INVALID";

/// The tables of error messages that a client's module defines, each with a blank line before it.
pub(super) fn tables(client: &Client) -> String {
    let mut source = Source::default();
    let Messages { missing, invalid } = &client.messages;
    for (name, messages) in [(MISSING, missing), (INVALID, invalid)] {
        if messages.is_empty() {
            continue;
        }
        source.blank(1);
        let items: Vec<String> = messages
            .iter()
            .map(|(parameter, message)| format!("{}: {}", string(parameter), string(message)))
            .collect();
        source.braces(0, &format!("{name} = "), &items);
    }
    source.finish()
}

/// The arguments that hand these tables to the `Arguments` of a method.
pub(super) fn arguments(messages: &Messages, method: &Method) -> Vec<String> {
    let required = |param: &&Param| matches!(param.presence, Presence::Required);
    let mut names: Vec<String> = method
        .leaves()
        .filter(required)
        .map(|param| param.name.clone())
        .chain(method.needs.iter().flatten().cloned())
        .collect();
    let choice: Vec<&str> = method
        .alternatives()
        .iter()
        .map(|param| param.name.as_str())
        .collect();
    if !choice.is_empty() {
        names.push(choice.join(" or "));
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

/// Writes the checks that come before the request is filled.
pub(super) fn write_needs(body: &mut Source, method: &Method) {
    let set = |names: &[String]| {
        let pairs: Vec<String> = names.iter().map(|name| format!("\"{name}\": {name}")).collect();
        format!("{{{}}}", pairs.join(", "))
    };
    let sets: Vec<String> = method.needs.iter().map(|names| set(names)).collect();
    if !sets.is_empty() {
        body.call(2, "args.needs", &sets, "");
    }
    // These fill only the request of the first step, so its check would name that step's operation.
    let unfilled = |param: &&Param| param.path.is_none() && !param.presence.omissible();
    for param in method.params.iter().filter(unfilled) {
        body.call(2, "args.needs", &[set(std::slice::from_ref(&param.name))], "");
    }
}

/// Writes the checks that come after the request is filled.
pub(super) fn write_refusals(body: &mut Source, method: &Method) {
    for (path, message) in &method.refuse {
        body.call(2, "args.unset", &[string(path), string(message)], "");
    }
}
