//! Validation of the schema's `buf.validate` constraints, with the semantics of protovalidate:
//! constraints apply to fields that are set. A scalar without presence always counts as set.

mod compile;
mod value;

use std::collections::HashMap;
use std::sync::LazyLock;

use prost_reflect::{
    DynamicMessage, FieldDescriptor, Kind, MapKey, MessageDescriptor, ReflectMessage as _, Value,
};

use crate::api_error::Violation;
use crate::schema;
use compile::Rules;

/// The fields to validate, by message.
static MESSAGES: LazyLock<HashMap<String, Vec<FieldRules>>> = LazyLock::new(|| {
    schema::pool()
        .all_messages()
        .map(|message| (message.full_name().to_owned(), fields(&message)))
        .collect()
});

/// A field with constraints, or with messages that may have constraints.
struct FieldRules {
    field: FieldDescriptor,
    rules: Option<Rules>,
    nested: bool,
}

fn fields(message: &MessageDescriptor) -> Vec<FieldRules> {
    let checked = message.fields().map(|field| {
        let rules = Rules::of(&field);
        let nested = match field.kind() {
            Kind::Message(entry) if entry.is_map_entry() => {
                matches!(entry.map_entry_value_field().kind(), Kind::Message(_))
            }
            Kind::Message(inner) => !inner.full_name().starts_with("google.protobuf."),
            _ => false,
        };
        FieldRules {
            field,
            rules,
            nested,
        }
    });
    checked
        .filter(|checked| checked.rules.is_some() || checked.nested)
        .collect()
}

/// Returns all constraint violations of a message.
pub(super) fn violations(message: &DynamicMessage) -> Vec<Violation> {
    let mut found = Vec::new();
    check(message, "", &mut found);
    found
}

/// Compiles all constraints at startup, so that the first request is not delayed.
pub(super) fn warm_up() {
    LazyLock::force(&MESSAGES);
}

fn check(message: &DynamicMessage, prefix: &str, found: &mut Vec<Violation>) {
    let Some(fields) = MESSAGES.get(message.descriptor().full_name()) else {
        return;
    };
    for FieldRules {
        field,
        rules,
        nested,
    } in fields
    {
        let path = match prefix {
            "" => field.name().to_owned(),
            _ => format!("{prefix}.{}", field.name()),
        };
        let present = message.has_field(field);
        let value = message.get_field(field);
        if let Some(rules) = rules {
            if rules.required && !present {
                value::add_violation(&path, "required", "value is required", found);
                continue;
            }
            if present || !(field.supports_presence() || field.is_list() || field.is_map()) {
                rules.check(&value, &path, found);
            } else if field.is_list() || field.is_map() {
                rules.check_size(&value, &path, found);
            }
        }
        if *nested && present {
            each_message(&value, &path, &mut |message, path| {
                check(message, path, found)
            });
        }
    }
}

fn each_message(value: &Value, path: &str, visit: &mut dyn FnMut(&DynamicMessage, &str)) {
    match value {
        Value::Message(message) => visit(message, path),
        Value::List(items) => {
            for (index, item) in items.iter().enumerate() {
                each_message(item, &format!("{path}[{index}]"), visit);
            }
        }
        Value::Map(entries) => {
            for (key, item) in entries {
                each_message(item, &format!("{path}[{}]", key_text(key)), visit);
            }
        }
        _ => {}
    }
}

/// Formats a map key for a field path.
fn key_text(key: &MapKey) -> String {
    match key {
        MapKey::String(text) => format!("{text:?}"),
        MapKey::Bool(value) => value.to_string(),
        MapKey::I32(value) => value.to_string(),
        MapKey::I64(value) => value.to_string(),
        MapKey::U32(value) => value.to_string(),
        MapKey::U64(value) => value.to_string(),
    }
}
