//! Tables of what there is: the clients, and the methods of every operation.

use std::collections::BTreeMap;

use super::names::camel;
use crate::faces::plan::{Action, Client};

/// The class that has every service client as an attribute, made at its first use.
pub(super) fn services(clients: &[Client]) -> String {
    let mut sorted: Vec<&Client> = clients.iter().collect();
    sorted.sort_by_key(|client| &client.attribute);
    let mut text = "import { type Road, lazily } from \"./call\";\n".to_owned();
    for client in &sorted {
        text.push_str(&format!(
            "import type {} from \"./{}\";\n",
            client.class, client.module
        ));
    }
    text.push_str(
        "\n/** The service clients of a client; the module of each is loaded when it is first asked for. */
export abstract class Services {
  readonly #road: Road;

  /** @param road what all of them call on */
  constructor(road: Road) {
    this.#road = road;
  }
",
    );
    for client in &sorted {
        let (attribute, class, module) = (&client.attribute, &client.class, &client.module);
        let about = client.doc.lines().next().unwrap_or_default();
        text.push_str(&format!(
            "
  readonly #{attribute} = lazily(() => {{
    const {{ default: Client }} = require(\"./{module}\") as typeof import(\"./{module}\");
    return new Client(this.#road);
  }});

  /** {about} */
  get {attribute}(): {class} {{
    return this.#{attribute}();
  }}
"
        ));
    }
    text + "}\n"
}

/// The methods of each operation.
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
            methods.entry(&operation.key).or_default().push((rank, name));
        }
        for extra in &client.extras {
            for operation in &extra.operations {
                let name = format!("\"{}.{}\"", client.attribute, camel(&extra.name));
                methods.entry(operation).or_default().push((2, name));
            }
        }
    }
    let mut text = "/** Operation → its methods as `client attribute.method`, the plainest first. */
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
