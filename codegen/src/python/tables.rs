//! Tables of the clients and of the methods of each operation.

use std::collections::BTreeMap;

use super::text::{Source, WIDTH};
use crate::layer::model::{Action, Client};

/// Returns the module with the location of each client and the attributes of `ScalekitClient`.
pub(super) fn clients(clients: &[Client]) -> String {
    let mut source = Source::default();
    source.line(
        0,
        "\"\"\"The service clients, which are attributes of the client.\"\"\"",
    );
    source.blank(1);
    source.line(0, "from __future__ import annotations");
    source.blank(1);
    source.line(0, "TYPE_CHECKING = False");
    source.line(0, "if TYPE_CHECKING:");
    let mut sorted: Vec<&Client> = clients.iter().collect();
    sorted.sort_by_key(|client| &client.module);
    for client in &sorted {
        let names = format!("Async{0}, {0}", client.class);
        source.line(
            1,
            &format!("from scalekit.{} import {names}", client.module),
        );
    }
    source.blank(1);
    sorted.sort_by_key(|client| &client.attribute);
    source.line(0, "SERVICES: dict[str, tuple[str, str]] = {");
    for client in &sorted {
        source.line(
            1,
            &format!(
                "\"{}\": (\"{}\", \"{}\"),",
                client.attribute, client.module, client.class
            ),
        );
    }
    source.line(0, "}");
    source.line(
        0,
        "\"\"\"Attribute → module in ``scalekit`` and class. The asyncio class has the prefix ``Async``.\"\"\"",
    );
    for (prefix, kind) in [("", "blocking"), ("Async", "asyncio")] {
        source.blank(2);
        source.line(0, &format!("class {prefix}Clients:"));
        source.line(
            1,
            &format!("\"\"\"The attributes of the {kind} client.\"\"\""),
        );
        source.blank(1);
        for client in &sorted {
            source.line(
                1,
                &format!("{}: {prefix}{}", client.attribute, client.class),
            );
        }
    }
    source.finish()
}

/// Returns the module with the methods of each operation.
pub(super) fn operations(clients: &[Client]) -> String {
    let mut methods: BTreeMap<&str, Vec<(usize, String)>> = BTreeMap::new();
    for client in clients {
        for method in &client.methods {
            if let Action::Call { operation, .. } | Action::Pages { operation, .. } = &method.action
            {
                let rank = match &method.action {
                    Action::Call { steps: None, .. } => 0,
                    Action::Call { .. } => 1,
                    _ => 2,
                };
                let name = format!("\"{}.{}\"", client.attribute, method.name);
                methods
                    .entry(&operation.key)
                    .or_default()
                    .push((rank, name));
            }
        }
    }
    let mut source = Source::default();
    source.line(0, "\"\"\"The methods of each operation of the API.\"\"\"");
    source.blank(1);
    source.line(0, "OPERATIONS: dict[str, tuple[str, ...]] = {");
    for (operation, mut ranked) in methods {
        ranked.sort_by_key(|(rank, _)| *rank);
        let names: Vec<String> = ranked.into_iter().map(|(_, name)| name).collect();
        // A tuple with one element has a trailing comma.
        match &names[..] {
            [only] if operation.len() + only.len() + 12 <= WIDTH => {
                source.line(1, &format!("\"{operation}\": ({only},),"));
            }
            [only] => {
                source.line(1, &format!("\"{operation}\": ("));
                source.line(2, &format!("{only},"));
                source.line(1, "),");
            }
            _ => source.list(1, &format!("\"{operation}\": "), &names, ","),
        }
    }
    source.line(0, "}");
    source.line(
        0,
        "\"\"\"Operation → methods as ``attribute.method``, the most direct one first.\"\"\"",
    );
    source.finish()
}
