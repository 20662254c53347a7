//! The stubs of the service clients: the blocking and the asyncio class with typed methods.

use prost_reflect::MessageDescriptor;

use super::client::{files, signature};
use super::text::Source;
use super::types::{Imports, Shape, module_of, shape};
use crate::layer::model::{Action, Client, Method, ReturnValue};
use crate::layer::params::{Accepts, Param, Presence};

/// Returns the source of a client's stub.
pub(super) fn stub(client: &Client) -> String {
    let mut imports = Imports::default();
    let mut source = Source::default();
    for (prefix, base, is_async) in [("", "Service", false), ("Async", "AsyncService", true)] {
        let base = imports.name("scalekit._runtime.service", base);
        if is_async {
            source.blank(1);
        }
        source.line(0, &format!("class {prefix}{}({base}):", client.class));
        for method in &client.methods {
            write_method(&mut source, &mut imports, method, is_async);
        }
    }
    for file in files(client) {
        let (package, module) = module_of(&file);
        let messages = file.messages().map(|message| message.name().to_owned());
        let enums = file.enums().map(|values| values.name().to_owned());
        for name in messages.chain(enums).filter(|name| *name != client.class) {
            imports.export(&format!("{package}.{module}"), &name);
        }
    }
    let title = format!(
        "\"\"\"Operations of ``client.{}``.\"\"\"\n\n",
        client.attribute
    );
    title + &imports.blocks() + "\n" + &source.finish()
}

fn write_method(source: &mut Source, imports: &mut Imports, method: &Method, is_async: bool) {
    let builds = matches!(method.action, Action::Build);
    if builds {
        source.line(1, "@staticmethod");
    }
    let mut items = signature(&method.params, |param| parameter(imports, param));
    if !builds {
        items.insert(0, "self".to_owned());
    }
    let class = |imports: &mut Imports, message: &MessageDescriptor| {
        let well_known = message.package_name() == "google.protobuf";
        let shape = if well_known {
            Shape::WellKnown(message.clone())
        } else {
            Shape::Message(message.clone())
        };
        imports.value_type(&shape, None)
    };
    let returns = match &method.action {
        Action::Build => class(imports, &method.request),
        Action::Pages { items, .. } => {
            let item = imports.value_type(&shape(items), None);
            let iterator = imports.name(
                "collections.abc",
                if is_async {
                    "AsyncIterator"
                } else {
                    "Iterator"
                },
            );
            format!("{iterator}[{item}]")
        }
        Action::Call {
            operation, returns, ..
        } => {
            let response = operation.method.output();
            let result = match returns {
                ReturnValue::MessageAndCall => {
                    format!(
                        "tuple[{}, {}]",
                        class(imports, &response),
                        imports.name("scalekit._runtime.call", "Call")
                    )
                }
                ReturnValue::Message => class(imports, &response),
                ReturnValue::Field(field) | ReturnValue::OptionalField(field) => {
                    imports.value_type(&shape(field), None)
                }
                // The return type of a function is an alias with the function's name.
                ReturnValue::Function(function) => {
                    imports.name("scalekit._runtime.results", &crate::upper_camel(function))
                }
            };
            if is_async {
                let coroutine = imports.name("collections.abc", "Coroutine");
                let any = imports.name("typing", "Any");
                format!("{coroutine}[{any}, {any}, {result}]")
            } else {
                result
            }
        }
    };
    source.call(
        1,
        &format!("def {}", method.name),
        &items,
        &format!(" -> {returns}: ..."),
    );
}

fn parameter(imports: &mut Imports, param: &Param) -> String {
    let mut accepted = match &param.accepts {
        Accepts::Field(field) => imports.accepted(field),
        Accepts::Strings(field) => {
            let item = imports.accepted_item(&shape(field));
            imports.sequence(&format!("str | {item}"))
        }
        Accepts::Request(message) => imports.accepted_item(&Shape::Message(message.clone())),
        Accepts::Pairs(_) | Accepts::Group(_) | Accepts::Unused => imports.mapping(),
    };
    if param.nullable() {
        accepted.push_str(" | None");
    }
    match &param.presence {
        Presence::Optional => format!("{}: {accepted} = None", param.name),
        Presence::Default(literal) => format!("{}: {accepted} = {literal}", param.name),
        _ => format!("{}: {accepted}", param.name),
    }
}
