//! Encoding of responses. Like the service, the emulator writes all fields of a message.

use std::collections::HashMap;
use std::io::{self, Write};
use std::mem;
use std::sync::LazyLock;

use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};
use scalekit::schema::Operation;
use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};
use serde_json::{Value, json};

use crate::api_error::ApiError;
use crate::schema;

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
    /// The JSON text of the name and the default; `None` for a field with presence.
    default: Option<String>,
}

impl Field {
    fn new(field: &FieldDescriptor, by_name: &HashMap<String, usize>) -> Self {
        let name = field.name();
        Self {
            name: name.to_owned(),
            message: inner(field).and_then(|message| by_name.get(message.full_name()).copied()),
            default: (!field.supports_presence()).then(|| format!("\"{name}\":{}", default(field))),
        }
    }
}

/// Prepares the first response.
pub(super) fn warm_up() {
    LazyLock::force(&MESSAGES);
}

/// Returns the JSON text of a response, with the defaults of unset fields.
///
/// # Errors
/// INTERNAL if the schema does not contain the message, or if `response` is not serializable.
pub(super) fn write(operation: &Operation, response: &impl Serialize) -> Result<Vec<u8>, ApiError> {
    let message = MESSAGES.by_name.get(operation.response).ok_or_else(|| {
        ApiError::internal(format!(
            "the schema does not contain {}",
            operation.response
        ))
    })?;
    // Most responses fit without growing.
    let mut json = Vec::with_capacity(1024);
    let mut serializer = Serializer::with_formatter(&mut json, WithDefaults::new(*message));
    response
        .serialize(&mut serializer)
        .map_err(|error| ApiError::internal(error.to_string()))?;
    Ok(json)
}

/// Writes compact JSON and adds the defaults of unset fields to each message. Fields with presence
/// stay absent: messages, wrappers, `optional` fields and members of a oneof.
struct WithDefaults {
    /// The object that is being written.
    object: Object,
    /// The objects around it, outermost first.
    outer: Vec<Object>,
    in_name: bool,
}

/// A message, or a JSON object without a message type, which has no fields here.
struct Object {
    fields: &'static [Field],
    /// Bit n: field n is set.
    set: u128,
    /// The field after the last one that was written.
    next: usize,
    /// The fields of the messages in the value that is being written.
    inner: &'static [Field],
}

impl WithDefaults {
    fn new(message: usize) -> Self {
        let mut root = Object::new(&[]);
        root.inner = &MESSAGES.fields[message];
        Self {
            object: root,
            outer: Vec::with_capacity(4),
            in_name: false,
        }
    }
}

impl Object {
    fn new(fields: &'static [Field]) -> Self {
        Self {
            fields,
            set: 0,
            next: 0,
            inner: &[],
        }
    }

    fn begin_field(&mut self, name: &str) {
        // The fields of a response are usually in schema order.
        let mut places = (self.next..self.fields.len()).chain(0..self.next);
        let Some(place) = places.find(|place| self.fields[*place].name == name) else {
            return;
        };
        self.set |= 1 << place;
        self.next = place + 1;
        let message = self.fields[place].message;
        self.inner = message.map_or(&[], |message| &MESSAGES.fields[message]);
    }

    fn unset_defaults(&self) -> impl Iterator<Item = &str> {
        let fields = self.fields.iter().enumerate();
        let unset = fields.filter(|(place, _)| self.set & 1 << place == 0);
        unset.filter_map(|(_, field)| field.default.as_deref())
    }
}

impl Formatter for WithDefaults {
    fn begin_object<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        let object = Object::new(self.object.inner);
        self.outer.push(mem::replace(&mut self.object, object));
        out.write_all(b"{")
    }

    fn begin_object_key<W: Write + ?Sized>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.in_name = true;
        if first { Ok(()) } else { out.write_all(b",") }
    }

    fn write_string_fragment<W: Write + ?Sized>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        // The name of a field is one fragment, because it contains no escapes.
        if self.in_name {
            self.object.begin_field(fragment);
        }
        out.write_all(fragment.as_bytes())
    }

    fn end_object_key<W: Write + ?Sized>(&mut self, _: &mut W) -> io::Result<()> {
        self.in_name = false;
        Ok(())
    }

    fn end_object<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        let mut is_empty = self.object.set == 0;
        for default in self.object.unset_defaults() {
            if !mem::take(&mut is_empty) {
                out.write_all(b",")?;
            }
            out.write_all(default.as_bytes())?;
        }
        if let Some(outer) = self.outer.pop() {
            self.object = outer;
        }
        out.write_all(b"}")
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
        let written = write(operation, &response).expect("JSON");
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

    #[test]
    fn maps_and_structs_are_unchanged() {
        let data = json!({ "data": {}, "execution_id": [{ "data": {} }], "a\"b": "data", "": {} });
        assert_eq!(
            written("ToolService.ExecuteTool", json!({ "data": data })),
            json!({ "data": data, "execution_id": "" })
        );
        let organization = json!({
            "id": "org_1", "display_name": "Acme", "region_code": "US",
            "metadata": { "id": "", "settings": "" },
        });
        let response = json!({ "organization": organization });
        assert_eq!(
            written("OrganizationService.GetOrganization", response.clone()),
            response
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
