//! The object literal from which a request is created. It has the structure of the message.

use prost_reflect::{FieldDescriptor, MessageDescriptor};
use serde::Serialize;

use super::imports::Imports;
use super::names::{camel, oneof};

/// The fields of an object literal.
#[derive(Default, Serialize)]
#[serde(transparent)]
pub(super) struct Init {
    fields: Vec<Field>,
}

#[derive(Serialize)]
struct Field {
    name: String,
    required: bool,
    #[serde(flatten)]
    value: Value,
}

/// The value of a field in the literal.
#[derive(Serialize)]
#[serde(untagged)]
enum Value {
    Expression {
        value: String,
    },
    Message {
        /// An expression for the complete message. The inner fields override its fields.
        base: Option<String>,
        fields: Init,
    },
}

impl Init {
    /// Sets the field at a dotted path.
    pub(super) fn set(
        &mut self,
        request: &MessageDescriptor,
        path: &str,
        value: String,
        required: bool,
        imports: &mut Imports,
    ) {
        let (head, rest) = path
            .split_once('.')
            .map_or((path, None), |(head, rest)| (head, Some(rest)));
        let Some(field) = request.get_field_by_name(head) else {
            return;
        };
        match (rest, field.kind().as_message()) {
            (Some(rest), Some(message)) => {
                let inner = self.message(&field);
                inner.set(message, rest, value, required, imports);
            }
            _ => self.value(&field, value, required, imports),
        }
    }

    /// Includes the message at a dotted path in the request, even if all its fields are unset.
    pub(super) fn require(&mut self, path: &str) {
        let mut current = self;
        for name in path.split('.') {
            match current.find(&camel(name)) {
                Some(Field {
                    required,
                    value: Value::Message { fields, .. },
                    ..
                }) => {
                    *required = true;
                    current = fields;
                }
                _ => return,
            }
        }
    }

    /// Decides which messages are included if all their fields are unset, and imports the
    /// functions that combine messages.
    pub(super) fn finish(&mut self, imports: &mut Imports) {
        for field in &mut self.fields {
            if let Value::Message { base, fields } = &mut field.value {
                fields.finish(imports);
                field.required |= fields.fields.iter().any(|field| field.required);
                match (base, field.required) {
                    (Some(_), _) => imports.conversion("merged"),
                    (None, false) => imports.conversion("ifAnySet"),
                    (None, true) => {}
                }
            }
        }
    }

    fn find(&mut self, name: &str) -> Option<&mut Field> {
        self.fields.iter_mut().find(|field| field.name == name)
    }

    /// Returns the literal of a field that is a message.
    fn message(&mut self, field: &FieldDescriptor) -> &mut Init {
        let name = camel(field.name());
        let index = self.fields.iter().position(|field| field.name == name);
        let index = index.unwrap_or_else(|| {
            let value = Value::Message {
                base: None,
                fields: Init::default(),
            };
            self.fields.push(Field {
                name,
                required: false,
                value,
            });
            self.fields.len() - 1
        });
        let value = &mut self.fields[index].value;
        if let Value::Expression { value: base } = value {
            let base = Some(std::mem::take(base));
            *value = Value::Message {
                base,
                fields: Init::default(),
            };
        }
        match value {
            Value::Message { fields, .. } => fields,
            Value::Expression { .. } => unreachable!("expressions are converted to messages above"),
        }
    }

    fn value(
        &mut self,
        field: &FieldDescriptor,
        value: String,
        required: bool,
        imports: &mut Imports,
    ) {
        let name = camel(field.name());
        let Some(oneof) = oneof(field) else {
            let value = Value::Expression { value };
            return self.fields.push(Field {
                name,
                required,
                value,
            });
        };
        let value = imports.convert("oneofMember", &format!("\"{name}\", {value}"));
        let name = camel(oneof.name());
        match self.find(&name) {
            Some(Field {
                value: Value::Expression { value: first },
                ..
            }) => {
                *first = format!("{first} ?? {value}");
            }
            _ => {
                let value = Value::Expression { value };
                self.fields.push(Field {
                    name,
                    required,
                    value,
                });
            }
        }
    }
}
