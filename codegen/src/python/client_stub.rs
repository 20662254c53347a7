//! The stubs of the service clients: both flavours with the types of every method.

use prost_reflect::MessageDescriptor;

use super::client::{files, signature};
use super::text::Source;
use super::types::{Imports, Shape, module_of, shape};
use crate::faces::face::Presence;
use crate::faces::params::{Accepts, Param};
use crate::faces::plan::{Action, Client, Method, Outcome};

/// The text of a client's stub.
pub(super) fn stub(client: &Client) -> String {
    let mut imports = Imports::default();
    let mut source = Source::default();
    for (prefix, base, waits) in [("", "Service", false), ("Async", "AsyncService", true)] {
        let base = imports.name("scalekit._service", base);
        if waits {
            source.blank(1);
        }
        source.line(0, &format!("class {prefix}{}({base}):", client.class));
        for method in &client.methods {
            write_method(&mut source, &mut imports, method, waits);
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
        "\"\"\"The operations of ``client.{}``.\"\"\"\n\n",
        client.attribute
    );
    title + &imports.blocks() + "\n" + &source.finish()
}

fn write_method(source: &mut Source, imports: &mut Imports, method: &Method, waits: bool) {
    let builds = matches!(method.action, Action::Build);
    if builds {
        source.line(1, "@staticmethod");
    }
    let mut items = signature(&method.params, |param| parameter(imports, param));
    if !builds {
        items.insert(0, "self".to_owned());
    }
    let class = |imports: &mut Imports, message: &MessageDescriptor| {
        let known = message.package_name() == "google.protobuf";
        let shape = if known {
            Shape::Known(message.clone())
        } else {
            Shape::Message(message.clone())
        };
        imports.held(&shape, None)
    };
    let returns = match &method.action {
        Action::Build => class(imports, &method.request),
        Action::Pages { items, .. } => {
            let item = imports.held(&shape(items), None);
            let iterator = imports.name(
                "collections.abc",
                if waits { "AsyncIterator" } else { "Iterator" },
            );
            format!("{iterator}[{item}]")
        }
        Action::Call {
            operation, outcome, ..
        } => {
            let answer = operation.method.output();
            let result = match outcome {
                Outcome::Both => {
                    format!(
                        "tuple[{}, {}]",
                        class(imports, &answer),
                        imports.name("scalekit._call", "Call")
                    )
                }
                Outcome::Message => class(imports, &answer),
                Outcome::Field(field) | Outcome::Maybe(field) => imports.held(&shape(field), None),
                Outcome::Function(function) => {
                    imports.name("scalekit._results", &upper_camel_result(function))
                }
            };
            if waits {
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

/// The type that a function of `scalekit/_results.py` returns is an alias there, named like it.
fn upper_camel_result(function: &str) -> String {
    crate::upper_camel(function)
}

fn parameter(imports: &mut Imports, param: &Param) -> String {
    let mut accepted = match &param.accepts {
        Accepts::Field(field) => imports.accepted(field),
        Accepts::Strings(field) => {
            let item = imports.accepted_item(&shape(field));
            imports.sequence(&format!("str | {item}"))
        }
        Accepts::Request(message) => imports.accepted_item(&Shape::Message(message.clone())),
        Accepts::Pairs(_) | Accepts::Group(_) | Accepts::Unused => imports.fields(),
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
