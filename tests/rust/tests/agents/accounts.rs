//! Connected accounts, their authorization, and tokens for MCP servers.

use std::time::Duration;

use scalekit::actions::{Account, WriteAccount};
use scalekit::api::connected_accounts::{
    AuthorizationDetails, AuthorizationDetailsDetails, ConnectorStatus, GoogleDWDAuth,
};
use scalekit::api::mcp::{McpConfig, McpConfigConnectionToolMapping};
use scalekit::{Call, Error, ErrorKind};
use serde_json::{Value, json};

use super::environment::Environment;

const GET: &str = "ConnectedAccountService.GetConnectedAccountAuth";
const CREATE: &str = "ConnectedAccountService.CreateConnectedAccount";
const UPDATE: &str = "ConnectedAccountService.UpdateConnectedAccount";

/// The API key of an account with static credentials.
async fn api_key(environment: &Environment, account: Account) -> Value {
    let actions = environment.client.actions();
    let found = actions.get_account_with_credentials(account).await.unwrap();
    match found.authorization_details.unwrap().details {
        Some(AuthorizationDetailsDetails::StaticAuth(auth)) => {
            auth.details.unwrap()["api_key"].clone()
        }
        other => panic!("no static credentials: {other:?}"),
    }
}

#[tokio::test]
async fn get_or_create_creates_an_account_once() {
    let environment = Environment::start().await;
    let actions = environment.client.actions();
    let account = Account::new("gmail", "grace");
    let created = actions.get_or_create_account(&account).await.unwrap();
    assert_eq!(environment.take_operations().await, [GET, CREATE]);
    let found = actions.get_or_create_account(&account).await.unwrap();
    assert_eq!(found.id, created.id);
    // Without fields, an existing account is not changed.
    assert_eq!(environment.take_operations().await, [GET]);
    let updated = actions
        .get_or_create_account(&account)
        .credentials(json!({"api_key": "key_2"}))
        .await
        .unwrap();
    assert_eq!(updated.id, created.id);
    assert_eq!(environment.take_operations().await, [GET, UPDATE]);
    assert_eq!(api_key(&environment, account).await, "key_2");
}

#[tokio::test]
async fn get_or_create_can_be_called_at_the_same_time() {
    let environment = Environment::start().await;
    let account = Account::new("gmail", "grace");
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let call = environment.client.actions().get_or_create_account(&account);
            tokio::spawn(call.credentials(json!({"api_key": "k"})).into_future())
        })
        .collect();
    let mut ids = Vec::new();
    for task in tasks {
        ids.push(task.await.unwrap().unwrap().id);
    }
    ids.dedup();
    assert_eq!(ids.len(), 1);
}

#[tokio::test]
async fn an_account_can_be_read_changed_and_deleted_by_each_name() {
    let environment = Environment::start().await;
    let actions = environment.client.actions();
    for (account, connection) in [
        (Account::with_id("ca_1"), "gmail"),
        (Account::from(("slack", "ada")), "slack"),
    ] {
        let found = actions.get_account(&account).await.unwrap();
        assert_eq!(found.connector, connection);
        assert_eq!(found.status, ConnectorStatus::Active);
        let update = actions.update_account(&account);
        let update = update.credentials(json!({"api_key": "k"}));
        let updated = update.api_config(json!({"region": "eu"})).await.unwrap();
        assert_eq!(updated.id, found.id);
        assert_eq!(api_key(&environment, account.clone()).await, "k");
        actions.delete_account(&account).await.unwrap();
        let error = actions.get_account(account).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
    }
    let accounts = actions
        .list_accounts()
        .identifier("ada")
        .all()
        .await
        .unwrap();
    assert!(accounts.is_empty());
}

#[tokio::test]
async fn a_user_authorizes_an_account() {
    let environment = Environment::start().await;
    let actions = environment.client.actions();
    let account = Account::new("gmail", "grace");
    let created = actions.create_account(&account).await.unwrap();
    assert_eq!(created.status, ConnectorStatus::PendingAuth);
    let link = actions
        .authorization_link(&account)
        .state("the state")
        .user_verify_url("http://localhost:3000/connected")
        .await
        .unwrap();
    assert!(link.link.starts_with(environment.emulator.url()));
    let text = format!("{:?}", actions.authorization_link(&account).state("hush"));
    assert!(!text.contains("hush"), "{text}");
    let error = actions.verify_account_user("unknown", "grace").await;
    assert!(error.is_err());
}

