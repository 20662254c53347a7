//! Reading of constraints from field options.

use std::sync::LazyLock;

use prost_reflect::{
    DynamicMessage, ExtensionDescriptor, FieldDescriptor, Kind, ReflectMessage, Value,
};
use regex::Regex;

use crate::schema;

static EXTENSION: LazyLock<Option<ExtensionDescriptor>> =
    LazyLock::new(|| schema::pool().get_extension_by_name("buf.validate.field"));

/// The constraints of a field, or of its items, keys or values.
#[derive(Default)]
pub(super) struct Rules {
    pub(super) required: bool,
    pub(super) kind: Option<KindRules>,
}

/// The constraints for one type of value.
pub(super) enum KindRules {
    Text(TextRules),
    Number {
        id: &'static str,
        bounds: Bounds<i128>,
    },
    /// `defined` contains the allowed numbers if only values of the schema are allowed.
    Enum {
        defined: Option<Vec<i32>>,
        not_in: Vec<i32>,
    },
    Duration(Bounds<i128>),
    List {
        size: Size,
        unique: bool,
        items: Option<Box<Rules>>,
    },
    Map {
        size: Size,
        keys: Option<Box<Rules>>,
        values: Option<Box<Rules>>,
    },
}

#[derive(Default)]
pub(super) struct TextRules {
    pub(super) min_len: Option<u64>,
    pub(super) max_len: Option<u64>,
    pub(super) pattern: Option<Regex>,
    pub(super) prefix: Option<String>,
    pub(super) one_of: Vec<String>,
    pub(super) email: bool,
    pub(super) uri: bool,
}

/// Bounds of a number, or of a duration in nanoseconds.
#[derive(Default)]
pub(super) struct Bounds<T> {
    pub(super) lt: Option<T>,
    pub(super) lte: Option<T>,
    pub(super) gt: Option<T>,
    pub(super) gte: Option<T>,
}

#[derive(Default)]
pub(super) struct Size {
    pub(super) min: Option<u64>,
    pub(super) max: Option<u64>,
}

impl Rules {
    /// Returns the constraints of a field, if it has any.
    pub(super) fn of(field: &FieldDescriptor) -> Option<Self> {
        let extension = EXTENSION.as_ref()?;
        let options = field.options();
        if !options.has_extension(extension) {
            return None;
        }
        options
            .get_extension(extension)
            .as_message()
            .map(|rules| Self::read(rules, &field.kind()))
    }

    fn read(rules: &DynamicMessage, of: &Kind) -> Self {
        let required = flag(rules, "required");
        let kind = rules
            .descriptor()
            .oneofs()
            .find(|oneof| oneof.name() == "type")
            .and_then(|oneof| {
                let chosen = oneof.fields().find(|field| rules.has_field(field))?;
                let inner = rules.get_field(&chosen);
                KindRules::read(chosen.name(), inner.as_message()?, of)
            });
        Self { required, kind }
    }
}

impl KindRules {
    fn read(kind: &str, rules: &DynamicMessage, of: &Kind) -> Option<Self> {
        let inner = |name: &str| {
            set(rules, name)?
                .as_message()
                .map(|inner| Box::new(Rules::read(inner, of)))
        };
        let names = |of: &Kind| {
            of.as_enum()
                .map(|names| names.values().map(|value| value.number()).collect())
        };
        Some(match kind {
            "string" => Self::Text(TextRules::read(rules)),
            "int32" => Self::Number {
                id: "int32",
                bounds: Bounds::read(rules, number),
            },
            "uint32" => Self::Number {
                id: "uint32",
                bounds: Bounds::read(rules, number),
            },
            "duration" => Self::Duration(Bounds::read(rules, nanoseconds)),
            "enum" => Self::Enum {
                defined: if flag(rules, "defined_only") {
                    names(of)
                } else {
                    None
                },
                not_in: list(rules, "not_in")
                    .iter()
                    .filter_map(Value::as_i32)
                    .collect(),
            },
            "repeated" => Self::List {
                size: Size {
                    min: length(rules, "min_items"),
                    max: length(rules, "max_items"),
                },
                unique: flag(rules, "unique"),
                items: inner("items"),
            },
            "map" => Self::Map {
                size: Size {
                    min: length(rules, "min_pairs"),
                    max: length(rules, "max_pairs"),
                },
                keys: inner("keys"),
                values: inner("values"),
            },
            _ => return None,
        })
    }
}

impl TextRules {
    fn read(rules: &DynamicMessage) -> Self {
        let text =
            |name: &str| set(rules, name).and_then(|value| value.as_str().map(str::to_owned));
        Self {
            min_len: length(rules, "min_len"),
            max_len: length(rules, "max_len"),
            pattern: text("pattern").and_then(|pattern| Regex::new(&pattern).ok()),
            prefix: text("prefix"),
            one_of: list(rules, "in")
                .iter()
                .filter_map(|value| value.as_str().map(str::to_owned))
                .collect(),
            email: flag(rules, "email"),
            uri: flag(rules, "uri"),
        }
    }
}

impl<T> Bounds<T> {
    fn read(rules: &DynamicMessage, convert: impl Fn(&Value) -> Option<T>) -> Self {
        let bound = |name: &str| convert(&set(rules, name)?);
        Self {
            lt: bound("lt"),
            lte: bound("lte"),
            gt: bound("gt"),
            gte: bound("gte"),
        }
    }
}

fn set(rules: &DynamicMessage, name: &str) -> Option<Value> {
    rules
        .has_field_by_name(name)
        .then(|| {
            rules
                .get_field_by_name(name)
                .map(|value| value.into_owned())
        })
        .flatten()
}

fn flag(rules: &DynamicMessage, name: &str) -> bool {
    set(rules, name)
        .and_then(|value| value.as_bool())
        .unwrap_or_default()
}

fn length(rules: &DynamicMessage, name: &str) -> Option<u64> {
    set(rules, name)?.as_u64()
}

fn list(rules: &DynamicMessage, name: &str) -> Vec<Value> {
    set(rules, name)
        .and_then(|value| value.as_list().map(<[Value]>::to_vec))
        .unwrap_or_default()
}

/// Converts a 32-bit or 64-bit integer.
pub(super) fn number(value: &Value) -> Option<i128> {
    match value {
        Value::I32(value) => Some((*value).into()),
        Value::I64(value) => Some((*value).into()),
        Value::U32(value) => Some((*value).into()),
        Value::U64(value) => Some((*value).into()),
        _ => None,
    }
}

/// Converts a `google.protobuf.Duration` to nanoseconds.
pub(super) fn nanoseconds(value: &Value) -> Option<i128> {
    let duration = value.as_message()?;
    let part = |name: &str| {
        duration
            .get_field_by_name(name)
            .and_then(|value| number(&value))
            .unwrap_or_default()
    };
    Some(part("seconds") * 1_000_000_000 + part("nanos"))
}

/// Returns the value inside a wrapper such as `google.protobuf.StringValue`, or the value itself.
pub(super) fn unwrapped(value: &Value) -> Value {
    let inner = value.as_message().filter(|message| {
        let descriptor = message.descriptor();
        descriptor.full_name().starts_with("google.protobuf.")
            && descriptor.name().ends_with("Value")
    });
    inner
        .and_then(|message| {
            message
                .get_field_by_name("value")
                .map(|inner| inner.into_owned())
        })
        .unwrap_or_else(|| value.clone())
}
