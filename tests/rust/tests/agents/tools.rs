//! Tools of a user, their execution, and modifiers.

use scalekit::ErrorKind;
use scalekit::actions::{Account, AgentTool, describe_failure};
use serde_json::{Map, Value, json};

use super::environment::Environment;

/// An error of a third-party service, for `tool-responses`.
fn failure(code: &str, message: &str) -> Value {
    json!({"tool_name": "*", "times": 1, "error": {"code": code, "message": message}})
}

fn object(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

async fn tool(environment: &Environment, name: &str) -> AgentTool {
    let tools = environment.client.actions().user_tools("ada");
    let tools = tools.tool_names([name]).await.unwrap();
    assert_eq!(tools.len(), 1);
    tools[0].clone()
}

#[tokio::test]
async fn the_tools_of_a_user_are_those_of_the_connections_of_all_accounts() {
    let environment = Environment::start().await;
    let actions = environment.client.actions();
    environment.take_requests().await;
    let all = actions.user_tools("ada").await.unwrap();
    let accounts: Vec<_> = all.iter().map(AgentTool::connected_account_id).collect();
    assert!(accounts.contains(&"ca_1") && accounts.contains(&"ca_2"));
    assert!(!accounts.contains(&"ca_3"));
    assert_eq!(
        environment.take_operations().await,
        [
            "ConnectedAccountService.ListConnectedAccounts",
            "ToolService.ListScopedTools"
        ]
    );
    // With a filter, the accounts are not listed.
    let gmail = actions.user_tools("ada").connection_names(["gmail"]);
    let gmail = gmail.await.unwrap();
    assert!(gmail.len() < all.len() && gmail.iter().all(|tool| tool.provider() == "GMAIL"));
    let slack = actions
        .user_tools("ada")
        .providers(["SLACK"])
        .await
        .unwrap();
    assert_eq!(gmail.len() + slack.len(), all.len());
    assert_eq!(
        environment.take_operations().await,
        ["ToolService.ListScopedTools", "ToolService.ListScopedTools"]
    );
}

#[tokio::test]
async fn a_user_without_accounts_has_no_tools() {
    let environment = Environment::start().await;
    let tools = environment.client.actions().user_tools("grace");
    assert!(tools.await.unwrap().is_empty());
    assert_eq!(
        environment.take_operations().await,
        ["ConnectedAccountService.ListConnectedAccounts"]
    );
    let tools = environment.client.actions().user_tools("ada");
    let error = tools.header("host", "x").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    let error = environment.client.actions().user_tools("").await;
    let error = error.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert_eq!(error.message(), "identifier must not be empty");
    assert!(environment.take_operations().await.is_empty());
}

#[tokio::test]
async fn the_tools_of_all_pages_are_returned_in_their_order() {
    let environment = Environment::start().await;
    let actions = environment.client.actions();
    let all = actions.user_tools("ada").await.unwrap();
    environment.take_requests().await;
    let small = actions.user_tools("ada").page_size(1);
    let small = small.header("x-trace", "7").await.unwrap();
    let names = |tools: &[AgentTool]| {
        tools
            .iter()
            .map(|tool| tool.name().to_owned())
            .collect::<Vec<_>>()
    };
    assert!(all.len() > 1);
    assert_eq!(names(&small), names(&all));
    let requests = environment.take_requests().await;
    let traced = |request: &Value| request["headers"]["x-trace"] == "7";
    assert!(requests.iter().all(traced), "{requests:?}");
    let pages = requests
        .iter()
        .filter(|request| request["operation"] == "ToolService.ListScopedTools");
    assert_eq!(pages.count(), all.len());
}

#[tokio::test]
async fn a_tool_has_the_parts_of_its_definition() {
    let environment = Environment::start().await;
    let response = |definition: Value| {
        json!({"operation": "ToolService.ListScopedTools", "times": 1, "json": {"tools": [{
            "tool": {"provider": "GMAIL", "definition": definition},
            "identifier": "ada",
            "connected_account_id": "ca_1",
        }]}})
    };
    let schema = json!({"properties": {"q": {"type": "string"}}, "required": ["q"]});
    environment
        .fault(response(json!({
            "name": "gmail_search",
            "description": "Searches mails",
            "input_schema": schema,
            "annotations": {
                "title": "Search",
                "read_only_hint": true,
                "destructiveHint": false,
                "idempotent_hint": "yes",
            },
        })))
        .await;
    let search = tool(&environment, "gmail_search").await;
    assert_eq!(
        (search.name(), search.description()),
        ("gmail_search", "Searches mails")
    );
    assert_eq!(
        Value::from(search.input_schema().clone()),
        json!({"type": "object", "properties": {"q": {"type": "string"}}, "required": ["q"]})
    );
    assert_eq!(
        serde_json::to_value(search.annotations()).unwrap(),
        json!({"title": "Search", "readOnlyHint": true, "destructiveHint": false})
    );
    assert_eq!(
        format!("{search:?}"),
        "AgentTool { name: \"gmail_search\", provider: \"GMAIL\", connected_account_id: \"ca_1\", .. }"
    );
    // A definition without any part is usable too.
    environment.fault(response(json!({}))).await;
    let unnamed = tool(&environment, "x").await;
    assert_eq!(
        (unnamed.name(), unnamed.description()),
        ("gmail_tool", "Scalekit tool")
    );
    assert_eq!(
        Value::from(unnamed.input_schema().clone()),
        json!({"type": "object", "properties": {}})
    );
}

#[tokio::test]
async fn a_tool_is_called_with_its_account_and_modifiers() {
    let environment = Environment::start().await;
    let data = json!({"mails": [{"subject": "hi", "size": 9_007_199_254_740_993_i64}]});
    environment
        .script(json!({"tool_name": "gmail_*", "data": data}))
        .await;
    let actions = environment
        .client
        .actions()
        .pre_modifier(["gmail_fetch_mails", "other"], |input| {
            input.insert("order".into(), json!(["a"]));
        })
        .pre_modifier(["gmail_fetch_mails"], |input| {
            input["order"].as_array_mut().unwrap().push("b".into());
        })
        .pre_modifier(["other"], |_| panic!("the modifier of another tool"))
        .post_modifier(["gmail_fetch_mails"], |output| {
            output.insert("checked".into(), true.into());
        });
    let tools = actions.user_tools("ada").tool_names(["gmail_fetch_mails"]);
    let tools = tools.await.unwrap();
    // The future can run in a task of its own.
    let call = tools[0].call(json!({"query": "is:unread"}));
    let output = tokio::spawn(call).await.unwrap().unwrap();
    let mut expected = object(data);
    expected.insert("checked".into(), true.into());
    assert_eq!(output, expected);
    let calls = environment.admin("GET", "tool-calls", None).await;
    assert_eq!(
        calls[0]["params"],
        json!({"query": "is:unread", "order": ["a", "b"]})
    );
    assert_eq!(calls[0]["connected_account_id"], "ca_1");
    // Modifiers belong to the value that they were added to.
    let plain = environment.client.actions();
    let response = plain.execute_tool("gmail_fetch_mails", ("gmail", "ada"));
    assert!(
        !response
            .await
            .unwrap()
            .data
            .unwrap()
            .contains_key("checked")
    );
}

#[tokio::test]
async fn invalid_arguments_send_nothing() {
    let environment = Environment::start().await;
    let actions = environment
        .client
        .actions()
        .pre_modifier(["t"], |_| panic!("a modifier of an invalid call"));
    let account = Account::new("gmail", "ada");
    for (call, message) in [
        (
            actions.execute_tool("t", &account).input(json!(["a"])),
            "input must be a JSON object",
        ),
        (
            actions.execute_tool("", &account),
            "tool_name must not be empty",
        ),
        (
            actions.execute_tool("x", Account::of_owner(" ")),
            "id or identifier must be given",
        ),
        (
            actions
                .execute_tool("x", &account)
                .header("authorization", "y"),
            "header \"authorization\": the client sets this header itself",
        ),
    ] {
        let error = call.await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert_eq!(error.message(), message);
        assert_eq!(error.operation(), Some("ToolService.ExecuteTool"));
    }
    assert!(environment.take_operations().await.is_empty());
}

#[tokio::test]
async fn a_lost_authorization_is_described_with_a_fresh_link() {
    let environment = Environment::start().await;
    let send = tool(&environment, "slack_send_message").await;
    environment
        .script(failure("UNAUTHENTICATED", "the grant was revoked"))
        .await;
    let error = send.call(json!({"text": "hi"})).await.unwrap_err();
    assert!(error.is_tool() && error.needs_authorization());
    assert_eq!(error.tool_error_message(), Some("the grant was revoked"));
    assert_eq!(error.tool_error_code(), Some("UNAUTHENTICATED"));
    assert!(error.execution_id().is_some());
    let text = send.describe_failure(&error).await;
    let problem = "The tool failed: the grant was revoked";
    let (found, link) = text
        .split_once(". The user must authorize access again: ")
        .unwrap();
    assert_eq!(found, problem);
    let page = reqwest::get(link).await.unwrap();
    assert!(page.status().is_success());
    environment.take_requests().await;
    // Without a link, nothing is sent.
    assert_eq!(describe_failure(&error, None).await, problem);
    assert!(environment.take_operations().await.is_empty());
    // A missing link does not hide the failure.
    let operation = "ConnectedAccountService.GetMagicLinkForConnectedAccount";
    environment
        .fault(json!({"operation": operation, "status": 500}))
        .await;
    assert_eq!(send.describe_failure(&error).await, problem);
}

#[tokio::test]
async fn other_failures_are_described_without_a_link() {
    let environment = Environment::start().await;
    let send = tool(&environment, "slack_send_message").await;
    environment.take_requests().await;
    for (code, status) in [
        ("PERMISSION_DENIED", 403),
        ("RESOURCE_EXHAUSTED", 429),
        ("INTERNAL", 500),
    ] {
        environment.script(failure(code, "no")).await;
        let error = send.call(json!({})).await.unwrap_err();
        assert_eq!(error.http_status(), Some(status));
        assert!(error.is_tool() && !error.needs_authorization() && !error.retryable());
        assert_eq!(send.describe_failure(&error).await, "The tool failed: no");
    }
    // A call is never repeated, because the tool may have acted.
    assert_eq!(
        environment.take_operations().await,
        ["ToolService.ExecuteTool"; 3]
    );
    let error = send.call("text").await.unwrap_err();
    assert_eq!(
        send.describe_failure(&error).await,
        "The tool failed: input must be a JSON object"
    );
    // An error of the service itself is not an error of a tool.
    let fault = json!({"operation": "ToolService.ExecuteTool", "error": {"code": "UNAUTHENTICATED", "message": "who?"}});
    environment.fault(fault).await;
    let error = send.call(json!({})).await.unwrap_err();
    assert!(!error.needs_authorization() && error.tool_error_message().is_none());
    assert_eq!(send.describe_failure(&error).await, "The tool failed: who?");
}
