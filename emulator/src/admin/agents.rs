//! `/_emulator/tool-responses`, `/_emulator/proxy-responses`, `/_emulator/tool-calls` and
//! `/_emulator/accounts`: scripts for agents, the log of tool calls, and the expiry of accounts.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{AdminError, PREFIX, body};
use crate::app::App;
use crate::http::Request;
use crate::state::{Ids, ProxyResponse, Row, State, Table, ToolResponse};

/// The table of a type of scripts.
struct Scripts<R> {
    read: fn(&State) -> &Table<R>,
    write: fn(&mut State) -> &mut Table<R>,
}

const TOOL_RESPONSES: Scripts<ToolResponse> = Scripts {
    read: |state| &state.tool_responses,
    write: |state| &mut state.tool_responses,
};

const PROXY_RESPONSES: Scripts<ProxyResponse> = Scripts {
    read: |state| &state.proxy_responses,
    write: |state| &mut state.proxy_responses,
};

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Expiry {
    /// The time until the expiry.
    after_seconds: u32,
}

/// Handles a request. `rest` is the path after the resource.
pub(super) fn handle(
    app: &App,
    resource: &str,
    rest: Option<&str>,
    request: &Request,
) -> Result<Value, AdminError> {
    let (id, action) = match rest.map(|rest| rest.split_once('/').unwrap_or((rest, ""))) {
        Some((id, action)) => (Some(id), action),
        None => (None, ""),
    };
    match (request.method.as_str(), resource, id, action) {
        (_, "tool-responses", id, "") => scripts(app, TOOL_RESPONSES, id, request),
        (_, "proxy-responses", id, "") => scripts(app, PROXY_RESPONSES, id, request),
        ("GET", "tool-calls", None, "") => {
            Ok(json!(app.read().tool_calls.iter().collect::<Vec<_>>()))
        }
        ("DELETE", "tool-calls", None, "") => {
            app.change(|state| state.tool_calls.clear());
            Ok(Value::Null)
        }
        ("POST", "accounts", Some(id), "expire") => {
            let Expiry { after_seconds } = body(request)?;
            let ctx = app.ctx();
            app.change(|state| {
                let row = state.expire_account(&ctx, id, after_seconds.into())?;
                let account = state.show_account(&ctx, &row);
                Ok(json!({ "status": account.status, "token_expires_at": account.token_expires_at }))
            })
        }
        _ => Err(no_route(request)),
    }
}

/// Lists, adds or removes scripts.
fn scripts<R: Row>(
    app: &App,
    table: Scripts<R>,
    id: Option<&str>,
    request: &Request,
) -> Result<Value, AdminError> {
    match (request.method.as_str(), id) {
        ("GET", None) => Ok(json!((table.read)(&app.read()).iter().collect::<Vec<_>>())),
        ("POST", None) => {
            let mut script: R = body(request)?;
            script.check().map_err(AdminError::bad)?;
            app.change(|state| {
                if script.id().is_empty() {
                    script.set_id(state.ids.next(R::PREFIX));
                }
                let shown = json!(script);
                // The row has an id, so the generator is not used.
                (table.write)(state).insert(&mut Ids::default(), script);
                Ok(shown)
            })
        }
        ("DELETE", None) => {
            app.change(|state| (table.write)(state).clear());
            Ok(Value::Null)
        }
        ("DELETE", Some(id)) => {
            app.change(|state| (table.write)(state).remove(id).map(|_| ()))?;
            Ok(Value::Null)
        }
        _ => Err(no_route(request)),
    }
}

fn no_route(request: &Request) -> AdminError {
    let path = request.path.strip_prefix(PREFIX).unwrap_or_default();
    AdminError::no_route(&request.method, path)
}
