//! Finds the fields of a request that have a constraint in the schema.

use std::sync::LazyLock;

use prost_reflect::{
    DescriptorPool, DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, Value,
};

static POOL: LazyLock<DescriptorPool> = LazyLock::new(|| {
    DescriptorPool::decode(include_bytes!("../../src/schema.binpb").as_slice()).unwrap()
});

/// The maximum nesting depth. All requests are less deep.
const MAX_DEPTH: usize = 6;

/// A field with a constraint.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Constrained {
    /// The path in violations.
    pub(crate) path: String,
    /// The only constraint is that the field must not be empty.
    pub(crate) only_required: bool,
}

/// Returns the constrained fields of a message.
pub(crate) fn fields(message: &str) -> Vec<Constrained> {
    let mut fields = Vec::new();
    walk(
        &POOL.get_message_by_name(message).unwrap(),
        "",
        MAX_DEPTH,
        &mut fields,
    );
    fields
}

/// Returns the other members of a field's `oneof`.
pub(crate) fn oneof_siblings(message: &str, field: &str) -> Vec<String> {
    let message = POOL.get_message_by_name(message).unwrap();
    let oneof = message
        .get_field_by_name(field)
        .and_then(|field| field.containing_oneof());
    let members = oneof
        .iter()
        .flat_map(|oneof| oneof.fields().collect::<Vec<_>>());
    members
        .map(|member| member.name().to_owned())
        .filter(|name| name != field)
        .collect()
}

/// Returns `true` if a message has a field.
pub(crate) fn has(message: &str, field: &str) -> bool {
    let message = POOL.get_message_by_name(message).unwrap();
    message.get_field_by_name(field).is_some()
}

fn walk(message: &MessageDescriptor, prefix: &str, depth: usize, fields: &mut Vec<Constrained>) {
    for field in message.fields() {
        let path = format!("{prefix}{}", field.name());
        if deprecated(&field) {
            continue;
        }
        if let Some(rules) = rules(&field)
            && can_be_violated(&rules)
        {
            fields.push(Constrained {
                path: path.clone(),
                only_required: needs_presence_only(&rules),
            });
        }
        match field.kind() {
            Kind::Message(inner)
                if depth > 0
                    && !field.is_list()
                    && !field.is_map()
                    && is_api(&inner)
                    && inner != *message =>
            {
                walk(&inner, &format!("{path}."), depth - 1, fields);
            }
            _ => {}
        }
    }
}

fn is_api(message: &MessageDescriptor) -> bool {
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

/// Returns `true` if the rules reject only the empty value.
fn needs_presence_only(rules: &DynamicMessage) -> bool {
    rules.fields().all(|(rule, value)| match value {
        Value::Message(inner) => needs_presence_only(inner),
        Value::U64(minimum) => rule.name() == "min_len" && *minimum <= 1,
        _ => rule.name() == "required",
    })
}

/// Returns `true` if the rules reject any value. For example, a `min_len` of 0 rejects nothing.
fn can_be_violated(rules: &DynamicMessage) -> bool {
    rules.fields().any(|(field, value)| match value {
        Value::Message(inner) => can_be_violated(inner),
        Value::U64(0) | Value::U32(0) | Value::I32(0) => {
            !["min_len", "gte"].contains(&field.name())
        }
        _ => true,
    })
}

#[test]
fn constraints_are_found() {
    let find =
        |message: &str, path: &str| fields(message).into_iter().find(|field| field.path == path);
    let session = find("scalekit.v1.sessions.SessionDetailsRequest", "session_id");
    assert!(!session.unwrap().only_required);
    let inviter = "user.membership.inviter_email";
    assert!(find("scalekit.v1.users.CreateUserAndMembershipRequest", inviter).is_some());
    let user = find("scalekit.v1.users.CreateUserAndMembershipRequest", "user");
    assert!(user.unwrap().only_required);
    let accounts = "scalekit.v1.connected_accounts.ListConnectedAccountsRequest";
    assert!(find(accounts, "query").is_some() && find(accounts, "user").is_none());
    assert_eq!(
        oneof_siblings("scalekit.v1.users.GetUserRequest", "id"),
        ["external_id"]
    );
}
