//! The object that a request is made of: nested as the message is, each leaf filled by a parameter.

use prost_reflect::{FieldDescriptor, MessageDescriptor};

use super::names::{camel, oneof};
use super::types::Helpers;

/// An object literal under construction.
#[derive(Default)]
pub(super) struct Init {
    fields: Vec<(String, Slot)>,
}

enum Slot {
    Value {
        text: String,
        required: bool,
    },
    Object {
        /// A value for the message as a whole, which the inner fields change.
        whole: Option<String>,
        inner: Init,
        held: bool,
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

    /// Makes the message at a dotted path part of the request, even if nothing in it is set.
    pub(super) fn hold(&mut self, path: &str) {
        let mut here = self;
        for name in path.split('.') {
            let name = camel(name);
            let found = here.fields.iter_mut().find(|(key, _)| *key == name);
            match found {
                Some((_, Slot::Object { inner, held, .. })) => {
                    *held = true;
                    here = inner;
                }
                _ => return,
            }
        }
    }

    fn object(&mut self, field: &FieldDescriptor) -> &mut Init {
        let name = camel(field.name());
        let place = self.fields.iter().position(|(key, _)| *key == name);
        let place = place.unwrap_or_else(|| {
            let slot = Slot::Object {
                whole: None,
                inner: Init::default(),
                held: false,
            };
            self.fields.push((name, slot));
            self.fields.len() - 1
        });
        let slot = &mut self.fields[place].1;
        if let Slot::Value { text, required } = slot {
            *slot = Slot::Object {
                whole: Some(std::mem::take(text)),
                inner: Init::default(),
                held: *required,
            };
        }
        match slot {
            Slot::Object { inner, .. } => inner,
            Slot::Value { .. } => unreachable!("it was made an object above"),
        }
    }

    fn value(&mut self, field: &FieldDescriptor, text: String, required: bool, helpers: &mut Helpers) {
        let Some(oneof) = oneof(field) else {
            self.fields
                .push((camel(field.name()), Slot::Value { text, required }));
            return;
        };
        let choice = helpers.call("choice", &format!("\"{}\", {text}", camel(field.name())));
        let name = camel(oneof.name());
        match self.fields.iter_mut().find(|(key, _)| *key == name) {
            Some((_, Slot::Value { text, .. })) => *text = format!("{text} ?? {choice}"),
            _ => self.fields.push((
                name,
                Slot::Value {
                    text: choice,
                    required,
                },
            )),
        }
    }

    fn required(&self) -> bool {
        self.fields.iter().any(|(_, slot)| match slot {
            Slot::Value { required, .. } => *required,
            Slot::Object { inner, held, .. } => *held || inner.required(),
        })
    }

    /// The literal, with its lines indented by `depth` levels.
    pub(super) fn literal(&self, depth: usize, helpers: &mut Helpers) -> String {
        if self.fields.is_empty() {
            return "{}".to_owned();
        }
        let margin = "  ".repeat(depth);
        let mut text = "{\n".to_owned();
        for (name, slot) in &self.fields {
            let value = match slot {
                Slot::Value { text, .. } => text.clone(),
                Slot::Object { whole, inner, held } => {
                    let literal = inner.literal(depth + 1, helpers);
                    if let Some(whole) = whole {
                        helpers.call("merged", &format!("{whole}, {literal}"))
                    } else if *held || inner.required() {
                        literal
                    } else {
                        helpers.call("present", &literal)
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
