//! The fields of a request that the schema puts a constraint on.

use std::sync::LazyLock;

use prost_reflect::{DescriptorPool, DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, Value};

static POOL: LazyLock<DescriptorPool> =
    LazyLock::new(|| DescriptorPool::decode(include_bytes!("../../src/schema.binpb").as_slice()).unwrap());

/// How deep messages lie in one another at most: far deeper than any request.
const DEPTH: usize = 6;

/// A field with a constraint.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Constrained {
    /// As violations name it.
    pub(crate) path: String,
    /// It must not be empty, and that is all.
    pub(crate) only_required: bool,
}

/// The constrained fields of a message.
pub(crate) fn fields(message: &str) -> Vec<Constrained> {
    let mut found = Vec::new();
    walk(&POOL.get_message_by_name(message).unwrap(), "", DEPTH, &mut found);
    found
}

/// The other members of the `oneof` that a field is in.
pub(crate) fn rivals(message: &str, field: &str) -> Vec<String> {
    let message = POOL.get_message_by_name(message).unwrap();
    let oneof = message
        .get_field_by_name(field)
        .and_then(|field| field.containing_oneof());
    let members = oneof.iter().flat_map(|oneof| oneof.fields().collect::<Vec<_>>());
    members
        .map(|member| member.name().to_owned())
        .filter(|name| name != field)
        .collect()
}

/// Whether a message has a field.
pub(crate) fn has(message: &str, field: &str) -> bool {
    let message = POOL.get_message_by_name(message).unwrap();
    message.get_field_by_name(field).is_some()
}

fn walk(message: &MessageDescriptor, prefix: &str, depth: usize, found: &mut Vec<Constrained>) {
    for field in message.fields() {
        let path = format!("{prefix}{}", field.name());
        if deprecated(&field) {
            continue;
        }
        if let Some(rules) = rules(&field)
            && refuses(&rules)
        {
            found.push(Constrained {
                path: path.clone(),
                only_required: needs_presence_only(&rules),
            });
        }
        match field.kind() {
            Kind::Message(inner)
                if depth > 0 && !field.is_list() && !field.is_map() && ours(&inner) && inner != *message =>
            {
                walk(&inner, &format!("{path}."), depth - 1, found);
            }
            _ => {}
        }
    }
}

fn ours(message: &MessageDescriptor) -> bool {
    message.full_name().starts_with("scalekit.")
}

fn deprecated(field: &FieldDescriptor) -> bool {
    let options = field.options();
    options
        .get_field_by_name("deprecated")
        .is_some_and(|value| value.as_bool() == Some(true))
}

fn rules(field: &FieldDescriptor) -> Option<DynamicMessage> {
    let extension = POOL.get_extension_by_name("buf.validate.field").unwrap();
    let options = field.options();
    let rules = options
        .has_extension(&extension)
        .then(|| options.get_extension(&extension))?;
    rules.as_message().cloned()
}

/// Whether the rules refuse nothing but the empty value.
fn needs_presence_only(rules: &DynamicMessage) -> bool {
    rules.fields().all(|(rule, value)| match value {
        Value::Message(inner) => needs_presence_only(inner),
        Value::U64(least) => rule.name() == "min_len" && *least <= 1,
        _ => rule.name() == "required",
    })
}

/// Whether there is a value that the rules refuse. A `min_len` of 0, for one, refuses none.
fn refuses(rules: &DynamicMessage) -> bool {
    rules.fields().any(|(field, value)| match value {
        Value::Message(inner) => refuses(inner),
        Value::U64(0) | Value::U32(0) | Value::I32(0) => !["min_len", "gte"].contains(&field.name()),
        _ => true,
    })
}

#[test]
fn constraints_are_found_where_they_are() {
    let named = |message: &str, path: &str| fields(message).into_iter().find(|field| field.path == path);
    let session = named("scalekit.v1.sessions.SessionDetailsRequest", "session_id");
    assert!(!session.unwrap().only_required);
    let inviter = "user.membership.inviter_email";
    assert!(named("scalekit.v1.users.CreateUserAndMembershipRequest", inviter).is_some());
    let user = named("scalekit.v1.users.CreateUserAndMembershipRequest", "user");
    assert!(user.unwrap().only_required);
    let accounts = "scalekit.v1.connected_accounts.ListConnectedAccountsRequest";
    assert!(named(accounts, "query").is_some() && named(accounts, "user").is_none());
    assert_eq!(rivals("scalekit.v1.users.GetUserRequest", "id"), ["external_id"]);
}
