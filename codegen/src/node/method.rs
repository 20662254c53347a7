//! The methods of a client, as the template `node/method` needs them.

use std::collections::BTreeSet;

use prost_reflect::{FieldDescriptor, MessageDescriptor};
use serde_json::{Value, json};

use super::imports::Imports;
use super::init::Init;
use super::names::camel;
use super::params;
use super::types::{arguments, value};
use crate::layer::model::{Action, Method, ReturnValue};
use crate::layer::params::Accepts;

/// Returns the view of a method. Adds the imports that it needs.
pub(super) fn view(method: &Method, imports: &mut Imports) -> Value {
    let response = response(method);
    let (operation, on_error) = match &method.action {
        Action::Call {
            operation,
            on_error,
            ..
        } => (Some(&operation.key), on_error.as_deref()),
        Action::Pages { operation, .. } => (Some(&operation.key), None),
        Action::Build => (None, None),
    };
    if let Some(function) = on_error {
        imports.functions("../runtime/results", function);
    }
    let params = method.params.iter().map(|param| {
        let mut view = params::view(param, imports);
        view["doc"] = with_camel_case(method, &response, &params::doc(param)).into();
        view
    });
    json!({
        "name": camel(&method.name),
        "doc": with_camel_case(method, &response, &method.doc),
        "params": params.collect::<Vec<_>>(),
        "checks": checks(method, imports),
        "operation": operation,
        "request": imports.schema(&method.request),
        "response": imports.schema(&response),
        "fields": fields(method, imports),
        "outcome": outcome(method, &response, imports),
        "on_error": on_error,
    })
}

fn response(method: &Method) -> MessageDescriptor {
    match &method.action {
        Action::Call { operation, .. } | Action::Pages { operation, .. } => {
            operation.method.output()
        }
        Action::Build => method.request.clone(),
    }
}

/// Returns the result of a method: its `kind`, the `name` of the message, field, function or list
/// of items, and its `type`.
fn outcome(method: &Method, response: &MessageDescriptor, imports: &mut Imports) -> Value {
    let returns = match &method.action {
        Action::Build => {
            let ty = imports.exported_type(response);
            return json!({ "kind": "build", "name": response.name(), "type": ty });
        }
        Action::Pages { items, .. } => {
            let kind = items.kind();
            let item = kind.as_message().map_or("item", MessageDescriptor::name);
            let ty = format!(
                "AsyncGenerator<{}, void, undefined>",
                message_type(items, imports)
            );
            let name = camel(items.name());
            return json!({ "kind": "pages", "name": name, "item": item, "type": ty });
        }
        Action::Call { returns, .. } => returns,
    };
    let (kind, name, ty) = match returns {
        ReturnValue::MessageAndCall | ReturnValue::Message => {
            let ty = imports.exported_type(response);
            ("message", response.name().to_owned(), ty)
        }
        ReturnValue::Field(field) => {
            imports.conversion("responseField");
            ("field", camel(field.name()), message_type(field, imports))
        }
        ReturnValue::OptionalField(field) => {
            let ty = message_type(field, imports) + " | undefined";
            ("optional_field", camel(field.name()), ty)
        }
        ReturnValue::Function(function) => {
            imports.exported_type(response);
            imports.functions("../runtime/results", function);
            let ty = format!("ReturnType<typeof {function}>");
            ("function", function.clone(), ty)
        }
    };
    json!({ "kind": kind, "name": name, "type": format!("Promise<{ty}>") })
}

fn message_type(field: &FieldDescriptor, imports: &mut Imports) -> String {
    let kind = field.kind();
    let message = kind.as_message();
    message.map_or_else(String::new, |message| imports.exported_type(message))
}

/// Returns the checks of required objects and of required sets of arguments.
fn checks(method: &Method, imports: &mut Imports) -> Vec<String> {
    let mut checks = Vec::new();
    for param in &method.params {
        if matches!(param.accepts, Accepts::Group(_)) && !param.presence.can_be_omitted() {
            let name = camel(&param.name);
            checks.push(imports.convert("required", &format!("\"{name}\", {name}")));
        }
    }
    let mut sets: Vec<Vec<&str>> = method
        .required_sets
        .iter()
        .map(|set| set.iter().map(String::as_str).collect())
        .collect();
    if sets.is_empty() {
        let route_params = method.route_params().into_iter();
        sets = route_params
            .map(|param| vec![param.name.as_str()])
            .collect();
    }
    if !sets.is_empty() {
        let sets: Vec<String> = sets.iter().map(|set| required_set(method, set)).collect();
        checks.push(imports.convert("requireOneOf", &format!("{{ {} }}", sets.join(", "))));
    }
    checks
}

/// Returns `"a and b": [options.a, options.b]` for a set of parameters.
fn required_set(method: &Method, names: &[&str]) -> String {
    let arguments = arguments(method);
    let access = |name: &&str| {
        let found = arguments.iter().find(|(_, param)| param.name == *name);
        found.map(|(access, _)| access.clone()).unwrap_or_default()
    };
    let label: Vec<String> = names.iter().map(|name| camel(name)).collect();
    let values: Vec<String> = names.iter().map(access).collect();
    format!("\"{}\": [{}]", label.join(" and "), values.join(", "))
}

/// Returns the fields of the request.
fn fields(method: &Method, imports: &mut Imports) -> Init {
    // In an update, an empty string is a new value. In other requests, and in the fields of an
    // update that identify the updated object, an empty string means that the field is not set.
    let is_update = matches!(
        &method.action,
        Action::Call { operation, .. } if operation.method.name().starts_with("Update")
    );
    let has_message = method.leaves().any(|param| param.fills_message());
    let mut init = Init::default();
    let mut required_parents = BTreeSet::new();
    for (access, param) in arguments(method) {
        let Some(path) = &param.path else { continue };
        let keeps_empty = is_update && (!has_message || path.contains('.'));
        let value = value(param, &access, keeps_empty, imports);
        let field = path.split(['[', '{']).next().unwrap_or(path);
        init.set(&method.request, field, value, !param.nullable(), imports);
        required_parents.extend(&param.required_parents);
    }
    for parent in required_parents {
        init.require(parent);
    }
    init.finish(imports);
    init
}

/// Converts the field names of the request and the response in a text: `next_page_token` →
/// `nextPageToken`.
fn with_camel_case(method: &Method, response: &MessageDescriptor, text: &str) -> String {
    let fields = method.request.fields().chain(response.fields());
    fields.fold(text.to_owned(), |text, field| {
        let (from, to) = (field.name(), camel(field.name()));
        text.replace(&format!("`{from}`"), &format!("`{to}`"))
    })
}
