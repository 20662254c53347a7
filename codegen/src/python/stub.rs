//! The typed methods in the stubs of the service clients.

use prost_reflect::MessageDescriptor;
use serde_json::{Value, json};

use super::method::signature;
use super::types::{Shape, StubImports, shape};
use crate::layer::model::{Action, Method, ReturnValue};
use crate::layer::params::{Accepts, Param};

/// Returns the stub of a method. Adds the imports that it needs.
pub(super) fn view(method: &Method, is_async: bool, imports: &mut StubImports) -> Value {
    json!({
        "name": method.name,
        "is_static": matches!(method.action, Action::Build),
        "signature": signature(method, |param| accepted(imports, param)),
        "returns": returns(method, is_async, imports),
    })
}

fn accepted(imports: &mut StubImports, param: &Param) -> String {
    let accepted = match &param.accepts {
        Accepts::Field(field) => imports.accepted(field),
        Accepts::Strings(field) => {
            let item = imports.accepted_item(&shape(field));
            imports.sequence(&format!("str | {item}"))
        }
        Accepts::Request(message) => imports.accepted_item(&Shape::Message(message.clone())),
        Accepts::Pairs(_) | Accepts::Group(_) | Accepts::Unused => imports.mapping(),
    };
    if param.nullable() {
        accepted + " | None"
    } else {
        accepted
    }
}

fn returns(method: &Method, is_async: bool, imports: &mut StubImports) -> String {
    match &method.action {
        Action::Build => class(&method.request, imports),
        Action::Pages { items, .. } => {
            let item = imports.value_type(&shape(items), None);
            let iterator = if is_async {
                "AsyncIterator"
            } else {
                "Iterator"
            };
            format!("{}[{item}]", imports.name("collections.abc", iterator))
        }
        Action::Call {
            operation, returns, ..
        } => {
            let result = result(returns, &operation.method.output(), imports);
            if !is_async {
                return result;
            }
            let coroutine = imports.name("collections.abc", "Coroutine");
            let any = imports.name("typing", "Any");
            format!("{coroutine}[{any}, {any}, {result}]")
        }
    }
}

fn result(
    returns: &ReturnValue,
    response: &MessageDescriptor,
    imports: &mut StubImports,
) -> String {
    match returns {
        ReturnValue::MessageAndCall => {
            let call = imports.name("scalekit._runtime.call", "Call");
            format!("tuple[{}, {call}]", class(response, imports))
        }
        ReturnValue::Message => class(response, imports),
        ReturnValue::Field(field) | ReturnValue::OptionalField(field) => {
            imports.value_type(&shape(field), None)
        }
        // The return type of a function is an alias with the function's name.
        ReturnValue::Function(function) => {
            imports.name("scalekit._runtime.results", &crate::upper_camel(function))
        }
    }
}

fn class(message: &MessageDescriptor, imports: &mut StubImports) -> String {
    let shape = match message.package_name() {
        "google.protobuf" => Shape::WellKnown(message.clone()),
        _ => Shape::Message(message.clone()),
    };
    imports.value_type(&shape, None)
}