#[tokio::test]
async fn incomplete_arguments_send_nothing() {
    async fn rejected(call: impl IntoFuture<Output = scalekit::Result<impl Sized>>) -> Error {
        call.await.map(drop).unwrap_err()
    }
    let environment = Environment::start().await;
    let actions = environment.client.actions();
    let (id, owner) = (Account::with_id("ca_1"), Account::of_owner("ada"));
    let named = Account::new("gmail", "ada");
    let one = "id, or connection_name and identifier must be given";
    let new = "connection_name and identifier must be given";
    for (error, message) in [
        (rejected(actions.get_account(&owner)).await, one),
        (rejected(actions.delete_account(("", "ada"))).await, one),
        (
            rejected(actions.update_account(Account::with_id(" "))).await,
            one,
        ),
        (rejected(actions.authorization_link(&owner)).await, one),
        (rejected(actions.create_account(&owner)).await, new),
        (rejected(actions.get_or_create_account(&id)).await, new),
        (
            rejected(actions.create_account(&named).credentials("key")).await,
            "credentials must be a JSON object",
        ),
        (
            rejected(actions.create_account(&named).api_config(json!([]))).await,
            "api_config must be a JSON object",
        ),
        (
            rejected(
                actions
                    .create_account(&named)
                    .authorization_details(AuthorizationDetails::new()),
            )
            .await,
            "authorization_details is required",
        ),
        (
            rejected(actions.create_account(&named).authorization_details(
                AuthorizationDetails::new().google_dwd(GoogleDWDAuth::new()),
            ))
            .await,
            "subject is required",
        ),
        (
            rejected(actions.create_account(&named).header("host", "x")).await,
            "header \"host\": the client sets this header itself",
        ),
    ] {
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert_eq!(error.message(), message);
        assert!(error.operation().is_some());
    }
    assert!(environment.take_operations().await.is_empty());
}

#[tokio::test]
async fn debug_output_contains_no_credentials() {
    let environment = Environment::start().await;
    let actions = environment.client.actions();
    let write: WriteAccount = actions
        .create_account(("gmail", "ada"))
        .credentials(json!({"api_key": "hush"}));
    let tool = actions
        .execute_tool("t", ("gmail", "ada"))
        .input(json!({"q": "hush"}));
    let get: Call<_> = actions
        .get_account(("gmail", "ada"))
        .header("x-key", "hush");
    let tools = actions.user_tools("ada").header("x-key", "hush");
    let token = actions
        .mcp_session_token("cfg_1", "ada")
        .header("x-key", "hush");
    for text in [
        format!("{write:?}"),
        format!("{tool:?}"),
        format!("{get:?}"),
        format!("{tools:?}"),
        format!("{token:?}"),
    ] {
        assert!(!text.contains("hush"), "{text}");
    }
}

#[tokio::test]
async fn a_session_token_has_the_url_of_its_server() {
    let environment = Environment::start().await;
    let actions = environment.client.actions();
    let mapping = McpConfigConnectionToolMapping::new("gmail");
    let config = McpConfig::new("mails").connection_tool_mappings([mapping]);
    let config = actions.mcp().create_config(config).await.unwrap();
    let session = actions
        .mcp_session_token(&config.id, "ada")
        .expiry(Duration::from_secs(60))
        .await
        .unwrap();
    assert_eq!(session.server_url, Some(config.mcp_server_url));
    assert!(!session.token.is_empty() && session.expires_at.is_some());
    assert!(!format!("{session:?}").contains(&session.token));
    // The token is valid without the URL.
    environment
        .fault(json!({"operation": "McpService.GetMcpConfig", "status": 500}))
        .await;
    let session = actions.mcp_session_token(&config.id, "ada").await.unwrap();
    assert_eq!(session.server_url, None);
    let session = actions
        .mcp_session_token_for_connection("gmail", "ada")
        .await
        .unwrap();
    let url = format!("{}/mcp/v3/connections/gmail", environment.emulator.url());
    assert_eq!(session.server_url, Some(url));
    environment.take_requests().await;
    for seconds in [0.0, 59.9, 86_400.1] {
        let token = actions.mcp_session_token("cfg_1", "ada");
        let token = token.expiry(Duration::from_secs_f64(seconds));
        let error = token.await.unwrap_err();
        assert_eq!(
            error.message(),
            "expiry must be from 60 seconds to 24 hours"
        );
    }
    assert!(environment.take_operations().await.is_empty());
}
