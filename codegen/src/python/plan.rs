//! The service clients and their methods: what the schema suggests, changed by the face.

use std::collections::BTreeSet;

use anyhow::{Context, ensure};
use prost_reflect::{FieldDescriptor, MessageDescriptor};

use super::face::{ClientEntry, Face, MethodEntry, Spec, spec};
use super::params::{Param, derived, resolve};
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

struct Planner<'a> {
    schema: &'a Schema,
    face: &'a Face,
    operations: Vec<Operation>,
}

impl Planner<'_> {
    fn client(&self, entry: &ClientEntry, all: &[ClientEntry]) -> anyhow::Result<Client> {
        let service = self
            .schema
            .services()
            .into_iter()
            .find(|service| service.name() == entry.service);
        let service = service.with_context(|| format!("there is no service {}", entry.service))?;
        let owner = |operation: &Operation| {
            let of_service = || {
                all.iter()
                    .filter(|entry| entry.service == operation.service.name())
            };
            let claiming = of_service().find(|entry| entry.claims(operation.method.name()));
            let owner = claiming.or_else(|| of_service().find(|entry| entry.operations.is_empty()));
            owner.map(|owner| owner.attribute.clone())
        };
        let mut methods = Vec::new();
        for operation in &self.operations {
            let method_entry = self.face.methods.get(&operation.key).cloned().unwrap_or_default();
            let own = owner(operation).as_deref() == Some(&entry.attribute);
            let name = method_entry
                .name
                .clone()
                .unwrap_or_else(|| snake_case(operation.method.name()));
            if own {
                self.add(&mut methods, entry, operation, &method_entry, &name)?;
            }
            for also in &method_entry.also {
                if also
                    .client
                    .as_ref()
                    .map_or(own, |client| *client == entry.attribute)
                {
                    let name = also.name.clone().context("a further method needs a name")?;
                    self.add(&mut methods, entry, operation, also, &name)?;
                }
            }
        }
        for helper in self
            .face
            .helpers
            .iter()
            .filter(|helper| helper.client == entry.attribute)
        {
            let request = self.schema.pool().get_message_by_name(&helper.message);
            let request = request.with_context(|| format!("there is no message {}", helper.message))?;
            let params = self.params(&request, entry, &helper.params, None)?;
            let action = Action::Build;
            methods.push(Method {
                name: helper.name.clone(),
                params,
                doc: helper.doc.clone(),
                request,
                action,
            });
        }
        add_by_external_id(&mut methods);
        add_iterators(&mut methods);
        ensure!(!methods.is_empty(), "it has no methods");
        let mut names = BTreeSet::new();
        for method in &methods {
            ensure!(
                names.insert(&method.name),
                "two methods are called {}",
                method.name
            );
        }
        Ok(Client {
            attribute: entry.attribute.clone(),
            module: entry.module().to_owned(),
            class: entry.class.clone(),
            doc: self.schema.comment(&service).to_owned(),
            methods,
        })
    }

    fn add(
        &self,
        methods: &mut Vec<Method>,
        client: &ClientEntry,
        operation: &Operation,
        entry: &MethodEntry,
        name: &str,
    ) -> anyhow::Result<()> {
        let context = || format!("the method {name} for {}", operation.key);
        let method = self
            .method(client, operation, entry, name)
            .with_context(context)?;
        methods.push(method);
        Ok(())
    }

    fn method(
        &self,
        client: &ClientEntry,
        operation: &Operation,
        entry: &MethodEntry,
        name: &str,
    ) -> anyhow::Result<Method> {
        let request = operation.method.input();
        let steps = entry
            .steps
            .as_ref()
            .map(|function| self.steps(function))
            .transpose()?;
        let params = match &entry.params {
            Some(written) => self.params(&request, client, written, steps.as_ref())?,
            None => derived(self.schema, operation, &client.rename)?,
        };
        let outcome = match entry.result.as_deref().or(client.result.as_deref()) {
            None => Outcome::Both,
            Some("message") => Outcome::Message,
            Some(result) => match result.strip_suffix("()") {
                Some(function) => Outcome::Function(function.to_owned()),
                None => {
                    let field = operation.method.output().get_field_by_name(result);
                    Outcome::Field(field.with_context(|| format!("the answer has no field {result}"))?)
                }
            },
        };
        if let Some(mask) = &entry.mask {
            ensure!(
                request.get_field_by_name(mask).is_some(),
                "the request has no mask {mask}"
            );
        }
        let doc = match (&entry.doc, self.schema.comment(&operation.method)) {
            (Some(doc), _) => doc.clone(),
            (None, "") => format!(
                "{}.",
                capitalized(&snake_case(operation.method.name()).replace('_', " "))
            ),
            (None, comment) => comment.to_owned(),
        };
        let action = Action::Call {
            operation: operation.clone(),
            outcome,
            mask: entry.mask.clone(),
            steps,
        };
        Ok(Method {
            name: name.to_owned(),
            params,
            doc,
            request,
            action,
        })
    }

    fn steps(&self, function: &str) -> anyhow::Result<Steps> {
        let entry = self
            .face
            .steps
            .get(function)
            .with_context(|| format!("[steps] has no {function}"))?;
        let first = self
            .operations
            .iter()
            .find(|operation| operation.key == entry.first);
        let first = first
            .with_context(|| format!("the schema has no operation {}", entry.first))?
            .clone();
        Ok(Steps {
            function: function.to_owned(),
            first,
            takes: entry.takes.clone(),
        })
    }

    fn params(
        &self,
        request: &MessageDescriptor,
        client: &ClientEntry,
        written: &[String],
        steps: Option<&Steps>,
    ) -> anyhow::Result<Vec<Param>> {
        let mut params = Vec::new();
        let mut keyword_only = false;
        for text in written {
            let Some(spec) = spec(text)? else {
                keyword_only = true;
                continue;
            };
            let Spec { name, presence, path } = spec;
            let path = path.unwrap_or_else(|| renamed_from(request, client, &name));
            let first = steps.map(|steps| steps.first.method.input());
            params.push(resolve(
                self.schema,
                request,
                first.as_ref(),
                name,
                presence,
                keyword_only,
                &path,
            )?);
        }
        Ok(params)
    }
}

