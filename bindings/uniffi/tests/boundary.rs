//! Tests of the exported functions, called as the generated code of the packages calls them.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use scalekit_emulator::{CLIENT_ID, CLIENT_SECRET, Emulator};
use scalekit_uniffi::{
    AuthorizationParameters, CallRequest, ClientOptions, HttpHeader, LogoutParameters,
    NativeClient, NativeError, TokenChecks, about, generate_pkce, pkce_from_verifier,
};
use serde_json::{Value, json};

fn options(url: &str) -> ClientOptions {
    ClientOptions {
        env_url: Some(url.to_owned()),
        client_id: Some(CLIENT_ID.to_owned()),
        client_secret: Some(CLIENT_SECRET.to_owned()),
        language: "kotlin".to_owned(),
        ..ClientOptions::default()
    }
}

fn request(operation: &str, body: &Value) -> CallRequest {
    CallRequest {
        operation: operation.to_owned(),
        body: body.to_string().into_bytes(),
        timeout_ms: None,
    }
}

async fn start() -> (Emulator, Arc<NativeClient>) {
    let emulator = Emulator::builder().start().await.unwrap();
    let client = NativeClient::new(options(emulator.url())).unwrap();
    (emulator, client)
}

async fn call(client: &NativeClient, operation: &str, body: Value) -> Result<Value, NativeError> {
    let response = client.call(request(operation, &body), None).await?;
    Ok(serde_json::from_slice(&response.body).unwrap())
}

#[tokio::test]
async fn a_call_returns_json_status_and_headers() {
    let (_emulator, client) = start().await;
    let body = json!({ "organization": { "displayName": "Acme" } });
    let created = client
        .call(
            request("OrganizationService.CreateOrganization", &body),
            None,
        )
        .await
        .unwrap();
    assert_eq!(created.status, 200);
    assert!(created.headers.contains(&HttpHeader {
        name: "content-type".to_owned(),
        value: "application/json".to_owned(),
    }));
    let json: Value = serde_json::from_slice(&created.body).unwrap();
    assert_eq!(json["organization"]["display_name"], "Acme");
    let id = &json["organization"]["id"];
    let found = call(
        &client,
        "OrganizationService.GetOrganization",
        json!({ "id": id }),
    )
    .await;
    assert_eq!(found.unwrap()["organization"]["id"], *id);
}

#[tokio::test]
async fn a_failed_call_has_all_fields() {
    let (_emulator, client) = start().await;
    let error = call(
        &client,
        "OrganizationService.GetOrganization",
        json!({ "id": "org_0" }),
    );
    let error = error.await.unwrap_err();
    let failure = error.failure();
    assert_eq!(failure.class_name, "ScalekitNotFoundException");
    assert_eq!(
        failure.operation.as_deref(),
        Some("OrganizationService.GetOrganization")
    );
    assert_eq!(
        (failure.http_status, failure.grpc_code),
        (Some(404), Some(5))
    );
    assert_eq!(failure.error_code.as_deref(), Some("RESOURCE_NOT_FOUND"));
    assert!(failure.request_id.is_some() && failure.details.is_some() && !failure.retryable);
    assert_eq!(error.to_string(), failure.text);
}

#[tokio::test]
async fn invalid_requests_are_argument_errors() {
    let (_emulator, client) = start().await;
    let class = |error: NativeError| error.failure().class_name.clone();
    let unknown = call(&client, "OrganizationService.Nothing", json!({}))
        .await
        .unwrap_err();
    assert_eq!(
        unknown.failure().text,
        "there is no operation \"OrganizationService.Nothing\""
    );
    assert_eq!(class(unknown), "ScalekitArgumentException");
    for (body, timeout_ms) in [("[", None), ("{}", Some(-1.0)), ("{}", Some(f64::NAN))] {
        let request = CallRequest {
            operation: "OrganizationService.ListOrganization".to_owned(),
            body: body.into(),
            timeout_ms,
        };
        let error = client.call(request, None).await.unwrap_err();
        assert_eq!(class(error), "ScalekitArgumentException");
    }
}

#[test]
fn invalid_options_are_argument_errors() {
    let mut invalid = options("https://acme.example.com");
    invalid.call_timeout_ms = Some(f64::INFINITY);
    let error = NativeClient::new(invalid).unwrap_err();
    assert_eq!(error.failure().class_name, "ScalekitArgumentException");
    assert_eq!(error.failure().argument.as_deref(), Some("callTimeout"));
    assert!(
        error.failure().text.starts_with("callTimeout must be "),
        "{error}"
    );
}

