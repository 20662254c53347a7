//! The arguments and options of a method.

use std::collections::BTreeMap;

use anyhow::{Context, ensure};
use prost_reflect::{FieldDescriptor, MessageDescriptor, OneofDescriptor};

use super::messages::Required;
use super::{Argument, Paging};
use crate::{Body, Operation, Route, Schema};

/// Derives the arguments of one operation.
pub(super) struct Arguments<'a> {
    pub(super) schema: &'a Schema,
    pub(super) required: &'a Required,
    pub(super) operation: &'a Operation,
    pub(super) rename: &'a BTreeMap<String, String>,
}

/// An alternative to the arguments: a field that can be given instead of another one.
pub(super) struct Alternative {
    pub(super) instead_of: FieldDescriptor,
    pub(super) field: FieldDescriptor,
}

impl Arguments<'_> {
    fn request(&self) -> MessageDescriptor {
        self.operation.method.input()
    }

    /// Returns the default arguments: the fields of the path in its order, then the required
    /// fields, then the field that is the body.
    pub(super) fn default(&self) -> anyhow::Result<Vec<Argument>> {
        let route = self.first_route()?;
        let request = self.request();
        let mut fields: Vec<FieldDescriptor> = Vec::new();
        for name in route.fields() {
            fields.extend(request.get_field_by_name(name));
        }
        let body = match &route.body {
            Body::Field(name) => request.get_field_by_name(name),
            _ => None,
        };
        for field in declared(&request) {
            let is_body = body.as_ref() == Some(&field);
            if !fields.contains(&field) && !is_body && self.is_argument(&field, &fields) {
                fields.push(field);
            }
        }
        fields.extend(body.filter(|body| self.required.is_needed(self.schema, body)));
        Ok(fields
            .into_iter()
            .map(|field| self.argument(field))
            .collect())
    }

    /// A member of a oneof is an argument unless another member is already one.
    fn is_argument(&self, field: &FieldDescriptor, arguments: &[FieldDescriptor]) -> bool {
        match real_oneof(field) {
            Some(oneof) => !oneof.fields().any(|member| arguments.contains(&member)),
            None => self.required.contains(self.schema, field),
        }
    }

    /// Parses the configured arguments: `field`, `name -> field` or `name -> field[item]`.
    pub(super) fn configured(&self, entries: &[String]) -> anyhow::Result<Vec<Argument>> {
        entries.iter().map(|entry| self.parse(entry)).collect()
    }

    fn parse(&self, entry: &str) -> anyhow::Result<Argument> {
        let (name, path) = match entry.split_once(" -> ") {
            Some((name, path)) => (Some(name), path),
            None => (None, entry),
        };
        let (field, item) = match path.strip_suffix(']').and_then(|path| path.split_once('[')) {
            Some((field, item)) => (field, Some(item)),
            None => (path, None),
        };
        let field = self
            .request()
            .get_field_by_name(field)
            .with_context(|| format!("argument {entry}: the request has no field {field}"))?;
        let item = item
            .map(|item| {
                let message = field.kind().as_message().cloned();
                message
                    .filter(|_| field.is_list())
                    .and_then(|message| message.get_field_by_name(item))
                    .with_context(|| format!("argument {entry}: the items have no field {item}"))
            })
            .transpose()?;
        let mut argument = self.argument(field);
        if let Some(name) = name {
            argument.name = name.to_owned();
        }
        Ok(Argument { item, ..argument })
    }

    /// Returns the options: the fields that are neither arguments nor alternatives to arguments,
    /// deprecated or page fields.
    pub(super) fn options(&self, arguments: &[Argument], paging: Option<&Paging>) -> Vec<Argument> {
        let is_paging = |field: &FieldDescriptor| {
            paging.is_some_and(|paging| paging.page_size == *field || paging.page_token == *field)
        };
        let alternatives = self.alternatives(arguments);
        let is_used = |field: &FieldDescriptor| {
            arguments.iter().any(|argument| argument.field == *field)
                || alternatives
                    .iter()
                    .any(|other| other.field == *field || other.instead_of == *field)
        };
        declared(&self.request())
            .filter(|field| {
                !is_used(field)
                    && !self.excluded_by(field, arguments)
                    && !is_paging(field)
                    && !self.schema.is_deprecated(field)
            })
            .map(|field| self.argument(field))
            .collect()
    }

    /// Returns `true` for a member of a oneof with a member that is an argument.
    fn excluded_by(&self, field: &FieldDescriptor, arguments: &[Argument]) -> bool {
        real_oneof(field).is_some_and(|oneof| {
            let mut members = oneof.fields();
            members.any(|member| arguments.iter().any(|argument| argument.field == member))
        })
    }

    /// Returns the fields that can be given instead of an argument: the other members of its
    /// oneof, and the field at its place in another route.
    pub(super) fn alternatives(&self, arguments: &[Argument]) -> Vec<Alternative> {
        let mut found: Vec<Alternative> = Vec::new();
        for argument in arguments {
            let members = real_oneof(&argument.field).into_iter().flat_map(|oneof| {
                let members = oneof.fields().collect::<Vec<_>>();
                members.into_iter()
            });
            let in_routes = self.other_routes().filter_map(|route| {
                let (old, new) = self.replaced(route)?;
                match &argument.field {
                    field if *field == old => Some(new),
                    field if *field == new => Some(old),
                    _ => None,
                }
            });
            for field in members.chain(in_routes) {
                let is_new = found.iter().all(|other| other.field != field);
                if field != argument.field && is_new {
                    found.push(Alternative {
                        instead_of: argument.field.clone(),
                        field,
                    });
                }
            }
        }
        found
    }

    /// Returns the field of the first route's path that `route` replaces, and its replacement.
    fn replaced(&self, route: &Route) -> Option<(FieldDescriptor, FieldDescriptor)> {
        let first: Vec<&str> = self.operation.routes.first()?.fields().collect();
        let other: Vec<&str> = route.fields().collect();
        let removed = first.iter().find(|name| !other.contains(name))?;
        let added = other.iter().find(|name| !first.contains(name))?;
        let field = |name: &str| self.request().get_field_by_name(name);
        Some((field(removed)?, field(added)?))
    }

    fn other_routes(&self) -> impl Iterator<Item = &Route> {
        self.operation.routes.iter().skip(1)
    }

    fn first_route(&self) -> anyhow::Result<&Route> {
        let route = self.operation.routes.first();
        route.context("the operation has no route")
    }

    pub(super) fn argument(&self, field: FieldDescriptor) -> Argument {
        let name = self.rename.get(field.name());
        Argument {
            name: name.map_or_else(|| field.name().to_owned(), String::clone),
            doc: without_required(&self.schema.field_doc(&field)),
            item: None,
            field,
        }
    }

    /// Checks that no two arguments or options have the same name.
    pub(super) fn check(&self, arguments: &[Argument], options: &[Argument]) -> anyhow::Result<()> {
        let mut names = std::collections::BTreeSet::new();
        for argument in arguments.iter().chain(options) {
            ensure!(
                names.insert(&argument.name),
                "two values have the name {}",
                argument.name
            );
        }
        Ok(())
    }
}

/// Returns the oneof of a field, unless it only tracks the presence of the field.
pub(super) fn real_oneof(field: &FieldDescriptor) -> Option<OneofDescriptor> {
    field
        .containing_oneof()
        .filter(|oneof| !oneof.is_synthetic())
}

/// Returns the fields in the order of their declaration.
pub(super) fn declared(message: &MessageDescriptor) -> impl Iterator<Item = FieldDescriptor> {
    let names: Vec<String> = message
        .descriptor_proto()
        .field
        .iter()
        .map(|field| field.name().to_owned())
        .collect();
    let message = message.clone();
    names
        .into_iter()
        .filter_map(move |name| message.get_field_by_name(&name))
}

fn without_required(doc: &str) -> String {
    doc.replace(" Required.", "").trim().to_owned()
}
