//! The module `raw` of a package: its RPCs with their requests and responses.

use std::collections::BTreeSet;

use minijinja::{context, value::Serde};
use prost_reflect::FileDescriptor;
use serde::Serialize;

use super::module::Module;
use super::{Context, docs, messages, module_of, render};
use crate::schema::snake_case;

#[derive(Serialize)]
struct RpcView {
    /// Name of the constant.
    name: String,
    doc: String,
    operation: String,
    request: String,
    response: String,
}

pub(super) fn file(context: &Context<'_>, file: &FileDescriptor) -> anyhow::Result<String> {
    let mut module = Module::new(context, file.package_name());
    module.import("crate::api::raw::Rpc");
    let mut rpcs = Vec::new();
    for service in file.services() {
        for operation in context.schema.operations_of(&service)? {
            rpcs.push(RpcView {
                name: snake_case(operation.method.name()).to_uppercase(),
                doc: docs::first_sentence(context.schema.comment(&operation.method))
                    .map(|sentence| sentence + ".")
                    .unwrap_or_default(),
                request: module.message(&operation.method.input()),
                response: module.message(&operation.method.output()),
                operation: operation.key,
            });
        }
    }
    let mut shared = BTreeSet::new();
    let mut views = Vec::new();
    for message in context.schema.messages(file) {
        if context.is_raw(&message) {
            views.push(messages::view(&message, &mut module)?);
        } else {
            shared.insert(context.message_name(&message));
            for oneof in message.oneofs().filter(|oneof| !oneof.is_synthetic()) {
                let name = context.message_name(&message);
                shared.insert(messages::one_of_name(&name, &oneof));
            }
        }
    }
    for values in context.schema.enums(file) {
        shared.insert(values.name().to_owned());
    }
    let shared = render(
        "raw.rs",
        context! {
            module => module_of(file.package_name()),
            shared => shared.into_iter().collect::<Vec<_>>(),
            rpcs => Serde(&rpcs),
        },
    )?;
    module.add_text(&shared);
    for view in &views {
        module.add("message.rs", view)?;
    }
    module.finish(&format!(
        "The RPCs of {}.",
        file.services()
            .map(|service| format!("`{}`", service.name()))
            .collect::<Vec<_>>()
            .join(", ")
    ))
}
