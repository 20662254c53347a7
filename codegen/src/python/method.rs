//! The methods of a client, as the template `python/method` needs them.

use prost_reflect::{FieldDescriptor, MessageDescriptor};
use serde_json::{Value, json};

use super::docs;
use super::imports::ModuleImports;
use super::types::hint;
use crate::layer::model::{Action, ErrorMessages, Method, ReturnValue, Steps};
use crate::layer::params::{Param, Presence};

/// Returns the view of a method. Adds the imports that it needs.
pub(super) fn view(
    method: &Method,
    messages: &ErrorMessages,
    imports: &mut ModuleImports,
) -> Value {
    let signature = signature(method, |param| {
        let hint = hint(param);
        imports.any |= hint.contains("Any");
        hint
    });
    let (operation, response) = match &method.action {
        Action::Call { operation, .. } | Action::Pages { operation, .. } => {
            let response = imports.class(&operation.method.output());
            (&operation.key, Some(response))
        }
        // Error messages contain the name of the method.
        Action::Build => (&method.name, None),
    };
    let (mask, steps, on_error) = match &method.action {
        Action::Call {
            mask,
            steps,
            on_error,
            ..
        } => {
            let steps = steps
                .as_ref()
                .map(|steps| first_call(method, steps, imports));
            (mask.as_deref(), steps, on_error.as_deref())
        }
        _ => (None, None, None),
    };
    if on_error.is_some() {
        imports.helper("failures");
    }
    let args = method
        .params
        .iter()
        .map(|param| docs::describe(method, param));
    json!({
        "name": method.name,
        "is_static": matches!(method.action, Action::Build),
        "signature": signature,
        "doc": method.doc,
        "args": args.collect::<Vec<_>>(),
        "raises": method.raises,
        "operation": operation,
        "request": imports.class(&method.request),
        "response": response,
        "uses_missing": uses_missing(messages, method),
        "uses_invalid": uses_invalid(messages, method),
        "holds": holds(method),
        "prefer": method.prefer,
        "required_sets": method.required_sets,
        "only_first": only_first(method),
        "filled": filled(method),
        "one_of": names(&method.route_params()),
        "rejected_fields": method.rejected_fields,
        "mask": mask,
        "masked": masked(method),
        "steps": steps,
        "on_error": on_error,
        "outcome": outcome(method, imports),
    })
}

/// Returns the parameters of a definition, with a star before the keyword-only ones.
pub(super) fn signature(method: &Method, mut ty: impl FnMut(&Param) -> String) -> Vec<String> {
    let mut items = Vec::new();
    if !matches!(method.action, Action::Build) {
        items.push("self".to_owned());
    }
    let mut has_star = false;
    for param in &method.params {
        if param.keyword_only && !has_star {
            items.push("*".to_owned());
            has_star = true;
        }
        let (name, ty) = (&param.name, ty(param));
        items.push(match &param.presence {
            Presence::Optional => format!("{name}: {ty} = None"),
            Presence::Default(literal) => format!("{name}: {ty} = {literal}"),
            _ => format!("{name}: {ty}"),
        });
    }
    items
}

fn names<'a>(params: &[&'a Param]) -> Vec<&'a str> {
    params.iter().map(|param| param.name.as_str()).collect()
}

/// Returns `true` if an error message for missing arguments applies to the method.
fn uses_missing(messages: &ErrorMessages, method: &Method) -> bool {
    let required = method
        .leaves()
        .filter(|param| param.presence == Presence::Required)
        .map(|param| &param.name);
    let mut names: Vec<String> = required
        .chain(method.required_sets.iter().flatten())
        .cloned()
        .collect();
    let route_params = self::names(&method.route_params());
    if !route_params.is_empty() {
        names.push(route_params.join(" or "));
    }
    let applies = |key: &String| names.contains(key) || (key == "*" && !names.is_empty());
    messages.missing.keys().any(applies)
}

/// Returns `true` if an error message for unknown enum values applies to the method.
fn uses_invalid(messages: &ErrorMessages, method: &Method) -> bool {
    let has_param = |name: &String| method.leaves().any(|param| param.name == *name);
    messages.invalid.keys().any(has_param)
}

/// Returns the paths of the required messages, without duplicates.
fn holds(method: &Method) -> Vec<&str> {
    let mut paths: Vec<&str> = Vec::new();
    for parent in method
        .params
        .iter()
        .flat_map(|param| &param.required_parents)
    {
        if !paths.contains(&parent.as_str()) {
            paths.push(parent);
        }
    }
    paths
}

/// Returns the required parameters that fill only the request of the first call. Without a check
/// before, the error would name the operation of the first call.
fn only_first(method: &Method) -> Vec<&str> {
    let params = method.params.iter();
    params
        .filter(|param| param.path.is_none() && !param.presence.can_be_omitted())
        .map(|param| param.name.as_str())
        .collect()
}

/// Returns the filled fields. Explicit arguments override the fields of a merged request, so the
/// request comes first.
fn filled(method: &Method) -> Vec<Value> {
    let is_request = |param: &&Param| param.path.as_deref() == Some("*");
    let (requests, others): (Vec<_>, Vec<_>) = method.params.iter().partition(is_request);
    let params = requests.into_iter().chain(others);
    params
        .filter_map(|param| Some(fill(param, param.path.as_deref()?)))
        .collect()
}

fn fill(param: &Param, path: &str) -> Value {
    let required = param.presence == Presence::Required;
    json!({ "name": param.name, "path": path, "required": required })
}

/// Returns the field whose set fields the mask lists.
fn masked(method: &Method) -> &str {
    let mut paths = method
        .params
        .iter()
        .filter_map(|param| param.path.as_deref());
    paths
        .find_map(|path| path.split_once('.'))
        .map_or("", |(field, _)| field)
}

/// Returns the first call of a method that makes two calls.
fn first_call(method: &Method, steps: &Steps, imports: &mut ModuleImports) -> Value {
    imports.helper("steps");
    let params = steps.params.iter();
    let params = params.filter_map(|name| method.params.iter().find(|param| param.name == *name));
    json!({
        "function": steps.function,
        "operation": steps.first.key,
        "request": imports.class(&steps.first.method.input()),
        "response": imports.class(&steps.first.method.output()),
        "filled": params.map(|param| fill(param, &param.name)).collect::<Vec<_>>(),
    })
}

/// Returns the result of a method: its `kind`, the `name` of the field, function or list of items,
/// and the name of the `message`, if it is one.
fn outcome(method: &Method, imports: &mut ModuleImports) -> Value {
    let message =
        |kind, message: &MessageDescriptor| json!({ "kind": kind, "message": message.name() });
    let field = |kind, field: &FieldDescriptor| {
        let ty = field.kind();
        let message = ty.as_message().map(MessageDescriptor::name);
        json!({ "kind": kind, "name": field.name(), "message": message })
    };
    let (operation, returns) = match &method.action {
        Action::Build => return message("build", &method.request),
        Action::Pages { items, .. } => return field("pages", items),
        Action::Call {
            operation, returns, ..
        } => (operation, returns),
    };
    let response = operation.method.output();
    match returns {
        ReturnValue::MessageAndCall => message("message_and_call", &response),
        ReturnValue::Message => message("message", &response),
        ReturnValue::Field(value) | ReturnValue::OptionalField(value) => field("field", value),
        ReturnValue::Function(function) => {
            imports.helper("results");
            json!({ "kind": "function", "name": function })
        }
    }
}
