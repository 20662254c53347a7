//! Tables of the clients and of the methods of each operation.

use std::collections::BTreeMap;

use super::docs;
use super::names::camel;
use crate::layer::model::{Action, Client};

/// Returns the module with the class that has a property for each service client.
pub(super) fn services(clients: &[Client]) -> String {
    let mut sorted: Vec<&Client> = clients.iter().collect();
    sorted.sort_by_key(|client| &client.attribute);
    let mut text =
        "import type { Transport } from \"../runtime/call\";\nimport { lazyService } from \"../runtime/lazy-service\";\n"
            .to_owned();
    for client in &sorted {
        text.push_str(&format!(
            "import type {} from \"./{}\";\n",
            client.class, client.module
        ));
    }
    text.push_str(
        "\n/** The service clients. The module of each one is loaded on first use. */
export abstract class Services {
",
    );
    for client in &sorted {
        let (attribute, class) = (&client.attribute, &client.class);
        text.push_str(&docs::property(&client.doc));
        text.push_str(&format!("  readonly {attribute}: {class};\n"));
    }
    text.push_str(
        "\n  /** @param transport The transport of all calls. */\n  constructor(transport: Transport) {\n",
    );
    for client in &sorted {
        let (attribute, module) = (&client.attribute, &client.module);
        text.push_str(&format!(
            "    this.{attribute} = lazyService(transport, () => (require(\"./{module}\") as typeof import(\"./{module}\")).default);\n"
        ));
    }
    text + "  }\n}\n"
}

/// Returns the module with the methods of each operation.
pub(super) fn operations(clients: &[Client]) -> String {
    let mut methods: BTreeMap<&str, Vec<(usize, String)>> = BTreeMap::new();
    for client in clients {
        for method in &client.methods {
            let (operation, rank) = match &method.action {
                Action::Call { operation, .. } => (operation, 0),
                Action::Pages { operation, .. } => (operation, 1),
                Action::Build => continue,
            };
            let name = format!("\"{}.{}\"", client.attribute, camel(&method.name));
            methods
                .entry(&operation.key)
                .or_default()
                .push((rank, name));
        }
        for method in &client.handwritten {
            for operation in &method.operations {
                let name = format!("\"{}.{}\"", client.attribute, camel(&method.name));
                methods.entry(operation).or_default().push((2, name));
            }
        }
    }
    let mut text = "/** Operation → methods as `attribute.method`, the most direct one first. */
export const OPERATIONS: Readonly<Record<string, readonly string[]>> = {
"
    .to_owned();
    for (operation, mut ranked) in methods {
        ranked.sort_by_key(|(rank, _)| *rank);
        let names: Vec<String> = ranked.into_iter().map(|(_, name)| name).collect();
        text.push_str(&format!("  \"{operation}\": [{}],\n", names.join(", ")));
    }
    text + "};\n"
}
