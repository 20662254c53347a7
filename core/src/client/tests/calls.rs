mod failures;
mod http2;
mod pages;
mod retries;
#[cfg(feature = "tracing")]
mod spans;
mod trust;
mod typed;

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::client::{CallOptions, Client};
use crate::error::{Code, Error, ErrorKind};
use crate::test_server::{
    Seen, TestResponse, TestServer, json_response, response, response_text, token,
};

const GET: &str = "OrganizationService.GetOrganization";
const CREATE: &str = "OrganizationService.CreateOrganization";
const DELETE: &str = "OrganizationService.DeleteOrganization";
const TOOL: &str = "ToolService.ExecuteTool";

/// A server with a working token endpoint. `script` returns the responses of operations.
async fn server(
    script: impl Fn(&Seen, usize) -> TestResponse + Send + Sync + 'static,
) -> TestServer {
    TestServer::start(move |seen, number| match seen.target.as_str() {
        "/oauth/token" => token("t0ken-value"),
        _ => script(seen, number),
    })
    .await
}

async fn get(server: &TestServer) -> Result<Value, Error> {
    server.client().call(GET, json!({"id": "org_1"})).await
}

const ORGANIZATION: &str = r#"{"organization":{"id":"org_1"}}"#;
const PATH: &str = "/api/v1/organizations/org_1";

#[tokio::test]
async fn a_call_sends_what_the_service_expects() {
    let server = server(|_, _| json_response(ORGANIZATION)).await;
    let client = server
        .builder()
        .user_agent_suffix("acme/1")
        .build()
        .unwrap();
    let request = json!({"organization": {"display_name": "Acme"}});
    assert_eq!(
        client.call(CREATE, request).await.unwrap()["organization"]["id"],
        "org_1"
    );
    client.call(GET, json!({"id": "org_1"})).await.unwrap();
    let seen = server.seen();
    let paths: Vec<_> = seen
        .iter()
        .map(|seen| (seen.method.as_str(), seen.target.as_str()))
        .collect();
    assert_eq!(
        paths,
        [
            ("POST", "/oauth/token"),
            ("POST", "/api/v1/organizations"),
            ("GET", PATH)
        ]
    );
    assert_eq!(
        seen[0].body,
        "grant_type=client_credentials&client_id=skc_1&client_secret=s3cret"
    );
    assert_eq!(
        seen[0].header("content-type"),
        Some("application/x-www-form-urlencoded")
    );
    assert_eq!(seen[0].header("authorization"), None);
    assert_eq!(seen[1].body, r#"{"display_name":"Acme"}"#);
    assert_eq!(seen[1].header("content-type"), Some("application/json"));
    for seen in &seen[1..] {
        let bearers = seen
            .headers
            .iter()
            .filter(|(name, _)| name == "authorization")
            .count();
        assert_eq!(
            (seen.header("authorization"), bearers),
            (Some("Bearer t0ken-value"), 1)
        );
        assert_eq!(seen.header("x-api-version"), Some("20261012"));
        assert_eq!(seen.header("x-sdk-version"), Some(client.sdk_version()));
        assert_eq!(seen.header("user-agent"), Some(client.user_agent()));
        assert_eq!(seen.header("accept"), Some("application/json"));
    }
}

#[tokio::test]
async fn a_post_without_a_body_has_a_length() {
    let server = server(|_, _| json_response("")).await;
    let response = server
        .client()
        .call(
            "SessionService.RevokeSession",
            json!({"session_id": "ses_1"}),
        )
        .await;
    assert_eq!(response.unwrap(), json!({}));
    assert_eq!(server.seen()[1].header("content-length"), Some("0"));
}

#[tokio::test]
async fn the_path_of_the_environment_url_is_preserved() {
    let server = TestServer::start(|seen, _| match seen.target.as_str() {
        "/pre/fix/oauth/token" => token("t"),
        "/pre/fix/api/v1/organizations/org_1" => json_response(ORGANIZATION),
        _ => response(404, "", ""),
    })
    .await;
    let client = Client::builder(format!("{}/pre/fix//", server.url), "skc_1", "s3cret")
        .build()
        .unwrap();
    client.call(GET, json!({"id": "org_1"})).await.unwrap();
}

#[tokio::test]
async fn an_organization_is_looked_up_by_its_external_id() {
    let server = server(|seen, _| match seen.target.as_str() {
        "/api/v1/organizations:external/tenant%2F7" => json_response(ORGANIZATION),
        "/api/v1/organizations:external/none" => {
            response(404, "", r#"{"code":5,"message":"not found"}"#)
        }
        "/api/v1/organizations/org_1/domains/dom_1" => {
            json_response(r#"{"domain":{"id":"dom_1"}}"#)
        }
        _ => json_response("{}"),
    })
    .await;
    let client = server.client();
    let find = |external: &str| json!({"external_id": external, "id": "dom_1"});
    let found = client
        .call("DomainService.GetDomain", find("tenant/7"))
        .await
        .unwrap();
    assert_eq!(found["domain"]["id"], "dom_1");
    let error = client
        .call("DomainService.GetDomain", find("none"))
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.operation()),
        (ErrorKind::NotFound, Some("DomainService.GetDomain"))
    );
    let error = client
        .call("DomainService.GetDomain", find("odd"))
        .await
        .unwrap_err();
    assert_eq!(error.message(), "the response contains no organization id");
}
