//! The pages of agents: connections, connected accounts and tool calls.

use scalekit::api::raw::connected_accounts::ConnectedAccount;
use serde_json::{Value, json};

use super::views::{MAX_ROWS, Search, newest, organization_name, pretty};
use crate::app::App;
use crate::state::{Row, State, summary};

pub(super) fn connections(app: &App, search: &Search) -> (Value, usize) {
    let state = app.read();
    newest(
        state.connections.iter(),
        MAX_ROWS,
        |connection| {
            let name = connection.key_id.as_deref().unwrap_or_default();
            search.matches(&[
                name,
                &connection.id,
                &connection.provider_key,
                &connection.provider.to_string(),
            ])
        },
        |connection| {
            let organization_id = connection.organization_id.as_deref().unwrap_or_default();
            let provider = match connection.provider_key.as_str() {
                "" => connection.provider.to_string(),
                provider => provider.to_owned(),
            };
            json!({
                "id": connection.id,
                "name": connection.key_id,
                "provider": provider,
                "type": connection.r#type,
                "enabled": connection.enabled,
                "organization": organization_name(&state, organization_id),
                "accounts": state.accounts.count_by("connection", &connection.id),
                "time": connection.create_time,
            })
        },
    )
}

pub(super) fn accounts(app: &App, search: &Search) -> (Value, usize) {
    let (state, ctx) = (app.read(), app.ctx());
    newest(
        state.accounts.iter(),
        MAX_ROWS,
        |row| {
            let ConnectedAccount {
                id,
                identifier,
                connector,
                provider,
                ..
            } = &row.account;
            search.matches(&[id, identifier, connector, provider])
        },
        |row| {
            json!({
                // The summary contains no credentials.
                "account": summary(state.show_account(&ctx, row)),
                "organization_id": row.organization_id,
                "user_id": row.user_id,
                "link": link(app, &state, row.id()),
            })
        },
    )
}

/// Returns the newest usable link of an account.
fn link(app: &App, state: &State, account_id: &str) -> Option<String> {
    let ctx = app.ctx();
    let links = state.magic_links.by("account", account_id).rev();
    let mut usable = links.filter(|link| state.usable_magic_link(&ctx, &link.token).is_ok());
    // Without the host, so that the link also works if the dashboard has another address.
    usable.next().map(|link| link.path())
}

pub(super) fn tool_calls(app: &App, search: &Search) -> (Value, usize) {
    let state = app.read();
    newest(
        state.tool_calls.iter(),
        MAX_ROWS,
        |call| {
            search.matches(&[
                &call.tool_name,
                &call.connection_name,
                &call.identifier,
                &call.execution_id,
            ])
        },
        |call| {
            let mut row = json!(call);
            row["time"] = call.time.to_string().into();
            row["pretty_params"] = pretty(&row["params"]).into();
            row["pretty_data"] = pretty(&row["data"]).into();
            row
        },
    )
}
