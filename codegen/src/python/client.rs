//! The modules and stubs of the service clients. The blocking and the asyncio client share their
//! methods.

use std::collections::BTreeMap;

use prost_reflect::FileDescriptor;
use serde_json::json;

use super::imports::ModuleImports;
use super::method;
use super::stub;
use super::types::{StubImports, module_of};
use crate::layer::model::{Action, Client, ErrorMessages};
use crate::layer::operations::methods_by_operation;
use crate::templates::render;

/// Returns the source of a client's module.
pub(super) fn module(client: &Client) -> anyhow::Result<String> {
    let mut imports = ModuleImports::default();
    let methods: Vec<_> = client
        .methods
        .iter()
        .map(|method| method::view(method, &client.error_messages, &mut imports))
        .collect();
    let files = files(client);
    let sources: Vec<String> = files.iter().map(|file| imports.module(file)).collect();
    let ErrorMessages { missing, invalid } = &client.error_messages;
    let tables = [("_MISSING", missing), ("_INVALID", invalid)];
    let used = tables.iter().filter(|(_, messages)| !messages.is_empty());
    render(
        "python/client.py",
        json!({
            "attribute": client.attribute,
            "class": client.class,
            "comment": client.doc,
            "error_messages": used.collect::<Vec<_>>(),
            "imports": imports,
            "methods": methods,
            "sources": sources,
        }),
    )
}

/// Returns the stub of a client's module.
pub(super) fn stub(client: &Client) -> anyhow::Result<String> {
    let mut imports = StubImports::default();
    let mut classes = Vec::new();
    for (prefix, base, is_async) in [("", "Service", false), ("Async", "AsyncService", true)] {
        let methods = client.methods.iter();
        let methods = methods.map(|method| stub::view(method, is_async, &mut imports));
        let methods: Vec<_> = methods.collect();
        classes.push(json!({
            "name": format!("{prefix}{}", client.class),
            "base": imports.name("scalekit._runtime.service", base),
            "methods": methods,
        }));
    }
    for file in files(client) {
        let (package, module) = module_of(&file);
        let messages = file.messages().map(|message| message.name().to_owned());
        let enums = file.enums().map(|values| values.name().to_owned());
        for name in messages.chain(enums).filter(|name| *name != client.class) {
            imports.export(&format!("{package}.{module}"), &name);
        }
    }
    render(
        "python/client.pyi",
        json!({
            "attribute": client.attribute,
            "classes": classes,
            "imports": imports.blocks(),
        }),
    )
}

/// Returns the schema files of a client's operations. The client's module re-exports their
/// messages, because existing code imports them from there.
fn files(client: &Client) -> Vec<FileDescriptor> {
    let operations = client
        .methods
        .iter()
        .filter_map(|method| match &method.action {
            Action::Call { operation, .. } => Some(operation.method.parent_service().parent_file()),
            _ => None,
        });
    let by_name: BTreeMap<String, FileDescriptor> = operations
        .map(|file| (file.name().to_owned(), file))
        .collect();
    by_name.into_values().collect()
}

/// Returns the module with the location of each client and the attributes of `ScalekitClient`.
pub(super) fn clients(clients: &[Client]) -> anyhow::Result<String> {
    let clients = clients.iter().map(|client| {
        json!({
            "attribute": client.attribute,
            "module": client.module,
            "class": client.class,
        })
    });
    render(
        "python/clients.py",
        json!({ "clients": clients.collect::<Vec<_>>() }),
    )
}

/// Returns the module with the methods of each operation.
pub(super) fn operations(clients: &[Client]) -> anyhow::Result<String> {
    let operations = methods_by_operation(clients, str::to_owned);
    render("python/operations.py", json!({ "operations": operations }))
}
