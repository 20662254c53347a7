//! The service clients and their methods: what the schema suggests, changed by the face.

use std::collections::BTreeMap;

use anyhow::{Context, ensure};
use prost_reflect::{FieldDescriptor, MessageDescriptor};

use super::face::{ClientEntry, ExtraEntry, Face};
use super::params::Param;
use super::planner::Planner;
use crate::{Operation, Schema, snake_case};

/// What a language wants of every plan.
#[derive(Clone, Copy)]
pub(crate) struct Style {
    /// Its name, for errors.
    pub(crate) language: &'static str,
    /// What a method returns when its face says nothing.
    pub(crate) outcome: fn() -> Outcome,
    /// The name of the group that optional parameters go into when the face names none.
    pub(crate) optional: Option<&'static str>,
    /// A mention of another method in a comment.
    pub(crate) link: fn(&str) -> String,
}

/// A service client.
pub(crate) struct Client {
    pub(crate) attribute: String,
    pub(crate) module: String,
    pub(crate) class: String,
    /// The comment on its service.
    pub(crate) doc: String,
    pub(crate) methods: Vec<Method>,
    pub(crate) messages: Messages,
    /// Handwritten methods.
    pub(crate) extras: Vec<ExtraEntry>,
}

/// The error messages of a client that replace those of its language, by parameter name.
#[derive(Clone, Default)]
pub(crate) struct Messages {
    /// For missing parameters.
    pub(crate) missing: BTreeMap<String, String>,
    /// For enum values that do not exist.
    pub(crate) invalid: BTreeMap<String, String>,
}

/// A method of a service client.
pub(crate) struct Method {
    pub(crate) name: String,
    pub(crate) params: Vec<Param>,
    pub(crate) doc: String,
    /// The message that the parameters fill.
    pub(crate) request: MessageDescriptor,
    pub(crate) action: Action,
    /// Sets of parameters of which one must be given whole.
    pub(crate) needs: Vec<Vec<String>>,
    /// Request fields that must not be set, with the error message for each.
    pub(crate) refuse: BTreeMap<String, String>,
    /// Further exceptions and their descriptions, by class name.
    pub(crate) raises: BTreeMap<String, String>,
    /// Parameters of which only the first one given counts.
    pub(crate) prefer: Vec<String>,
    /// The name of its iterator, if that does not follow from its own.
    pub(crate) iterator: Option<String>,
}

impl Method {
    /// All parameters that fill a field, those in groups too.
    pub(crate) fn leaves(&self) -> impl Iterator<Item = &Param> {
        self.params.iter().flat_map(Param::leaves)
    }

    /// The parameters of which one must be given, because each decides for a route of its own.
    pub(crate) fn alternatives(&self) -> Vec<&Param> {
        let Action::Call { operation, .. } = &self.action else {
            return Vec::new();
        };
        let in_path = |param: &&Param| {
            param.nullable()
                && operation
                    .routes
                    .iter()
                    .any(|route| route.fields().any(|field| param.path.as_deref() == Some(field)))
        };
        let found: Vec<&Param> = self.leaves().filter(in_path).collect();
        if found.len() > 1 { found } else { Vec::new() }
    }
}

/// What a method does with the request it built.
#[derive(Clone)]
pub(crate) enum Action {
    /// Calls an operation.
    Call {
        operation: Operation,
        outcome: Outcome,
        mask: Option<String>,
        steps: Option<Steps>,
        /// A handwritten function that rejects with what it makes of an error.
        failure: Option<String>,
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
pub(crate) enum Outcome {
    /// The message and the call.
    Both,
    /// The message alone.
    Message,
    /// A field of the message.
    Field(FieldDescriptor),
    /// A field of the message, which a service may leave out.
    Maybe(FieldDescriptor),
    /// What a handwritten function makes of the message.
    Function(String),
}

/// A function of `scalekit/_steps.py` and the call that it makes first.
#[derive(Clone)]
pub(crate) struct Steps {
    pub(crate) function: String,
    pub(crate) first: Operation,
    pub(crate) takes: Vec<String>,
}

/// Plans all clients, in the order of the face; those of services that it does not know last.
pub(crate) fn clients(schema: &Schema, face: &Face, style: Style) -> anyhow::Result<Vec<Client>> {
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
        style,
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
                missing: Default::default(),
                invalid: Default::default(),
                result: None,
            });
        }
    }
    let clients = entries.iter().map(|entry| {
        planner
            .client(entry, &entries)
            .with_context(|| format!("the {} client {}", style.language, entry.attribute))
    });
    clients.collect()
}
