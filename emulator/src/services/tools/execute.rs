//! Tool execution. No third-party service is called. A scripted result is used first. The
//! emulator's test tools return what their names say. Other tools return the `response` from their
//! seeded metadata, or else their parameters.

use scalekit::Code;
use scalekit::api::raw::errdetails::ToolErrorInfo;
use scalekit::api::raw::tools::{ExecuteToolRequest, ExecuteToolResponse, Tool};
use serde_json::{Map, Value, json};

use super::accounts::{self, AccountRef};
use super::{accounts_for, catalog, find, is_own, name};
use crate::api_error::ApiError;
use crate::state::{AccountRow, Call, Ctx, Row, Source, State, ToolCall, ToolResponse};

pub(super) fn execute(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: ExecuteToolRequest,
) -> Result<ExecuteToolResponse, ApiError> {
    run_logged(state, ctx, request, Source::Api)
}

/// Runs a tool and adds the call to the log.
pub(in crate::services) fn run_logged(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: ExecuteToolRequest,
    source: Source,
) -> Result<ExecuteToolResponse, ApiError> {
    let mut call = ToolCall {
        time: ctx.now,
        source,
        tool_name: request.tool_name.clone(),
        connection_name: request.connector.clone().unwrap_or_default(),
        identifier: request.identifier.clone().unwrap_or_default(),
        params: request.params.clone().unwrap_or_default(),
        ..ToolCall::default()
    };
    let result = attempt(state, ctx, &request, &mut call);
    let execution_id = call.execution_id.clone();
    state.tool_calls.add(call, result.as_ref());
    Ok(ExecuteToolResponse {
        data: Some(result?),
        execution_id,
    })
}

/// Runs a tool. `call` receives the account and the execution id.
fn attempt(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: &ExecuteToolRequest,
    call: &mut ToolCall,
) -> Result<Map<String, Value>, ApiError> {
    let tool = find(state, &request.tool_name);
    let tool = tool.ok_or_else(|| ApiError::not_found("tool", &request.tool_name))?;
    if let Some(row) = account(state, &tool, request)? {
        call.connected_account_id.clone_from(&row.account.id);
        call.connection_name.clone_from(&row.account.connector);
        call.identifier.clone_from(&row.account.identifier);
        state.use_account(ctx, &call.connected_account_id)?;
    }
    call.execution_id = state.ids.next("exec");
    let script = state.take_tool_response(Call {
        connection_name: &call.connection_name,
        identifier: &call.identifier,
        name: name(&tool),
    });
    match script {
        Some(script) => scripted(script, &call.execution_id),
        None => run(&tool, &call.params, &call.execution_id),
    }
}

/// Returns the account to use. The emulator's test tools do not need an account, but an account in
/// the request must exist.
fn account<'s>(
    state: &'s State,
    tool: &Tool,
    request: &ExecuteToolRequest,
) -> Result<Option<&'s AccountRow>, ApiError> {
    let is_set = |text: &'_ Option<String>| text.as_ref().is_some_and(|text| !text.is_empty());
    let by_id = is_set(&request.connected_account_id);
    if by_id || (is_set(&request.connector) && is_set(&request.identifier)) {
        let account = AccountRef {
            id: request.connected_account_id.as_deref(),
            connector: request.connector.as_deref(),
            identifier: request.identifier.as_deref(),
            organization_id: request.organization_id.as_deref(),
            user_id: request.user_id.as_deref(),
        };
        return accounts::find(state, account).map(Some);
    }
    if is_own(tool) {
        return Ok(None);
    }
    let identifier = request.identifier.as_deref().unwrap_or_default();
    let same = |filter: &Option<String>, own: &Option<String>| !is_set(filter) || filter == own;
    let mut matching = accounts_for(state, tool, identifier).filter(|row| {
        same(&request.organization_id, &row.organization_id) && same(&request.user_id, &row.user_id)
    });
    let found = matching.next();
    found
        .map(Some)
        .ok_or_else(|| ApiError::not_found(AccountRow::KIND, identifier))
}

fn run(
    tool: &Tool,
    params: &Map<String, Value>,
    execution_id: &str,
) -> Result<Map<String, Value>, ApiError> {
    let text = |field: &str| params.get(field).and_then(Value::as_str);
    match name(tool) {
        catalog::ECHO => Ok(params.clone()),
        catalog::FAIL => {
            let code = text("code")
                .and_then(|code| code.parse().ok())
                .unwrap_or(Code::Internal);
            let message = text("message").unwrap_or("the tool failed as requested");
            Err(failed(
                execution_id,
                code,
                message,
                text("tool_error_code").unwrap_or("FAILED"),
            ))
        }
        catalog::RATE_LIMITED => {
            let message = "the rate limit of the third-party service is exceeded";
            Err(failed(
                execution_id,
                Code::ResourceExhausted,
                message,
                "RATE_LIMITED",
            ))
        }
        name => {
            let canned = tool
                .metadata
                .as_ref()
                .and_then(|metadata| metadata.get("response"));
            let canned = canned.and_then(Value::as_object).cloned();
            let echo = json!({ "tool": name, "params": params });
            Ok(canned
                .or_else(|| echo.as_object().cloned())
                .unwrap_or_default())
        }
    }
}

/// Returns the result of a script.
fn scripted(script: ToolResponse, execution_id: &str) -> Result<Map<String, Value>, ApiError> {
    let Some(error) = script.error else {
        return Ok(script.data.unwrap_or_default());
    };
    let code: Code = error.code.parse().unwrap_or(Code::Internal);
    let tool_error_code = match error.tool_error_code.as_str() {
        "" => &error.code,
        code => code,
    };
    Err(failed(execution_id, code, &error.message, tool_error_code))
}

/// Returns the error for a tool execution that failed.
fn failed(execution_id: &str, code: Code, message: &str, tool_error_code: &str) -> ApiError {
    let mut error = ApiError::new(code, "TOOL_ERROR", message);
    error.info.tool_error_info = Some(ToolErrorInfo {
        execution_id: execution_id.to_owned(),
        tool_error_message: message.to_owned(),
        tool_error_code: tool_error_code.to_owned(),
    });
    error
}
