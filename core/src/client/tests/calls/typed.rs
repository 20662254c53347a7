//! Calls through the methods of resources and through RPCs.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{json_response, server};
use crate::api::organizations::CreateOrganization;
use crate::api::raw;
use crate::error::ErrorKind;
use crate::test_server::TestResponse;

const ORGANIZATION: &str =
    r#"{"organization":{"id":"org_1","display_name":"Acme","new_field":1},"later":{}}"#;

#[tokio::test]
async fn a_method_sends_its_arguments_and_returns_the_field() {
    let server = server(|_, _| json_response(ORGANIZATION)).await;
    let new = CreateOrganization::new("Acme").metadata([("team", "rockets")]);
    let created = server.client().organizations().create(new).await.unwrap();
    assert_eq!(
        (created.id.as_str(), created.display_name.as_str()),
        ("org_1", "Acme")
    );
    let sent: Value = serde_json::from_str(&server.seen()[1].body).unwrap();
    assert_eq!(
        sent,
        json!({"display_name": "Acme", "metadata": {"team": "rockets"}})
    );
}

#[tokio::test]
async fn a_missing_message_is_an_error_and_a_missing_list_is_empty() {
    let server = server(|_, _| json_response("{}")).await;
    let client = server.client();
    let error = client.organizations().get("org_1").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InternalServer);
    assert_eq!(
        error.operation(),
        Some("OrganizationService.GetOrganization")
    );
    assert!(
        error
            .message()
            .contains("the response has no field `organization`"),
        "{error}"
    );
    assert_eq!(client.roles().list().await.unwrap(), []);
    assert_eq!(client.roles().count_users("admin").await.unwrap(), 0);
    client.organizations().delete("org_1").await.unwrap();
}

#[tokio::test]
async fn options_of_a_call_are_used_for_this_call() {
    let server = server(|_, number| match number {
        0 => json_response(ORGANIZATION),
        _ => TestResponse::Hang,
    })
    .await;
    let client = server.client();
    let get = client.organizations().get("org_1").header("x-trace", "7");
    get.await.unwrap();
    assert_eq!(server.seen()[1].header("x-trace"), Some("7"));
    let started = Instant::now();
    let error = client
        .organizations()
        .get("org_1")
        .timeout(Duration::from_millis(50))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::GatewayTimeout);
    assert!(started.elapsed() < Duration::from_secs(4));
    assert_eq!(server.seen()[2].header("x-trace"), None);
}

#[tokio::test]
async fn an_invalid_header_fails_the_call_without_a_request() {
    let server = server(|_, _| json_response(ORGANIZATION)).await;
    let client = server.client();
    for (name, value) in [
        ("authorization", "Bearer x"),
        ("Content-Type", "text/plain"),
        ("a b", "x"),
        ("x-trace", "a\nb"),
    ] {
        let get = client.organizations().get("org_1").header(name, value);
        let error = get.await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert!(error.message().contains(&format!("{name:?}")), "{error}");
        assert!(error.operation().is_some() && !error.to_string().contains(value));
    }
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn an_external_id_is_resolved_with_the_headers_of_the_call() {
    let server =
        server(|_, _| json_response(r#"{"organization":{"id":"org_1"},"domain":{"id":"d"}}"#))
            .await;
    let domain = server
        .client()
        .domains()
        .get_by_external_id("customer-7", "dom_1")
        .header("x-trace", "7");
    assert_eq!(domain.await.unwrap().id, "d");
    let seen = server.seen();
    assert_eq!(seen[1].target, "/api/v1/organizations:external/customer-7");
    assert_eq!(seen[2].target, "/api/v1/organizations/org_1/domains/dom_1");
    assert!(
        seen[1..]
            .iter()
            .all(|seen| seen.header("x-trace") == Some("7"))
    );
}

#[tokio::test]
async fn an_rpc_takes_the_whole_request_and_returns_the_whole_response() {
    let server = server(|_, _| json_response(ORGANIZATION)).await;
    let request = raw::organizations::CreateOrganizationRequest {
        organization: Some(CreateOrganization::new("Acme")),
    };
    let create = raw::organizations::CREATE_ORGANIZATION;
    let response = create.call(&server.client(), &request).await.unwrap();
    assert_eq!(response.organization.unwrap().id, "org_1");
    assert_eq!(create.name(), "OrganizationService.CreateOrganization");
    assert_eq!(server.seen()[1].body, r#"{"display_name":"Acme"}"#);
}

#[tokio::test]
async fn debug_output_contains_no_values() {
    let client = server(|_, _| json_response("{}")).await.client();
    let call = client.passwordless().verify("hush").auth_request_id("hush");
    let text = format!("{call:?}");
    assert!(
        text.contains("PasswordlessService.VerifyPasswordlessEmail")
            && text.contains("auth_request_id")
            && !text.contains("hush"),
        "{text}"
    );
}
