//! Sample messages. Every field has a value that its constraints allow.

use anyhow::{Result, anyhow, bail};
use prost_reflect::{
    DescriptorPool, DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, Value,
};
use regex::Regex;
use serde_json::{Map, Value as Json, json};

/// Creates sample messages as proto3 JSON, with the field names of the schema.
pub(super) struct Sampler<'a> {
    pool: &'a DescriptorPool,
    /// The index of the member that is set in each oneof, modulo the number of members.
    pub(super) variant: usize,
}

impl<'a> Sampler<'a> {
    pub(super) fn new(pool: &'a DescriptorPool, variant: usize) -> Self {
        Self { pool, variant }
    }

    /// Returns a sample of `message`. `path_fields` are the members of oneofs that must be set
    /// because the route contains them. `parents` contains the messages around `message`.
    pub(super) fn message(
        &self,
        message: &MessageDescriptor,
        path_fields: &[&str],
        parents: &mut Vec<String>,
    ) -> Result<Json> {
        let mut object = Map::new();
        parents.push(message.full_name().to_owned());
        for field in message.fields() {
            if let Some(oneof) = field
                .containing_oneof()
                .filter(|oneof| !oneof.is_synthetic())
            {
                let members: Vec<_> = oneof.fields().collect();
                let in_path = members
                    .iter()
                    .position(|member| path_fields.contains(&member.name()));
                let chosen = in_path.unwrap_or(self.variant % members.len());
                if members[chosen].name() != field.name() {
                    continue;
                }
            }
            if let Kind::Message(inner) = field.kind()
                && parents.iter().any(|name| name == inner.full_name())
            {
                continue;
            }
            object.insert(field.name().to_owned(), self.field(&field, parents)?);
        }
        parents.pop();
        Ok(Json::Object(object))
    }

    fn field(&self, field: &FieldDescriptor, parents: &mut Vec<String>) -> Result<Json> {
        let rules = self.rules(field);
        if field.is_map() {
            let Kind::Message(entry) = field.kind() else {
                bail!("{} is not a map", field.full_name())
            };
            let map = rules.as_ref().and_then(|rules| message_at(rules, "map"));
            let key = self.value(
                &entry.map_entry_key_field(),
                map.as_ref()
                    .and_then(|map| message_at(map, "keys"))
                    .as_ref(),
                parents,
            )?;
            let value = self.value(
                &entry.map_entry_value_field(),
                map.as_ref()
                    .and_then(|map| message_at(map, "values"))
                    .as_ref(),
                parents,
            )?;
            let key = key.as_str().map_or_else(|| key.to_string(), str::to_owned);
            return Ok(json!({ key: value }));
        }
        if field.is_list() {
            let list = rules
                .as_ref()
                .and_then(|rules| message_at(rules, "repeated"));
            let items = list.as_ref().and_then(|list| message_at(list, "items"));
            return Ok(json!([self.value(field, items.as_ref(), parents)?]));
        }
        self.value(field, rules.as_ref(), parents)
    }

    fn value(
        &self,
        field: &FieldDescriptor,
        rules: Option<&DynamicMessage>,
        parents: &mut Vec<String>,
    ) -> Result<Json> {
        let name = field.full_name();
        Ok(match field.kind() {
            Kind::String => text(name, rules)?.into(),
            Kind::Bool => true.into(),
            Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => number(rules, "int32").into(),
            Kind::Uint32 | Kind::Fixed32 => number(rules, "uint32").into(),
            Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => "9007199254740993".into(),
            Kind::Uint64 | Kind::Fixed64 => "18446744073709551615".into(),
            Kind::Double | Kind::Float => json!(0.25),
            Kind::Bytes => "AP/+".into(),
            Kind::Enum(kind) => {
                let values: Vec<_> = kind.values().filter(|value| value.number() != 0).collect();
                let value = values.get(self.variant % values.len().max(1));
                value
                    .ok_or_else(|| anyhow!("{name}: the enum has no value except 0"))?
                    .name()
                    .into()
            }
            Kind::Message(message) => match message.full_name() {
                "google.protobuf.Timestamp" => "2026-03-04T05:06:07.089Z".into(),
                "google.protobuf.Duration" => "600s".into(),
                "google.protobuf.FieldMask" => "displayName,metadata".into(),
                "google.protobuf.Struct" => {
                    json!({"text": "ü", "number": 1.5, "list": [true, null, {"deep": "x"}]})
                }
                "google.protobuf.ListValue" => json!(["a", 2.5, false]),
                "google.protobuf.Value" => json!({"any": ["value"]}),
                "google.protobuf.StringValue" => text(name, rules)?.into(),
                "google.protobuf.BoolValue" => true.into(),
                "google.protobuf.Int32Value" => number(rules, "int32").into(),
                "google.protobuf.UInt32Value" => number(rules, "uint32").into(),
                other if other.starts_with("google.protobuf.") => {
                    bail!("{name}: there is no sample value for {other}")
                }
                _ => self.message(&message, &[], parents)?,
            },
        })
    }

