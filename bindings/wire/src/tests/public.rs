//! The public functions: aliases, errors, empty responses.

use prost_reflect::{DynamicMessage, FieldDescriptor, SerializeOptions};
use scalekit::schema;
use serde_json::Value;

use super::pool::API;

#[test]
fn aliases_are_converted_to_their_target_fields() {
    let create = schema::find("UserService.CreateUserAndMembership").unwrap();
    let body = |user: &[u8]| {
        let (descriptor, _) = API.find(create.request);
        let field = descriptor.get_field_by_name("user").unwrap().number();
        let organization = descriptor
            .get_field_by_name("organization_id")
            .unwrap()
            .number();
        let mut request = Vec::new();
        crate::writer::put_len(&mut request, organization, b"org_1");
        crate::writer::put_len(&mut request, field, user);
        let body = crate::encode_request(create, &request)
            .unwrap()
            .body
            .unwrap();
        serde_json::from_slice::<Value>(&body).unwrap()
    };
    let profile = |user: &mut Vec<u8>, name: &str| {
        let (user_type, _) = API.find("scalekit.v1.users.CreateUser");
        let outer = user_type.get_field_by_name("user_profile").unwrap();
        let inner = outer
            .kind()
            .as_message()
            .unwrap()
            .get_field_by_name(name)
            .unwrap()
            .number();
        let mut content = Vec::new();
        crate::writer::put_len(&mut content, inner, b"profile");
        crate::writer::put_len(user, outer.number(), &content);
    };
    let mut user = Vec::new();
    crate::writer::put_len(&mut user, 20001, "Ada".as_bytes());
    assert_eq!(
        body(&user),
        serde_json::json!({"user_profile": {"given_name": "Ada"}})
    );
    crate::writer::put_len(&mut user, 20002, b"Lovelace");
    profile(&mut user, "locale");
    let expected =
        serde_json::json!({"given_name": "Ada", "family_name": "Lovelace", "locale": "profile"});
    assert_eq!(body(&user), serde_json::json!({"user_profile": expected}));
    // The alias wins over its target field, even if the target comes later.
    profile(&mut user, "given_name");
    assert_eq!(body(&user)["user_profile"]["given_name"], "Ada");
}

