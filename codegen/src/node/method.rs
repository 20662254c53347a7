//! The methods of a client, as the template `node/method` needs them.

use std::collections::BTreeSet;

use prost_reflect::{FieldDescriptor, MessageDescriptor};
use serde::Serialize;

use super::imports::Imports;
use super::init::Init;
use super::names::camel;
use super::params::ParamView;
use super::types::{arguments, value};
use crate::layer::model::{Action, Method, ReturnValue};
use crate::layer::params::Accepts;

#[derive(Serialize)]
pub(super) struct MethodView {
    pub(super) name: String,
    doc: String,
    pub(super) params: Vec<ParamView>,
    /// Expressions that throw if arguments are missing.
    checks: Vec<String>,
    /// The operation; empty if the method only builds a message.
    operation: String,
    /// The expressions for the schemas of the request and the response.
    request: String,
    response: String,
    fields: Init,
    outcome: Outcome,
    on_error: Option<String>,
}

/// The result of a method.
#[derive(Serialize)]
struct Outcome {
    /// `build`, `message`, `field`, `optional_field`, `function` or `pages`.
    kind: &'static str,
    /// The name of the message, field, function or list of items.
    name: String,
    /// The message of an item.
    item: String,
    r#type: String,
}

/// Returns the view of a method. Adds the imports that it needs.
pub(super) fn view(method: &Method, imports: &mut Imports) -> MethodView {
    let response = response(method);
    let (operation, on_error) = match &method.action {
        Action::Call {
            operation,
            on_error,
            ..
        } => (operation.key.clone(), on_error.clone()),
        Action::Pages { operation, .. } => (operation.key.clone(), None),
        Action::Build => (String::new(), None),
    };
    if let Some(function) = &on_error {
        imports.functions("../runtime/results", function);
    }
    let in_camel_case = |text: &str| with_camel_case(method, &response, text);
    MethodView {
        name: camel(&method.name),
        doc: in_camel_case(&method.doc),
        params: method
            .params
            .iter()
            .map(|param| ParamView::new(param, imports).with_doc(in_camel_case))
            .collect(),
        checks: checks(method, imports),
        operation,
        request: imports.schema(&method.request),
        response: imports.schema(&response),
        fields: fields(method, imports),
        outcome: outcome(method, &response, imports),
        on_error,
    }
}

fn response(method: &Method) -> MessageDescriptor {
    match &method.action {
        Action::Call { operation, .. } | Action::Pages { operation, .. } => {
            operation.method.output()
        }
        Action::Build => method.request.clone(),
    }
}

fn outcome(method: &Method, response: &MessageDescriptor, imports: &mut Imports) -> Outcome {
    let result = |kind, name: &str, ty| Outcome {
        kind,
        name: name.to_owned(),
        item: String::new(),
        r#type: format!("Promise<{ty}>"),
    };
    let returns = match &method.action {
        Action::Build => {
            let r#type = imports.exported_type(response);
            return Outcome {
                r#type,
                ..result("build", response.name(), String::new())
            };
        }
        Action::Pages { items, .. } => return pages(items, imports),
        Action::Call { returns, .. } => returns,
    };
    match returns {
        ReturnValue::MessageAndCall | ReturnValue::Message => {
            result("message", response.name(), imports.exported_type(response))
        }
        ReturnValue::Field(field) => {
            imports.conversion("responseField");
            result("field", &camel(field.name()), message_type(field, imports))
        }
        ReturnValue::OptionalField(field) => {
            let ty = message_type(field, imports) + " | undefined";
            result("optional_field", &camel(field.name()), ty)
        }
        ReturnValue::Function(function) => {
            imports.exported_type(response);
            imports.functions("../runtime/results", function);
            result(
                "function",
                function,
                format!("ReturnType<typeof {function}>"),
            )
        }
    }
}

fn pages(items: &FieldDescriptor, imports: &mut Imports) -> Outcome {
    let kind = items.kind();
    let item = message_type(items, imports);
    Outcome {
        kind: "pages",
        name: camel(items.name()),
        item: kind
            .as_message()
            .map_or("item", MessageDescriptor::name)
            .to_owned(),
        r#type: format!("AsyncGenerator<{item}, void, undefined>"),
    }
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
