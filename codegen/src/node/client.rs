//! The modules of the service clients.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::json;

use super::imports::Imports;
use super::method::{self, MethodView};
use super::names::camel;
use super::params::ParamView;
use crate::layer::config::HandwrittenMethod;
use crate::layer::model::{Action, Client};
use crate::templates::render;

/// Returns the source of a client's module.
pub(super) fn module(client: &Client) -> anyhow::Result<String> {
    let mut imports = Imports::new(&client.class);
    let methods: Vec<MethodView> = client
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
            "interfaces": interfaces(&methods),
            "handwritten": handwritten.collect::<Vec<_>>(),
            "methods": methods,
            "imports": imports,
        }),
    )
}

/// A type that the module exports, for the options of a method.
#[derive(Serialize)]
struct Interface {
    name: String,
    method: String,
    members: Vec<ParamView>,
}

/// Returns the types in the order of the methods. Methods can share a type.
fn interfaces(methods: &[MethodView]) -> Vec<Interface> {
    let mut interfaces: Vec<Interface> = Vec::new();
    for method in methods {
        for param in &method.params {
            let (Some(name), Some(members)) = (&param.interface, &param.members) else {
                continue;
            };
            if !interfaces.iter().any(|interface| interface.name == *name) {
                interfaces.push(Interface {
                    name: name.clone(),
                    method: method.name.clone(),
                    members: members.clone(),
                });
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
    let mut ranked: BTreeMap<&str, Vec<(usize, String)>> = BTreeMap::new();
    for client in clients {
        let mut add = |operation, rank, method: &str| {
            let name = format!("{}.{}", client.attribute, camel(method));
            ranked.entry(operation).or_default().push((rank, name));
        };
        for method in &client.methods {
            match &method.action {
                Action::Call { operation, .. } => add(&operation.key, 0, &method.name),
                Action::Pages { operation, .. } => add(&operation.key, 1, &method.name),
                Action::Build => {}
            }
        }
        for method in &client.handwritten {
            for operation in &method.operations {
                add(operation, 2, &method.name);
            }
        }
    }
    let operations: BTreeMap<&str, Vec<String>> = ranked
        .into_iter()
        .map(|(operation, mut methods)| {
            methods.sort_by_key(|(rank, _)| *rank);
            (
                operation,
                methods.into_iter().map(|(_, name)| name).collect(),
            )
        })
        .collect();
    render("node/operations.ts", json!({ "operations": operations }))
}
