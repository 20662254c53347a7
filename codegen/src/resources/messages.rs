//! The required fields of messages, and the roles of messages in the API.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, ensure};
use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};

use super::arguments::{declared, real_oneof};
use super::config::MessageConfig;
use super::{Method, Output};
use crate::Schema;

/// The required fields of messages.
pub(super) struct Required(BTreeMap<String, MessageConfig>);

impl Required {
    pub(super) fn new(
        schema: &Schema,
        config: BTreeMap<String, MessageConfig>,
    ) -> anyhow::Result<Self> {
        for (name, message) in &config {
            let descriptor = schema.pool().get_message_by_name(name);
            let descriptor =
                descriptor.with_context(|| format!("[messages]: there is no message {name}"))?;
            for field in &message.required {
                ensure!(
                    descriptor.get_field_by_name(field).is_some(),
                    "[messages.{name:?}]: there is no field {field}"
                );
            }
        }
        Ok(Required(config))
    }

    /// Returns `true` if a request without the field is always rejected: by configuration, by its
    /// constraint or by its comment. A field that tracks presence or is in a oneof is required
    /// only by a constraint `required`.
    pub(super) fn contains(&self, schema: &Schema, field: &FieldDescriptor) -> bool {
        if let Some(config) = self.0.get(field.parent_message().full_name()) {
            return config.required.iter().any(|name| name == field.name());
        }
        let rules = schema.rules(field);
        if rules.required || schema.comment(field).contains("Required.") {
            return true;
        }
        let is_message = field.kind().as_message().is_some();
        let has_presence = field.supports_presence() && !is_message;
        rules.non_empty && !has_presence && real_oneof(field).is_none()
    }

    /// Returns `true` for a required field, and for a message with a required field.
    pub(super) fn is_needed(&self, schema: &Schema, field: &FieldDescriptor) -> bool {
        let inner = || {
            let message = field.kind().as_message().cloned();
            message
                .filter(|_| !field.is_list())
                .is_some_and(|message| message.fields().any(|field| self.contains(schema, &field)))
        };
        self.contains(schema, field) || inner()
    }
}

/// The roles of the messages: which ones callers construct, and which ones they receive.
pub struct Messages {
    inputs: BTreeSet<String>,
    outputs: BTreeSet<String>,
    in_operations: BTreeSet<String>,
    required: BTreeMap<String, Vec<String>>,
}

impl Messages {
    pub(super) fn new<'a>(
        schema: &Schema,
        required: &Required,
        methods: impl Iterator<Item = &'a Method>,
    ) -> Self {
        let (mut inputs, mut outputs) = (BTreeSet::new(), BTreeSet::new());
        let mut in_operations = BTreeSet::new();
        for method in methods {
            reach(&method.operation.method.input(), &mut in_operations);
            reach(&method.operation.method.output(), &mut in_operations);
            for argument in method.parameters() {
                if argument.item.is_none() {
                    reach_field(&argument.field, &mut inputs);
                }
            }
            match &method.output {
                Output::Nothing => {}
                Output::Field(field) => reach_field(field, &mut outputs),
                Output::Message(message) => reach(message, &mut outputs),
            }
            if let Some(paging) = &method.paging {
                reach_field(&paging.items, &mut outputs);
            }
        }
        let needed = |name: &String| {
            let message = schema.pool().get_message_by_name(name)?;
            let fields = declared(&message).filter(|field| required.contains(schema, field));
            let names = fields.map(|field| field.name().to_owned()).collect();
            Some((name.clone(), names))
        };
        Messages {
            required: inputs.iter().filter_map(needed).collect(),
            inputs,
            outputs,
            in_operations,
        }
    }

    /// Returns `true` if callers construct the message: it is an argument or an option, or part of
    /// one.
    pub fn is_input(&self, message: &MessageDescriptor) -> bool {
        self.inputs.contains(message.full_name())
    }

    /// Returns `true` if callers receive the message: it is an output, or part of one. A message
    /// can be both input and output.
    pub fn is_output(&self, message: &MessageDescriptor) -> bool {
        self.outputs.contains(message.full_name())
    }

    /// Returns `true` if the message is the request or the response of an operation, or part of
    /// one. A message that is neither input nor output is then an envelope, which methods add and
    /// remove.
    pub fn is_in_operation(&self, message: &MessageDescriptor) -> bool {
        self.in_operations.contains(message.full_name())
    }

    /// Returns the fields without which a request with this input message is rejected, in the
    /// order of their declaration.
    pub fn required(&self, message: &MessageDescriptor) -> Vec<FieldDescriptor> {
        let names = self.required.get(message.full_name());
        let names = names.into_iter().flatten();
        names
            .filter_map(|name| message.get_field_by_name(name))
            .collect()
    }
}

fn reach_field(field: &FieldDescriptor, to: &mut BTreeSet<String>) {
    if let Kind::Message(message) = field.kind() {
        reach(&message, to);
    }
}

/// Adds a message and the messages in it. Well-known types are left out.
fn reach(message: &MessageDescriptor, to: &mut BTreeSet<String>) {
    let well_known = message.package_name() == "google.protobuf";
    if well_known || (!message.is_map_entry() && !to.insert(message.full_name().to_owned())) {
        return;
    }
    for field in message.fields() {
        reach_field(&field, to);
    }
}