#[test]
fn json_has_no_aliases() {
    let create = "scalekit.v1.users.CreateUser";
    let (descriptor, _) = API.find(create);
    let last = descriptor
        .fields()
        .filter(|field| field.number() < 20_000)
        .last()
        .unwrap();
    // After the last field, the decoder expects the alias, which comes next in the table. JSON must
    // not match it.
    let json = format!(r#"{{"{}": null, "given_name": "Ada"}}"#, last.name());
    assert_eq!(
        crate::json_to_protobuf(create, json.as_bytes()).unwrap(),
        b""
    );
}

/// The service writes unset fields too: scalars and lists with their default, messages as null.
#[test]
fn a_response_of_defaults_and_nulls_is_an_empty_message() {
    let defaults = SerializeOptions::new()
        .skip_default_fields(false)
        .use_proto_field_name(true);
    for operation in schema::OPERATIONS {
        let Some(message) = API.pool.get_message_by_name(operation.response) else {
            panic!("{}", operation.response);
        };
        let unset = DynamicMessage::new(message.clone());
        let mut json = unset
            .serialize_with_options(serde_json::value::Serializer, &defaults)
            .unwrap();
        for field in message.fields().filter(FieldDescriptor::supports_presence) {
            json[field.name()] = Value::Null;
        }
        let json = json.to_string();
        let decoded = crate::json_to_protobuf(operation.response, json.as_bytes());
        assert_eq!(decoded.unwrap(), b"", "{} {json}", operation.name);
    }
}

#[test]
fn directory_provider_aliases_map_to_enum_values() {
    let create = schema::find("DirectoryService.CreateDirectory").unwrap();
    let (descriptor, _) = API.find(create.request);
    let request = |provider: &str| {
        let mut directory = Vec::new();
        crate::writer::put_len(&mut directory, 20001, provider.as_bytes());
        let mut request = Vec::new();
        let number = |name: &str| descriptor.get_field_by_name(name).unwrap().number();
        crate::writer::put_len(&mut request, number("organization_id"), b"org_1");
        crate::writer::put_len(&mut request, number("directory"), &directory);
        crate::encode_request(create, &request)
    };
    for (name, expected) in [
        ("azure", "MICROSOFT_AD"),
        ("Okta", "OKTA"),
        ("MICROSOFT_AD", "MICROSOFT_AD"),
    ] {
        let body = request(name).unwrap().body.unwrap();
        let body: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(
            body,
            serde_json::json!({"directory_provider": expected}),
            "{name}"
        );
    }
    let error = request("unknown-provider").unwrap_err();
    assert_eq!(error.operation(), Some("DirectoryService.CreateDirectory"));
    assert!(
        error
            .message()
            .starts_with("directory.provider: expected one of "),
        "{error}"
    );
    assert!(
        error.message().contains("azure") && !error.message().contains("unknown-provider"),
        "{error}"
    );
}

#[test]
fn invalid_requests_are_errors_that_name_the_field() {
    let get = schema::find("OrganizationService.GetOrganization").unwrap();
    let message = |bytes: &[u8]| {
        crate::encode_request(get, bytes)
            .unwrap_err()
            .message()
            .to_owned()
    };
    assert_eq!(message(b"\x0a\x01\xff"), "id: not UTF-8");
    assert_eq!(
        message(b"\x0a\x05x"),
        "malformed protobuf: unexpected end of input"
    );
    assert_eq!(message(b""), "the request needs id or external_id");
    let error = crate::json_to_protobuf("scalekit.v1.Nothing", b"{}").unwrap_err();
    assert_eq!(error.message(), "unknown message type scalekit.v1.Nothing");
}

/// With quadratic time, this test would take days.
#[test]
fn a_field_name_may_occur_a_million_times() {
    let list = schema::find("OrganizationService.ListOrganization").unwrap();
    let json = format!(
        r#"{{"total_size":1,{}"total_size":7}}"#,
        r#""next_page_token":"a","total_size":2,"#.repeat(500_000)
    );
    let mut out = Vec::new();
    crate::decode_response(list, json.as_bytes(), &mut out).unwrap();
    let read = crate::protobuf_to_json(list.response, &out).unwrap();
    assert_eq!(read, r#"{"next_page_token":"a","total_size":7}"#);
}

#[tokio::test]
async fn decode_response_async_returns_the_same_result_for_small_and_large_responses() {
    let get = schema::find("OrganizationService.GetOrganization").unwrap();
    for length in [1, 1 << 20] {
        let json = format!(r#"{{"organization":{{"id":"{}"}}}}"#, "x".repeat(length));
        let mut expected = Vec::new();
        crate::decode_response(get, json.as_bytes(), &mut expected).unwrap();
        assert_eq!(
            crate::decode_response_async(get, json).await.unwrap(),
            expected
        );
        let error = crate::decode_response_async(get, "[".repeat(length))
            .await
            .unwrap_err();
        assert_eq!(
            error.operation(),
            Some("OrganizationService.GetOrganization")
        );
    }
}

#[test]
fn responses_are_decoded_as_the_response_message_of_their_operation() {
    let delete = schema::find("OrganizationService.DeleteOrganization").unwrap();
    let mut out = Vec::new();
    for empty in [&b""[..], b" \r\n", b"{}"] {
        crate::decode_response(delete, empty, &mut out).unwrap();
    }
    assert!(out.is_empty());
    let get = schema::find("OrganizationService.GetOrganization").unwrap();
    for (invalid, expected) in [
        (&b""[..], "invalid response: malformed JSON: EOF"),
        (
            b"<html>",
            "invalid response: malformed JSON: expected value",
        ),
        (
            br#"{"organization": {"create_time": 5}}"#,
            "invalid response: organization.create_time: expected an RFC",
        ),
    ] {
        let error = crate::decode_response(get, invalid, &mut out).unwrap_err();
        assert_eq!(
            error.operation(),
            Some("OrganizationService.GetOrganization")
        );
        assert!(error.message().starts_with(expected), "{error}");
    }
}
