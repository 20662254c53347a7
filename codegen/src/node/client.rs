//! The modules of the service clients.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::imports::Imports;
use super::method;
use super::names::camel;
use super::params;
use crate::layer::config::HandwrittenMethod;
use crate::layer::model::Client;
use crate::layer::operations::methods_by_operation;
use crate::layer::params::Accepts;
use crate::templates::render;

/// Returns the source of a client's module.
pub(super) fn module(client: &Client) -> anyhow::Result<String> {
    let mut imports = Imports::new(&client.class);
    let methods: Vec<Value> = client
        .methods
        .iter()
        .map(|method| method::view(method, &mut imports))
        .collect();
    for method in &client.handwritten {
        let names = format!("type {}, {}", method.params_type, method.function);
        imports.functions(&method.module, &names);
        imports.export(&method.response);
    }
    let handwritten = client.handwritten.iter().map(|method| HandwrittenMethod {
        name: camel(&method.name),
        ..method.clone()
    });
    render(
        "node/client.ts",
        json!({
            "attribute": client.attribute,
            "class": client.class,
            "doc": client.doc,
            "interfaces": interfaces(client, &mut imports),
            "handwritten": handwritten.collect::<Vec<_>>(),
            "methods": methods,
            "imports": imports,
        }),
    )
}

/// Returns the types that the module exports for the options of methods, in the order of the
/// methods. Methods can share a type.
fn interfaces(client: &Client, imports: &mut Imports) -> Vec<Value> {
    let mut names = BTreeSet::new();
    let mut interfaces = Vec::new();
    for method in &client.methods {
        for param in &method.params {
            if let (Some(name), Accepts::Group(members)) = (&param.interface, &param.accepts)
                && names.insert(name)
            {
                interfaces.push(json!({
                    "name": name,
                    "method": camel(&method.name),
                    "members": params::views(members, imports),
                }));
            }
        }
    }
    interfaces
}

/// Returns the module with the class that has a property for each service client.
pub(super) fn services(clients: &[Client]) -> anyhow::Result<String> {
    let mut sorted: Vec<&Client> = clients.iter().collect();
    sorted.sort_by_key(|client| &client.attribute);
    let clients = sorted.iter().map(|client| {
        json!({
            "attribute": client.attribute,
            "module": client.module,
            "class": client.class,
            "doc": first_sentence(&client.doc),
        })
    });
    render(
        "node/services.ts",
        json!({ "clients": clients.collect::<Vec<_>>() }),
    )
}

fn first_sentence(doc: &str) -> String {
    let text = doc.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.split_once(". ") {
        Some((first, _)) => format!("{first}."),
        None => text,
    }
}

/// Returns the module with the methods of each operation.
pub(super) fn operations(clients: &[Client]) -> anyhow::Result<String> {
    let operations = methods_by_operation(clients, camel);
    render("node/operations.ts", json!({ "operations": operations }))
}
