//! The object literal from which a request is created. It has the structure of the message.

use prost_reflect::{FieldDescriptor, MessageDescriptor};

use super::names::{camel, oneof};
use super::types::Helpers;

/// An object literal under construction.
#[derive(Default)]
pub(super) struct Init {
    fields: Vec<(String, Value)>,
}

/// The value of a field in the literal.
enum Value {
    Expression {
        text: String,
        required: bool,
    },
    Object {
        /// An expression for the complete message. The inner fields override its fields.
        base: Option<String>,
        inner: Init,
        required: bool,
    },
}

impl Init {
    /// Sets the field at a dotted path.
    pub(super) fn set(
        &mut self,
        request: &MessageDescriptor,
        path: &str,
        text: String,
        required: bool,
        helpers: &mut Helpers,
    ) {
        let (head, rest) = path
            .split_once('.')
            .map_or((path, None), |(head, rest)| (head, Some(rest)));
        let Some(field) = request.get_field_by_name(head) else {
            return;
        };
        match (rest, field.kind().as_message()) {
            (Some(rest), Some(message)) => {
                let inner = self.object(&field);
                inner.set(message, rest, text, required, helpers);
            }
            _ => self.value(&field, text, required, helpers),
        }
    }

    /// Includes the message at a dotted path in the request, even if all its fields are unset.
    pub(super) fn require(&mut self, path: &str) {
        let mut current = self;
        for name in path.split('.') {
            let name = camel(name);
            let found = current.fields.iter_mut().find(|(key, _)| *key == name);
            match found {
                Some((
                    _,
                    Value::Object {
                        inner, required, ..
                    },
                )) => {
                    *required = true;
                    current = inner;
                }
                _ => return,
            }
        }
    }

    fn object(&mut self, field: &FieldDescriptor) -> &mut Init {
        let name = camel(field.name());
        let index = self.fields.iter().position(|(key, _)| *key == name);
        let index = index.unwrap_or_else(|| {
            let value = Value::Object {
                base: None,
                inner: Init::default(),
                required: false,
            };
            self.fields.push((name, value));
            self.fields.len() - 1
        });
        let value = &mut self.fields[index].1;
        if let Value::Expression { text, required } = value {
            *value = Value::Object {
                base: Some(std::mem::take(text)),
                inner: Init::default(),
                required: *required,
            };
        }
        match value {
            Value::Object { inner, .. } => inner,
            Value::Expression { .. } => unreachable!("expressions are converted to objects above"),
        }
    }

    fn value(
        &mut self,
        field: &FieldDescriptor,
        text: String,
        required: bool,
        helpers: &mut Helpers,
    ) {
        let Some(oneof) = oneof(field) else {
            self.fields
                .push((camel(field.name()), Value::Expression { text, required }));
            return;
        };
        let member = helpers.call(
            "oneofMember",
            &format!("\"{}\", {text}", camel(field.name())),
        );
        let name = camel(oneof.name());
        match self.fields.iter_mut().find(|(key, _)| *key == name) {
            Some((_, Value::Expression { text, .. })) => *text = format!("{text} ?? {member}"),
            _ => self.fields.push((
                name,
                Value::Expression {
                    text: member,
                    required,
                },
            )),
        }
    }

    fn required(&self) -> bool {
        self.fields.iter().any(|(_, value)| match value {
            Value::Expression { required, .. } => *required,
            Value::Object {
                inner, required, ..
            } => *required || inner.required(),
        })
    }

    /// Returns the source of the literal, indented by `depth` levels.
    pub(super) fn literal(&self, depth: usize, helpers: &mut Helpers) -> String {
        if self.fields.is_empty() {
            return "{}".to_owned();
        }
        let margin = "  ".repeat(depth);
        let mut text = "{\n".to_owned();
        for (name, value) in &self.fields {
            let value = match value {
                Value::Expression { text, .. } => text.clone(),
                Value::Object {
                    base,
                    inner,
                    required,
                } => {
                    let literal = inner.literal(depth + 1, helpers);
                    if let Some(base) = base {
                        helpers.call("merged", &format!("{base}, {literal}"))
                    } else if *required || inner.required() {
                        literal
                    } else {
                        helpers.call("ifAnySet", &literal)
                    }
                }
            };
            if value == *name {
                text.push_str(&format!("{margin}  {name},\n"));
            } else {
                text.push_str(&format!("{margin}  {name}: {value},\n"));
            }
        }
        text + &margin + "}"
    }
}
