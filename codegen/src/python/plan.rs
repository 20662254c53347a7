//! The service clients and their methods: what the schema suggests, changed by the face.

use anyhow::{Context, ensure};
use prost_reflect::{FieldDescriptor, MessageDescriptor};

use super::face::{ClientEntry, Face};
use super::params::Param;
use super::planner::Planner;
use crate::{Operation, Schema, snake_case};

/// A service client, for both its flavours.
pub(super) struct Client {
    pub(super) attribute: String,
    pub(super) module: String,
    pub(super) class: String,
    /// The comment on its service.
    pub(super) doc: String,
    pub(super) methods: Vec<Method>,
}

/// A method of a service client.
pub(super) struct Method {
    pub(super) name: String,
    pub(super) params: Vec<Param>,
    pub(super) doc: String,
    /// The message that the parameters fill.
    pub(super) request: MessageDescriptor,
    pub(super) action: Action,
}

/// What a method does with the request it built.
#[derive(Clone)]
pub(super) enum Action {
    /// Calls an operation.
    Call {
        operation: Operation,
        outcome: Outcome,
        mask: Option<String>,
        steps: Option<Steps>,
    },
    /// Calls a paged operation until there are no more pages, and yields what this field of the answers lists.
    Pages {
        operation: Operation,
        items: FieldDescriptor,
    },
    /// Returns it.
    Build,
}

/// What a method returns.
#[derive(Clone, PartialEq)]
pub(super) enum Outcome {
    /// The message and the call.
    Both,
    /// The message alone.
    Message,
    /// A field of the message.
    Field(FieldDescriptor),
    /// What a function of `scalekit/_results.py` makes of the message.
    Function(String),
}

/// A function of `scalekit/_steps.py` and the call that it makes first.
#[derive(Clone)]
pub(super) struct Steps {
    pub(super) function: String,
    pub(super) first: Operation,
    pub(super) takes: Vec<String>,
}

/// Plans all clients, in the order of the face; those of services that it does not know last.
pub(super) fn clients(schema: &Schema, face: &Face) -> anyhow::Result<Vec<Client>> {
    let operations = schema.operations()?;
    for key in face.methods.keys() {
        ensure!(
            operations.iter().any(|operation| operation.key == *key),
            "the schema has no operation {key}"
        );
    }
    let planner = Planner {
        schema,
        face,
        operations,
    };
    let mut entries = face.clients.clone();
    for service in schema.services() {
        if !entries
            .iter()
            .any(|entry| entry.service == service.name() && entry.operations.is_empty())
        {
            let base = service.name().strip_suffix("Service").unwrap_or(service.name());
            entries.push(ClientEntry {
                attribute: snake_case(base),
                class: format!("{base}Client"),
                service: service.name().to_owned(),
                module: None,
                operations: Vec::new(),
                rename: Default::default(),
                result: None,
            });
        }
    }
    let clients = entries.iter().map(|entry| {
        planner
            .client(entry, &entries)
            .with_context(|| format!("the Python client {}", entry.attribute))
    });
    clients.collect()
}
