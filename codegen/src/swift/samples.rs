//! Sample values as Swift expressions and as proto3 JSON.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};
use serde_json::{Map, Value, json};

use super::messages::{initializer, real_oneof};
use super::names;
use crate::resources::{Argument, Messages, Sample};

/// Converts the samples of arguments.
pub(super) struct Samples<'a> {
    pub(super) messages: &'a Messages,
}

impl Samples<'_> {
    /// Returns a sample as a Swift expression.
    pub(super) fn expression(&self, sample: &Sample) -> String {
        match sample {
            Sample::Text(text) => format!("{text:?}"),
            Sample::Number(number) => number.to_string(),
            Sample::Bool(flag) => flag.to_string(),
            Sample::Time(text) => format!("try Date({text:?}, strategy: .iso8601)"),
            Sample::Seconds(seconds) => format!(".seconds({seconds})"),
            Sample::Enum(value) => {
                format!(
                    ".{}",
                    names::escaped(&names::case(value.parent_enum(), value))
                )
            }
            Sample::Message(message, fields) => self.message(message, fields),
            Sample::Json(text) => literal(&parsed(text)),
            Sample::List(item) => format!("[{}]", self.expression(item)),
            Sample::Map(key, value) => format!("[{key:?}: {}]", self.expression(value)),
            Sample::Paths(paths) => format!("[{paths:?}]"),
            Sample::Bytes(text) => format!("Data({text:?}.utf8)"),
        }
    }

    /// Returns a call of the memberwise initializer, whose arguments must be in its order.
    fn message(&self, message: &MessageDescriptor, set: &[(FieldDescriptor, Sample)]) -> String {
        let arguments = initializer(self.messages, message).into_iter();
        let arguments = arguments.filter_map(|(member, oneof, _)| {
            let (field, sample) = set.iter().find(|(field, _)| match &oneof {
                Some(_) => real_oneof(field) == oneof,
                None => *field == member,
            })?;
            let value = self.expression(sample);
            Some(match oneof {
                Some(oneof) => format!(
                    "{}: .{}({value})",
                    names::member(oneof.name()),
                    names::escaped(&names::property(field))
                ),
                None => format!("{}: {value}", names::property(&member)),
            })
        });
        let arguments: Vec<String> = arguments.collect();
        format!("{}({})", names::message(message), arguments.join(", "))
    }
}

/// Returns the request that contains the samples of arguments.
pub(super) fn request<'a>(samples: impl Iterator<Item = (&'a Argument, &'a Sample)>) -> Value {
    let mut request = Map::new();
    for (argument, sample) in samples {
        let value = match (&argument.item, sample) {
            (Some(item), Sample::List(text)) => {
                json!([{ item.name(): json(item, text) }])
            }
            _ => json(&argument.field, sample),
        };
        request.insert(argument.field.name().to_owned(), value);
    }
    Value::Object(request)
}

fn json(field: &FieldDescriptor, sample: &Sample) -> Value {
    match sample {
        Sample::Text(text) => json!(text),
        Sample::Number(number) if is_64_bit(field) => json!(number.to_string()),
        Sample::Number(number) => json!(number),
        Sample::Bool(flag) => json!(flag),
        Sample::Time(text) => json!(text),
        Sample::Seconds(seconds) => json!(format!("{seconds}s")),
        Sample::Enum(value) => json!(value.name()),
        Sample::Message(_, fields) => {
            let fields = fields
                .iter()
                .map(|(field, sample)| (field.name().to_owned(), json(field, sample)));
            Value::Object(fields.collect())
        }
        Sample::Json(text) => parsed(text),
        Sample::List(item) => json!([json(field, item)]),
        Sample::Map(key, value) => json!({ key: json(field, value) }),
        Sample::Paths(paths) => json!(paths),
        Sample::Bytes(text) => json!(STANDARD.encode(text)),
    }
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).expect("samples are valid JSON")
}

/// Returns a JSON value as a Swift literal.
fn literal(value: &Value) -> String {
    match value {
        Value::Null => "nil".to_owned(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(literal).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(fields) => {
            let fields = fields.iter();
            let fields = fields.map(|(name, value)| format!("{name:?}: {}", literal(value)));
            format!("[{}]", fields.collect::<Vec<_>>().join(", "))
        }
        scalar => scalar.to_string(),
    }
}

fn is(field: &FieldDescriptor, well_known: &str) -> bool {
    let name = format!("google.protobuf.{well_known}");
    matches!(field.kind(), Kind::Message(message) if message.full_name() == name)
}

fn is_64_bit(field: &FieldDescriptor) -> bool {
    let scalar = matches!(
        field.kind(),
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 | Kind::Uint64 | Kind::Fixed64
    );
    scalar || is(field, "Int64Value") || is(field, "UInt64Value")
}
