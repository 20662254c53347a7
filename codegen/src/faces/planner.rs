//! One service client: its operations as methods.

use std::collections::BTreeSet;

use anyhow::{Context, ensure};

use super::checks;
use super::face::{ClientEntry, Face, MethodEntry};
use super::params::derived;
use super::plan::{Action, Client, Messages, Method, Outcome, Steps, Style};
use super::variants::{add_by_external_id, add_iterators};
use crate::{Operation, Schema, snake_case};

/// What the plan is made from.
pub(crate) struct Planner<'a> {
    pub(crate) schema: &'a Schema,
    pub(crate) face: &'a Face,
    pub(crate) style: Style,
    pub(crate) operations: Vec<Operation>,
}

impl Planner<'_> {
    /// Plans one client; `all` decides which operations are its own.
    pub(crate) fn client(&self, entry: &ClientEntry, all: &[ClientEntry]) -> anyhow::Result<Client> {
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
                needs: Vec::new(),
                refuse: Default::default(),
                raises: Default::default(),
                prefer: Vec::new(),
                iterator: None,
            });
        }
        add_by_external_id(&mut methods, self.style);
        add_iterators(&mut methods, self.style);
        ensure!(!methods.is_empty(), "it has no methods");
        let mut names = BTreeSet::new();
        for method in &methods {
            ensure!(
                names.insert(&method.name),
                "two methods are called {}",
                method.name
            );
            checks::method(method)?;
        }
        checks::messages(entry, &methods)?;
        let extras = self
            .face
            .extras
            .iter()
            .filter(|extra| extra.client == entry.attribute);
        Ok(Client {
            extras: extras.cloned().collect(),
            attribute: entry.attribute.clone(),
            module: entry.module().to_owned(),
            class: entry.class.clone(),
            messages: Messages {
                missing: entry.missing.clone(),
                invalid: entry.invalid.clone(),
            },
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
        let mut params = match &entry.params {
            Some(written) => self.params(&request, client, written, steps.as_ref())?,
            None => self.grouped(derived(self.schema, operation, &client.rename)?),
        };
        for (name, doc) in &entry.docs {
            let param = params.iter_mut().find_map(|param| param.named(name));
            param
                .with_context(|| format!("there is no parameter {name} to document"))?
                .doc
                .clone_from(doc);
        }
        for name in &entry.trim {
            let param = params.iter_mut().find_map(|param| param.named(name));
            param
                .with_context(|| format!("there is no parameter {name} to trim"))?
                .trimmed = true;
        }
        let outcome = match entry.result.as_deref().or(client.result.as_deref()) {
            None => (self.style.outcome)(),
            Some("message") => Outcome::Message,
            Some(result) => match result.strip_suffix("()") {
                Some(function) => Outcome::Function(function.to_owned()),
                None => {
                    let name = result.strip_suffix('?');
                    let field = operation
                        .method
                        .output()
                        .get_field_by_name(name.unwrap_or(result));
                    let field = field.with_context(|| format!("the answer has no field {result}"))?;
                    match name {
                        Some(_) => Outcome::Maybe(field),
                        None => Outcome::Field(field),
                    }
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
            failure: entry.failure.clone(),
        };
        Ok(Method {
            name: name.to_owned(),
            params,
            doc,
            request,
            action,
            needs: entry.needs.clone(),
            refuse: entry.refuse.clone(),
            raises: entry.raises.clone(),
            prefer: entry.prefer.clone(),
            iterator: entry.iterator.clone(),
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
