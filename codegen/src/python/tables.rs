//! Tables of what there is: the clients, and the methods of every operation.

use std::collections::BTreeMap;

use super::text::{Source, WIDTH};
use crate::faces::plan::{Action, Client};

/// Where each client is, and the attributes that ScalekitClient has because of them.
pub(super) fn clients(clients: &[Client]) -> String {
    let mut source = Source::default();
    source.line(
        0,
        "\"\"\"The service clients that a client has as attributes.\"\"\"",
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
        source.line(1, &format!("from scalekit.{} import {names}", client.module));
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
        "\"\"\"Attribute → module below ``scalekit`` and class in it; the awaitable twin is called ``Async...``.\"\"\"",
    );
    for (prefix, how) in [("", "blocking"), ("Async", "awaitable")] {
        source.blank(2);
        source.line(0, &format!("class {prefix}Clients:"));
        source.line(1, &format!("\"\"\"The types of the attributes, {how}.\"\"\""));
        source.blank(1);
        for client in &sorted {
            source.line(1, &format!("{}: {prefix}{}", client.attribute, client.class));
        }
    }
    source.finish()
}

/// The methods of each operation.
pub(super) fn operations(clients: &[Client]) -> String {
    let mut methods: BTreeMap<&str, Vec<(usize, String)>> = BTreeMap::new();
    for client in clients {
        for method in &client.methods {
            if let Action::Call { operation, .. } | Action::Pages { operation, .. } = &method.action {
                let rank = match &method.action {
                    Action::Call { steps: None, .. } => 0,
                    Action::Call { .. } => 1,
                    _ => 2,
                };
                let name = format!("\"{}.{}\"", client.attribute, method.name);
                methods.entry(&operation.key).or_default().push((rank, name));
            }
        }
    }
    let mut source = Source::default();
    source.line(0, "\"\"\"Which methods call each operation of the API.\"\"\"");
    source.blank(1);
    source.line(0, "OPERATIONS: dict[str, tuple[str, ...]] = {");
    for (operation, mut ranked) in methods {
        ranked.sort_by_key(|(rank, _)| *rank);
        let names: Vec<String> = ranked.into_iter().map(|(_, name)| name).collect();
        if let [only] = &names[..] {
            let one = format!("\"{operation}\": ({only},),");
            if one.len() + 4 <= WIDTH {
                source.line(1, &one);
                continue;
            }
        }
        source.list(1, &format!("\"{operation}\": "), &names, ",");
    }
    source.line(0, "}");
    source.line(
        0,
        "\"\"\"Operation → its methods as ``client attribute.method``, the plainest first.\"\"\"",
    );
    source.finish()
}
