//! Decoding of requests: path, query and body are combined into the operation's request message.

use prost_reflect::{
    DeserializeOptions, DynamicMessage, Kind, MessageDescriptor, ReflectMessage as _,
    SerializeOptions, Value,
};
use scalekit::schema::Body;
use serde_json::{Map, Value as Json};

use super::query;
use super::router::Match;
use crate::api_error::ApiError;
use crate::http::Request;
use crate::schema;

/// Returns the request message. In lenient mode, unknown fields and enum values are ignored.
///
/// # Errors
/// INVALID_ARGUMENT if the body is not JSON, a field is unknown or a value has the wrong type.
pub(super) fn message(
    matched: &Match,
    request: &Request,
    lenient: bool,
) -> Result<DynamicMessage, ApiError> {
    let descriptor = schema::request_of(matched.operation).ok_or_else(|| {
        ApiError::internal(format!(
            "the schema does not contain {}",
            matched.operation.request
        ))
    })?;
    let mut object = Map::new();
    match (matched.route.body, body(request)?) {
        (Body::None, _) | (_, None) => {}
        (Body::All, Some(Json::Object(fields))) => object = fields,
        (Body::All, Some(_)) => return Err(ApiError::invalid("the body must be a JSON object")),
        (Body::Field(name), Some(value)) => {
            object.insert(name.to_owned(), value);
        }
    }
    // If the body is the whole message, query parameters are ignored.
    if matched.route.body != Body::All {
        let taken = |name: &str| {
            matches!(matched.route.body, Body::Field(body) if body == name)
                || matched.fields.iter().any(|(field, _)| *field == name)
        };
        query::add(&descriptor, &request.query().0, &taken, &mut object)?;
    }
    let mut message = read(&descriptor, object, lenient)?;
    for (name, value) in &matched.fields {
        set_path_field(&mut message, name, value)?;
    }
    Ok(message)
}

/// Converts the message to JSON with proto field names, which the typed messages deserialize
/// fastest.
pub(super) fn to_json(message: &DynamicMessage) -> Result<Json, ApiError> {
    let options = SerializeOptions::new()
        .use_proto_field_name(true)
        .use_enum_numbers(false);
    message
        .serialize_with_options(serde_json::value::Serializer, &options)
        .map_err(|error| ApiError::internal(error.to_string()))
}

fn body(request: &Request) -> Result<Option<Json>, ApiError> {
    if request.body.trim_ascii().is_empty() {
        return Ok(None);
    }
    let body: Json = serde_json::from_slice(&request.body)
        .map_err(|error| ApiError::invalid(format!("the body is not valid JSON: {error}")))?;
    Ok(Some(body).filter(|body| !body.is_null()))
}

fn read(
    descriptor: &MessageDescriptor,
    object: Map<String, Json>,
    lenient: bool,
) -> Result<DynamicMessage, ApiError> {
    if object.is_empty() {
        return Ok(DynamicMessage::new(descriptor.clone()));
    }
    let options = DeserializeOptions::new().deny_unknown_fields(!lenient);
    DynamicMessage::deserialize_with_options(descriptor.clone(), Json::Object(object), &options)
        .map_err(|error| {
            ApiError::invalid(format!(
                "the request is not a valid {}: {error}",
                descriptor.name()
            ))
        })
}

fn set_path_field(message: &mut DynamicMessage, name: &str, text: &str) -> Result<(), ApiError> {
    let field = message
        .descriptor()
        .get_field_by_name(name)
        .ok_or_else(|| ApiError::internal(format!("the request has no field {name}")))?;
    let wrong_type = || ApiError::field(name, "type", "has the wrong type");
    let value = match field.kind() {
        Kind::String => Value::String(text.to_owned()),
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => {
            Value::I32(text.parse().map_err(|_| wrong_type())?)
        }
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => {
            Value::I64(text.parse().map_err(|_| wrong_type())?)
        }
        Kind::Uint32 | Kind::Fixed32 => Value::U32(text.parse().map_err(|_| wrong_type())?),
        Kind::Uint64 | Kind::Fixed64 => Value::U64(text.parse().map_err(|_| wrong_type())?),
        Kind::Bool => Value::Bool(text.parse().map_err(|_| wrong_type())?),
        Kind::Enum(names) => Value::EnumNumber(
            names
                .get_value_by_name(text)
                .map(|value| value.number())
                .ok_or_else(wrong_type)?,
        ),
        Kind::Double | Kind::Float | Kind::Bytes | Kind::Message(_) => return Err(wrong_type()),
    };
    message.set_field(&field, value);
    Ok(())
}
