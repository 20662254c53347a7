//! Encoding of responses. Like the service, the emulator writes all fields of a message.

use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};
use scalekit::schema::Operation;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::schema;
use crate::api_error::ApiError;

static MESSAGES: LazyLock<Messages> = LazyLock::new(|| {
    let messages: Vec<MessageDescriptor> = schema::pool().all_messages().collect();
    let numbered = messages.iter().enumerate();
    let by_name = numbered
        .map(|(index, message)| (message.full_name().to_owned(), index))
        .collect();
    let fields_of = |message: &MessageDescriptor| {
        let fields = message.fields();
        fields.map(|field| Field::new(&field, &by_name)).collect()
    };
    Messages {
        fields: messages.iter().map(fields_of).collect(),
        by_name,
    }
});

/// The fields of all messages. Reading the descriptors for each response would take several times
/// as long.
struct Messages {
    fields: Vec<Vec<Field>>,
    by_name: HashMap<String, usize>,
}

struct Field {
    name: String,
    /// The index of the message type, if it is one of the API's own messages.
    message: Option<usize>,
    /// The JSON text of the default; `None` for a field with presence.
    default: Option<String>,
}

impl Field {
    fn new(field: &FieldDescriptor, by_name: &HashMap<String, usize>) -> Self {
        Self {
            name: field.name().to_owned(),
            message: inner(field).and_then(|message| by_name.get(message.full_name()).copied()),
            default: (!field.supports_presence()).then(|| default(field).to_string()),
        }
    }
}

/// Prepares the first response.
pub(super) fn warm_up() {
    LazyLock::force(&MESSAGES);
}

/// Returns the JSON text of a response and adds fields that are missing in `response`.
///
/// # Errors
/// INTERNAL if the schema does not contain the message, or if `response` is not its JSON.
pub(super) fn write(operation: &Operation, response: &[u8]) -> Result<Vec<u8>, ApiError> {
    let messages = &*MESSAGES;
    let index = messages.by_name.get(operation.response).ok_or_else(|| {
        ApiError::internal(format!(
            "the schema does not contain {}",
            operation.response
        ))
    })?;
    let fields = &messages.fields[*index];
    let mut out = Vec::with_capacity(2 * response.len() + 256);
    let message = Message {
        fields,
        out: &mut out,
    };
    message
        .deserialize(&mut serde_json::Deserializer::from_slice(response))
        .map_err(|error| ApiError::internal(error.to_string()))?;
    Ok(out)
}

/// Copies the JSON of a message, or of a list of messages, and adds the defaults of unset fields.
/// Fields with presence stay absent: messages, wrappers, `optional` fields and members of a oneof.
struct Message<'o> {
    fields: &'static [Field],
    out: &'o mut Vec<u8>,
}

impl Message<'_> {
    fn name(&mut self, name: &str) {
        if self.out.last() != Some(&b'{') {
            self.out.push(b',');
        }
        self.out.push(b'"');
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"\":");
    }
}

impl<'de> DeserializeSeed<'de> for Message<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Message<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a message")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.out.extend_from_slice(b"null");
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let Self { fields, out } = self;
        out.push(b'[');
        loop {
            let end = out.len();
            if out.last() != Some(&b'[') {
                out.push(b',');
            }
            let element = Message {
                fields,
                out: &mut *out,
            };
            if list.next_element_seed(element)?.is_none() {
                out.truncate(end);
                out.push(b']');
                return Ok(());
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        self.out.push(b'{');
        // Bit n: field n is set.
        let mut set = 0_u128;
        let mut fields = self.fields.iter().enumerate().cycle();
        while let Some(name) = map.next_key::<&str>()? {
            self.name(name);
            // The fields of a response are in schema order.
            let field = fields
                .by_ref()
                .take(self.fields.len())
                .find(|(_, field)| field.name == name);
            set |= field.map_or(0, |(index, _)| 1 << index);
            match field.and_then(|(_, field)| field.message) {
                Some(message) => map.next_value_seed(Message {
                    fields: &MESSAGES.fields[message],
                    out: &mut *self.out,
                })?,
                None => {
                    let value: &RawValue = map.next_value()?;
                    self.out.extend_from_slice(value.get().as_bytes());
                }
            }
        }
        for (index, field) in self.fields.iter().enumerate() {
            if let Some(default) = &field.default
                && set & 1 << index == 0
            {
                self.name(&field.name);
                self.out.extend_from_slice(default.as_bytes());
            }
        }
        self.out.push(b'}');
        Ok(())
    }
}

/// Returns the message type of a field, if it is one of the API's own messages. `google.protobuf`
/// messages have a special JSON form. Maps are skipped because the API has no maps of messages.
fn inner(field: &FieldDescriptor) -> Option<MessageDescriptor> {
    match field.kind() {
        Kind::Message(message) => Some(message).filter(|message| {
            !message.is_map_entry() && !message.full_name().starts_with("google.protobuf.")
        }),
        _ => None,
    }
}

/// Returns the default of a field without presence, as proto3 JSON.
fn default(field: &FieldDescriptor) -> Value {
    if field.is_list() {
        return json!([]);
    }
    if field.is_map() {
        return json!({});
    }
    match field.kind() {
        Kind::Bool => false.into(),
        Kind::Enum(names) => names.default_value().name().into(),
        // 64-bit integers are strings in proto3 JSON.
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 | Kind::Uint64 | Kind::Fixed64 => "0".into(),
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 | Kind::Uint32 | Kind::Fixed32 => 0.into(),
        Kind::Float | Kind::Double => 0.into(),
        Kind::String | Kind::Bytes | Kind::Message(_) => "".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use prost_reflect::DynamicMessage;
    use scalekit::schema::{OPERATIONS, find};

    fn written(name: &str, response: Value) -> Value {
        let operation = find(name).expect("an operation");
        let response = response.to_string();
        let written = write(operation, response.as_bytes()).expect("JSON");
        serde_json::from_slice(&written).expect("JSON")
    }

    #[test]
    fn an_empty_response_has_every_field_that_has_a_default() {
        assert_eq!(
            written("OrganizationService.ListOrganization", json!({})),
            json!({ "organizations": [], "total_size": 0, "next_page_token": "", "prev_page_token": "" })
        );
        assert_eq!(
            written("OrganizationService.GetOrganization", json!({})),
            json!({})
        );
    }

    #[test]
    fn nested_messages_are_completed_and_set_fields_are_unchanged() {
        let organization =
            json!({ "id": "org_1", "settings": { "features": [{ "name": "sso" }] } });
        assert_eq!(
            written(
                "OrganizationService.ListOrganization",
                json!({ "organizations": [organization] })
            ),
            json!({
                "organizations": [{
                    "id": "org_1", "display_name": "", "region_code": "REGION_CODE_UNSPECIFIED", "metadata": {},
                    "settings": { "features": [{ "name": "sso", "enabled": false }] },
                }],
                "total_size": 0, "next_page_token": "", "prev_page_token": "",
            })
        );
    }

    /// The added defaults do not change the message: it is still empty when parsed.
    #[test]
    fn an_empty_response_is_parsed_as_an_empty_message_for_every_operation() {
        for operation in OPERATIONS {
            let message = schema::pool().get_message_by_name(operation.response);
            let message = message.expect(operation.response);
            let json = written(operation.name, json!({}));
            let read = DynamicMessage::deserialize(message, json).expect(operation.name);
            let set = serde_json::to_value(read).expect(operation.name);
            assert_eq!(set, json!({}), "{}", operation.name);
        }
    }
}
