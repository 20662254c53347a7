//! Encoding of responses. Like the service, the emulator writes all fields of a message.

use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};
use scalekit::schema::Operation;
use serde_json::{Map, Value};

use super::schema;
use crate::api_error::ApiError;

/// Returns the JSON text of a response and adds fields that are missing in `response`.
///
/// # Errors
/// INTERNAL if the schema does not contain the message or serialization fails.
pub(super) fn write(operation: &Operation, mut response: Value) -> Result<Vec<u8>, ApiError> {
    let message = schema::response_of(operation).ok_or_else(|| {
        ApiError::internal(format!(
            "the schema does not contain {}",
            operation.response
        ))
    })?;
    complete(&message, &mut response);
    serde_json::to_vec(&response).map_err(|error| ApiError::internal(error.to_string()))
}

/// Adds the defaults of unset fields, recursively. Fields with presence stay absent: messages,
/// wrappers, `optional` fields and members of a oneof.
fn complete(message: &MessageDescriptor, json: &mut Value) {
    let Value::Object(fields) = json else { return };
    for field in message.fields() {
        match (fields.get_mut(field.name()), inner(&field)) {
            (Some(Value::Array(list)), Some(inner)) => {
                list.iter_mut()
                    .for_each(|element| complete(&inner, element));
            }
            (Some(value), Some(inner)) => complete(&inner, value),
            (Some(_), None) => {}
            (None, _) if field.supports_presence() => {}
            (None, _) => {
                fields.insert(field.name().to_owned(), default(&field));
            }
        }
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
        return Value::Array(Vec::new());
    }
    if field.is_map() {
        return Value::Object(Map::new());
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
    use prost_reflect::DynamicMessage;
    use scalekit::schema::{OPERATIONS, find};
    use serde_json::json;

    use super::*;

    fn written(name: &str, response: Value) -> Value {
        let operation = find(name).expect("an operation");
        serde_json::from_slice(&write(operation, response).expect("JSON")).expect("JSON")
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
            let message = schema::response_of(operation).expect(operation.response);
            let json = written(operation.name, json!({}));
            let read = DynamicMessage::deserialize(message, json).expect(operation.name);
            let set = serde_json::to_value(read).expect(operation.name);
            assert_eq!(set, json!({}), "{}", operation.name);
        }
    }
}