    fn rules(&self, field: &FieldDescriptor) -> Option<DynamicMessage> {
        let extension = self.pool.get_extension_by_name("buf.validate.field")?;
        let options = field.options();
        options
            .has_extension(&extension)
            .then(|| options.get_extension(&extension).as_message().cloned())
            .flatten()
    }
}

fn message_at(message: &DynamicMessage, field: &str) -> Option<DynamicMessage> {
    message
        .has_field_by_name(field)
        .then(|| message.get_field_by_name(field)?.as_message().cloned())
        .flatten()
}

fn unsigned_at(message: &DynamicMessage, field: &str) -> Option<u64> {
    message
        .has_field_by_name(field)
        .then(|| message.get_field_by_name(field)?.as_u64())
        .flatten()
}

fn string_at(message: &DynamicMessage, field: &str) -> Option<String> {
    message
        .has_field_by_name(field)
        .then(|| {
            message
                .get_field_by_name(field)?
                .as_str()
                .map(str::to_owned)
        })
        .flatten()
}

fn flag_at(message: &DynamicMessage, field: &str) -> bool {
    message.has_field_by_name(field)
        && message
            .get_field_by_name(field)
            .is_some_and(|value| value.as_bool() == Some(true))
}

/// Returns 7, or the allowed number that is closest to 7.
fn number(rules: Option<&DynamicMessage>, kind: &str) -> i64 {
    let Some(bounds) = rules.and_then(|rules| message_at(rules, kind)) else {
        return 7;
    };
    let bound = |name: &str| match bounds
        .has_field_by_name(name)
        .then(|| bounds.get_field_by_name(name))
        .flatten()
    {
        Some(value) => match *value {
            Value::I32(number) => Some(i64::from(number)),
            Value::U32(number) => Some(i64::from(number)),
            _ => None,
        },
        None => None,
    };
    let least = bound("gte")
        .or(bound("gt").map(|number| number + 1))
        .unwrap_or(1)
        .max(1);
    let most = bound("lte")
        .or(bound("lt").map(|number| number - 1))
        .unwrap_or(i64::MAX);
    7.clamp(least, most)
}

/// Returns a string that the rules allow. If possible, it contains characters that must be escaped
/// in URLs and JSON.
fn text(name: &str, rules: Option<&DynamicMessage>) -> Result<String> {
    let Some(rules) = rules.and_then(|rules| message_at(rules, "string")) else {
        return Ok("a/b ü?&=%\"+".to_owned());
    };
    if let Some(value) = rules.get_field_by_name("in")
        && let Some(allowed) = value.as_list().and_then(|list| {
            list.iter()
                .filter_map(|item| item.as_str())
                .find(|item| !item.is_empty())
        })
    {
        return Ok(allowed.to_owned());
    }
    let prefix = string_at(&rules, "prefix").unwrap_or_default();
    let pattern = string_at(&rules, "pattern")
        .map(|pattern| Regex::new(&pattern))
        .transpose()?;
    let least = unsigned_at(&rules, "min_len").unwrap_or(0) as usize;
    let most = unsigned_at(&rules, "max_len").unwrap_or(u64::MAX) as usize;
    let candidates = [
        if prefix.is_empty() {
            "a/b ü?&=%\"+"
        } else {
            "1234567890123456"
        },
        "ada@example.com",
        "https://app.example.com/a?b=c",
        "_1234567890123456",
        "1234567890123456",
        "usr_1234567890123456",
        "ses_1234567890123456",
        "sample value 1",
        "sample_value_1",
        "example.com",
        "sample1",
        "a1",
    ];
    let fits = |candidate: &String| {
        let length = candidate.chars().count();
        (least..=most).contains(&length)
            && pattern
                .as_ref()
                .is_none_or(|pattern| pattern.is_match(candidate))
            && flag_at(&rules, "email") == (candidate == "ada@example.com")
            && flag_at(&rules, "uri") <= candidate.starts_with("https://")
    };
    let padded = "x".repeat(least);
    let all = candidates
        .into_iter()
        .chain([padded.as_str()])
        .map(|tail| format!("{prefix}{tail}"));
    all.into_iter()
        .find(fits)
        .ok_or_else(|| anyhow!("{name}: no sample string matches the rules {rules}"))
}