#[test]
fn all_options_reach_the_core() {
    let mut all = options("http://acme.example.com");
    all.allow_insecure_http = true;
    all.language_version = "2.3".to_owned();
    all.user_agent_suffix = Some("portal/1".to_owned());
    all.keepalive_interval_ms = Some(0.0);
    all.keepalive_timeout_ms = Some(1.0);
    all.tool_timeout_ms = Some(1.0);
    all.connect_timeout_ms = Some(1.0);
    all.token_leeway_ms = Some(0.0);
    all.webhook_tolerance_ms = Some(1.0);
    all.max_retries = Some(0);
    all.token_cache_size = Some(0);
    all.proxy = Some("http://127.0.0.1:1".to_owned());
    all.issuer = Some("https://acme.example.com".to_owned());
    all.audience = Some(vec!["skc_1".to_owned()]);
    let client = NativeClient::new(all).unwrap();
    let user_agent = client.user_agent().unwrap();
    assert!(user_agent.contains("(kotlin 2.3; ") && user_agent.ends_with(" portal/1"));
    assert_eq!(client.env_url().unwrap(), "http://acme.example.com");
    assert_eq!(client.client_id().unwrap(), CLIENT_ID);
}

#[tokio::test]
async fn tokens_are_validated() {
    let (_emulator, client) = start().await;
    let token = client.client_access_token(None).await.unwrap();
    let checks = TokenChecks::default;
    let claims = client
        .validate_token(token.clone(), checks(), None)
        .await
        .unwrap();
    let claims: Value = serde_json::from_slice(&claims).unwrap();
    assert_eq!(claims["sub"], CLIENT_ID);
    let valid = client.is_valid_token(token.clone(), checks(), None).await;
    assert!(valid.unwrap());

    let expired = TokenChecks {
        now_ms: Some(4e12),
        ..TokenChecks::default()
    };
    let error = client
        .validate_token(token.clone(), expired.clone(), None)
        .await
        .unwrap_err();
    assert_eq!(
        error.failure().class_name,
        "ScalekitValidateTokenFailureException"
    );
    assert_eq!(error.failure().token_reason.as_deref(), Some("expired"));
    let valid = client.is_valid_token(token.clone(), expired, None).await;
    assert!(!valid.unwrap());
    let login = client
        .idp_initiated_login_claims(token, checks(), None)
        .await
        .unwrap();
    assert_eq!(login.connection_id, "");
    client.refresh_keys(None).await.unwrap();
}

#[tokio::test]
async fn login_errors_have_the_code_of_the_token_endpoint() {
    let (_emulator, client) = start().await;
    let callback = "https://app.example.com/callback".to_owned();
    let login = client
        .authenticate_with_code("code".to_owned(), callback, None, None)
        .await;
    let refresh = client.refresh_access_token("token".to_owned(), None).await;
    for error in [login.unwrap_err(), refresh.unwrap_err()] {
        assert_eq!(
            error.failure().error_code.as_deref(),
            Some("invalid_grant"),
            "{error}"
        );
    }
    let (id, secret) = (CLIENT_ID.to_owned(), CLIENT_SECRET.to_owned());
    let token = client
        .generate_client_token(id, secret, Vec::new(), None)
        .await
        .unwrap();
    assert!(!token.access_token.is_empty());
    assert!(!format!("{token:?}").contains(&token.access_token));
}

#[test]
fn urls_have_their_parameters() {
    let client = NativeClient::new(options("https://acme.example.com")).unwrap();
    let pkce = generate_pkce(43).unwrap();
    assert_eq!(
        pkce_from_verifier(pkce.verifier.clone()).unwrap().challenge,
        pkce.challenge
    );
    let parameters = AuthorizationParameters {
        state: Some("s".to_owned()),
        code_challenge: Some(pkce.challenge.clone()),
        code_challenge_method: Some(pkce.method),
        ..AuthorizationParameters::default()
    };
    let url = client.authorization_url("https://app.example.com/cb".to_owned(), parameters);
    let url = url.unwrap();
    assert!(
        url.contains("&state=s&") && url.contains(&pkce.challenge),
        "{url}"
    );
    let logout = LogoutParameters {
        state: Some("s".to_owned()),
        ..LogoutParameters::default()
    };
    assert_eq!(
        client.logout_url(logout).unwrap(),
        "https://acme.example.com/oidc/logout?state=s"
    );
    assert!(generate_pkce(42).is_err());
}

#[tokio::test]
async fn calls_after_shut_down_are_cancelled() {
    let (_emulator, client) = start().await;
    client.shut_down().unwrap();
    let error = call(&client, "RolesService.ListRoles", json!({}))
        .await
        .unwrap_err();
    assert_eq!(error.failure().class_name, "ScalekitCancelledException");
}

#[test]
fn the_library_lists_its_operations_and_exceptions() {
    let about = about().unwrap();
    assert!(
        about
            .operations
            .iter()
            .any(|name| name == "RolesService.ListRoles")
    );
    assert_eq!(about.exceptions[0], "ScalekitException");
    assert_eq!(about.version, env!("CARGO_PKG_VERSION"));
}