/// The request's field that a parameter without a path fills.
fn renamed_from(request: &MessageDescriptor, client: &ClientEntry, name: &str) -> String {
    let renamed = client
        .rename
        .iter()
        .find(|(_, to)| *to == name)
        .map(|(from, _)| from.clone());
    match renamed {
        Some(field) if request.get_field_by_name(name).is_none() => field,
        _ => name.to_owned(),
    }
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map(|first| first.to_ascii_uppercase())
        .into_iter()
        .chain(letters)
        .collect()
}

/// Where an id shares a oneof with `external_id`, adds the method that takes the latter.
fn add_by_external_id(methods: &mut Vec<Method>) {
    let mut added = Vec::new();
    for method in methods.iter() {
        let Action::Call {
            outcome: Outcome::Both,
            ..
        } = method.action
        else {
            continue;
        };
        let name = format!("{}_by_external_id", method.name);
        if methods.iter().any(|other| other.name == name) {
            continue;
        }
        let external = method.params.iter().position(|param| param.external.is_some());
        let Some((place, field)) =
            external.and_then(|place| Some((place, method.params[place].external.clone()?)))
        else {
            continue;
        };
        let mut params = method.params.clone();
        params[place] = Param::required(field.name(), field.clone(), params[place].external_doc.clone());
        let doc = format!(
            "As :meth:`{}`, for the external id that was given to it in place of Scalekit's own.",
            method.name
        );
        let action = match &method.action {
            Action::Call {
                operation,
                outcome,
                mask,
                steps,
            } => Action::Call {
                operation: operation.clone(),
                outcome: outcome.clone(),
                mask: mask.clone(),
                steps: steps.clone(),
            },
            _ => continue,
        };
        added.push(Method {
            name,
            params,
            doc,
            request: method.request.clone(),
            action,
        });
    }
    methods.extend(added);
}

/// Adds an iterator to every list that is paged.
fn add_iterators(methods: &mut Vec<Method>) {
    let mut added = Vec::new();
    for method in methods.iter() {
        let Action::Call {
            operation,
            steps: None,
            ..
        } = &method.action
        else {
            continue;
        };
        let answer = operation.method.output();
        let paged = method.request.get_field_by_name("page_token").is_some()
            && answer.get_field_by_name("next_page_token").is_some();
        let items = answer
            .fields()
            .find(|field| field.is_list() && field.kind().as_message().is_some());
        let (true, Some(items)) = (paged, items) else {
            continue;
        };
        let plain = method
            .name
            .strip_prefix("list_")
            .or_else(|| method.name.strip_prefix("get_"));
        let plain = plain.unwrap_or(&method.name);
        let params = method
            .params
            .iter()
            .filter(|param| param.name != "page_token")
            .cloned()
            .collect();
        added.push(Method {
            name: format!("iter_{}", plain.strip_suffix("_paginated").unwrap_or(plain)),
            params,
            doc: format!(
                "Iterates over what :meth:`{}` lists, through all pages.\n\nA page is fetched when the loop gets to it.",
                method.name
            ),
            request: method.request.clone(),
            action: Action::Pages { operation: operation.clone(), items },
        });
    }
    methods.extend(added);
}
