//! Splits a JSON request into path, query and body by the route of its operation.

use std::borrow::Cow;

use bytes::Bytes;
use serde_json::{Map, Value};

use super::{Place, PreparedRequest};
use crate::case::snake_case;
use crate::error::{Error, Message};
use crate::schema::{Body, Operation};

/// The field masks of the schema. In JSON they look like any other string.
const FIELD_MASKS: [&str; 2] = ["mask", "update_mask"];

/// Splits a JSON object; `null` counts as an empty one.
///
/// # Errors
/// The request is not an object, lacks a path field, or contains a list of objects in the query.
pub fn split(operation: &'static Operation, request: Value) -> Result<PreparedRequest, Error> {
    let refuse = |message: Message| Error::invalid_argument(message).with_operation(operation.name);
    let fields = match request {
        Value::Object(fields) => fields,
        Value::Null => Map::new(),
        _ => return Err(refuse("the request must be a JSON object".into())),
    };
    let mut prepared = PreparedRequest::new(operation, |name| Ok(path_value(&fields, name)))?;
    let mut whole = None;
    let mut members = Map::new();
    for (name, value) in fields {
        let name = snake_case(&name);
        match prepared.place(&name) {
            _ if value.is_null() => {}
            Place::Path => {}
            Place::Body => {
                members.insert(name.into_owned(), value);
            }
            Place::WholeBody => whole = Some(value),
            Place::Query => push_query(&mut prepared, &name, &value).map_err(refuse)?,
        }
    }
    let body = match prepared.route.body {
        Body::None => None,
        Body::All => Some(Value::Object(members)),
        Body::Field(_) => whole,
    };
    prepared.body = body.map(|body| Bytes::from(body.to_string()));
    Ok(prepared)
}

/// Returns the text of a path field, in snake_case or camelCase.
fn path_value<'f>(fields: &'f Map<String, Value>, name: &str) -> Option<Cow<'f, str>> {
    let value = fields.get(name).or_else(|| {
        fields
            .iter()
            .find(|(key, _)| matches!(snake_case(key), Cow::Owned(key) if key == name))
            .map(|(_, value)| value)
    });
    match value? {
        Value::String(text) => Some(Cow::Borrowed(text)),
        Value::Number(number) => Some(Cow::Owned(number.to_string())),
        Value::Bool(flag) => Some(Cow::Borrowed(if *flag { "true" } else { "false" })),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn push_query(request: &mut PreparedRequest, name: &str, value: &Value) -> Result<(), Message> {
    match value {
        Value::Null => {}
        Value::String(mask) if FIELD_MASKS.contains(&name) => request.push_query_mask(name, mask),
        Value::String(text) => request.push_query(name, text),
        Value::Bool(flag) => request.push_query(name, if *flag { "true" } else { "false" }),
        Value::Number(number) => request.push_query(name, &number.to_string()),
        Value::Array(items) => {
            for item in items {
                if item.is_object() || item.is_array() {
                    return Err(Message::about(name.to_owned())
                        .text(": a list of objects cannot be sent in a query"));
                }
                push_query(request, name, item)?;
            }
        }
        Value::Object(members) => {
            for (member, value) in members {
                push_query(request, &format!("{name}.{}", snake_case(member)), value)?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::schema::{self, Verb};

    fn prepare(name: &str, request: Value) -> PreparedRequest {
        split(schema::find(name).unwrap(), request).unwrap()
    }

    fn body(request: &PreparedRequest) -> Value {
        serde_json::from_slice(request.body.as_deref().unwrap()).unwrap()
    }

    #[test]
    fn a_body_field_is_the_body_and_other_fields_are_query_parameters() {
        let request = prepare(
            "UserService.CreateMembership",
            json!({
                "organizationId": "org_1",
                "external_id": "me@example.com",
                "membership": {"roles": [{"name": "admin"}]},
                "sendInvitationEmail": true,
                "unset": null,
            }),
        );
        assert_eq!(request.route.verb, Verb::Post);
        assert_eq!(
            request.path,
            "/api/v1/memberships/organizations/org_1/users:external/me%40example.com"
        );
        assert_eq!(request.query.as_deref(), Some("send_invitation_email=true"));
        assert_eq!(body(&request), json!({"roles": [{"name": "admin"}]}));
    }

    #[test]
    fn path_fields_are_not_in_the_body() {
        let request = prepare(
            "McpService.UpdateMcpConfig",
            json!({"config_id": "c/1", "description": "d"}),
        );
        assert_eq!(request.path, "/api/v1/mcp/configs/c%2F1");
        assert_eq!(
            (body(&request), request.query),
            (json!({"description": "d"}), None)
        );
    }

    #[test]
    fn nested_and_repeated_fields_become_query_parameters() {
        let request = prepare(
            "SessionService.GetUserSessions",
            json!({
                "user_id": "usr_1",
                "page_size": 5,
                "filter": {"status": ["ACTIVE", "REVOKED"], "startTime": "2026-01-01T00:00:00Z"},
            }),
        );
        assert_eq!(
            request.query.as_deref(),
            Some(
                "filter.start_time=2026-01-01T00%3A00%3A00Z&filter.status=ACTIVE&filter.status=REVOKED&page_size=5"
            )
        );
        assert_eq!(request.body, None);
    }

    #[test]
    fn an_external_organization_id_is_resolved_later() {
        let request = prepare(
            "DomainService.CreateDomain",
            json!({"externalId": "tenant-7", "domain": {"domain": "a.b"}}),
        );
        assert_eq!(
            request.external_organization.as_ref().unwrap().external_id,
            "tenant-7"
        );
        assert_eq!(request.query, None);
    }

    #[test]
    fn requests_that_cannot_be_encoded_are_rejected() {
        let list = schema::find("OrganizationService.ListOrganization").unwrap();
        for request in [json!([1]), json!("x"), json!({"page_size": [{"a": 1}]})] {
            let error = split(list, request).unwrap_err();
            assert_eq!(
                error.operation(),
                Some("OrganizationService.ListOrganization")
            );
        }
        assert_eq!(split(list, Value::Null).unwrap().query, None);
    }
}
