//! Sample values for the examples in documentation comments.

use prost_reflect::{EnumValueDescriptor, FieldDescriptor, Kind, MessageDescriptor};

use super::arguments::declared;
use super::{Argument, Messages};
use crate::Schema;

/// Samples of text fields by name. A field without an entry has the sample of the longest entry
/// that its name ends with.
const TEXTS: &[(&str, &str)] = &[
    ("attribute", "department"),
    ("code", "123456"),
    ("config_name", "research"),
    ("connector", "gmail"),
    ("credential_id", "cred_123"),
    ("description", "For the reports"),
    ("display_name", "Acme"),
    ("domain", "acme.com"),
    ("email", "ada@acme.com"),
    ("external_id", "customer-7"),
    ("id", "id_123"),
    ("identifier", "ada@acme.com"),
    ("include", "all"),
    ("key_id", "gmail"),
    ("link_token", "link_123"),
    ("name", "example"),
    ("permission_name", "reports:read"),
    ("permission_names", "reports:read"),
    ("provider", "GMAIL"),
    ("query", "acme"),
    ("role_name", "admin"),
    ("scopes", "reports:read"),
    ("search", "acme"),
    ("token", "token_123"),
    ("tool_name", "gmail_send_email"),
    ("uri", "https://app.acme.com/"),
    ("url", "https://app.acme.com/"),
    ("user_identifier", "ada@acme.com"),
];

/// A value for an example.
#[derive(Clone, Debug, PartialEq)]
pub enum Sample {
    /// Text.
    Text(String),
    /// A number of any type.
    Number(u32),
    /// A flag.
    Bool(bool),
    /// A point in time, as RFC 3339.
    Time(&'static str),
    /// A duration in seconds.
    Seconds(u32),
    /// An enum value.
    Enum(EnumValueDescriptor),
    /// A message with some of its fields.
    Message(MessageDescriptor, Vec<(FieldDescriptor, Sample)>),
    /// A JSON value.
    Json(&'static str),
    /// A list with one item.
    List(Box<Sample>),
    /// A map or a JSON object with one entry.
    Map(String, Box<Sample>),
    /// The paths of a field mask.
    Paths(&'static str),
    /// Bytes.
    Bytes(&'static str),
}

/// Returns a sample for an argument or an option. A message has its required fields and, if the
/// required fields do not show how to set a field, one more.
pub fn sample(schema: &Schema, messages: &Messages, argument: &Argument) -> Sample {
    match &argument.item {
        Some(item) => Sample::List(Box::new(text(schema, item))),
        None => of_field(schema, messages, &argument.field),
    }
}

fn of_field(schema: &Schema, messages: &Messages, field: &FieldDescriptor) -> Sample {
    if field.is_map() {
        return Sample::Map(
            "team".to_owned(),
            Box::new(Sample::Text("rockets".to_owned())),
        );
    }
    let single = single(schema, messages, field);
    if field.is_list() {
        return Sample::List(Box::new(single));
    }
    single
}

fn single(schema: &Schema, messages: &Messages, field: &FieldDescriptor) -> Sample {
    match field.kind() {
        Kind::String => text(schema, field),
        Kind::Bytes => Sample::Bytes("bytes"),
        Kind::Bool => Sample::Bool(true),
        Kind::Enum(values) => {
            let value = schema.values(&values).into_iter();
            let value = value.into_iter().find(|value| value.number() != 0);
            value.map_or(Sample::Number(0), Sample::Enum)
        }
        Kind::Message(message) => of_message(schema, messages, field, &message),
        _ => Sample::Number(number(field)),
    }
}

fn of_message(
    schema: &Schema,
    messages: &Messages,
    field: &FieldDescriptor,
    message: &MessageDescriptor,
) -> Sample {
    match message.full_name() {
        "google.protobuf.Timestamp" => Sample::Time("2030-01-01T00:00:00Z"),
        "google.protobuf.Duration" => Sample::Seconds(3600),
        "google.protobuf.FieldMask" => Sample::Paths("description"),
        "google.protobuf.Struct" => Sample::Map(
            "to".to_owned(),
            Box::new(Sample::Text("ada@acme.com".to_owned())),
        ),
        "google.protobuf.ListValue" => {
            Sample::List(Box::new(Sample::Json("{\"type\": \"BEARER\"}")))
        }
        "google.protobuf.StringValue" => text(schema, field),
        "google.protobuf.BoolValue" => Sample::Bool(true),
        name if name.starts_with("google.protobuf.") => Sample::Number(number(field)),
        _ => {
            let mut fields = messages.required(message);
            if fields.is_empty() {
                let simple = |field: &FieldDescriptor| {
                    !field.is_list()
                        && !field.is_map()
                        && !schema.is_deprecated(field)
                        && matches!(field.kind(), Kind::String | Kind::Enum(_))
                        && super::arguments::real_oneof(field).is_none()
                };
                fields.extend(declared(message).find(simple));
            }
            let fields = fields.into_iter().map(|field| {
                let value = of_field(schema, messages, &field);
                (field, value)
            });
            Sample::Message(message.clone(), fields.collect())
        }
    }
}

fn number(field: &FieldDescriptor) -> u32 {
    match field.name() {
        "page_number" => 2,
        _ => 50,
    }
}

fn text(schema: &Schema, field: &FieldDescriptor) -> Sample {
    Sample::Text(match id_prefix(schema.comment(field)) {
        Some(prefix) => format!("{prefix}123"),
        None => by_name(field.name()),
    })
}

/// Returns the prefix of the ids that a comment describes: "Id of the user (`usr_` followed by
/// digits)".
fn id_prefix(comment: &str) -> Option<&str> {
    let (before, _) = comment.split_once("` followed by")?;
    let prefix = before.rsplit('`').next()?;
    prefix.ends_with('_').then_some(prefix)
}

fn by_name(name: &str) -> String {
    let known = TEXTS.iter().filter(|(end, _)| {
        name.strip_suffix(end)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('_'))
    });
    let longest = known.max_by_key(|(end, _)| end.len());
    longest.map_or_else(|| "example".to_owned(), |(_, text)| (*text).to_owned())
}

#[cfg(test)]
mod tests {
    use super::{by_name, id_prefix};

    #[test]
    fn ids_have_the_prefix_of_their_comment() {
        let comment = "Id of the user (`usr_` followed by digits).";
        assert_eq!(id_prefix(comment), Some("usr_"));
        assert_eq!(id_prefix("The `name` of a user."), None);
    }

    #[test]
    fn the_longest_end_of_the_name_determines_the_text() {
        assert_eq!(by_name("role_name"), "admin");
        assert_eq!(by_name("logo_url"), "https://app.acme.com/");
        assert_eq!(by_name("curl"), "example");
    }
}
