//! Which connections of an MCP server its user has authorized.

use scalekit::api::mcp::{
    GetMcpInstanceAuthStateRequest, GetMcpInstanceAuthStateResponse, ListMcpConnectedAccountsRequest,
    ListMcpConnectedAccountsResponse, McpConfigConnectionToolMapping, McpConnectionAuthState,
    McpInstanceConnectionAuthState,
};

use super::accounts;
use super::instances::config_of;
use crate::engine::ApiError;
use crate::state::{Ctx, State};

pub(super) fn of_instance(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: GetMcpInstanceAuthStateRequest,
) -> Result<GetMcpInstanceAuthStateResponse, ApiError> {
    let instance = state.mcp_instances.require(&request.instance_id)?;
    let mappings = config_of(state, instance).map(|config| config.connection_tool_mappings.clone());
    let identifier = instance.user_identifier.clone();
    let links = request.include_auth_links;
    let states = mappings.unwrap_or_default().into_iter().map(|mapping| {
        let known = connection(state, ctx, mapping, &identifier, links)?;
        Ok(McpInstanceConnectionAuthState {
            connection_id: known.connection_id,
            connection_name: known.connection_name,
            provider: known.provider,
            connected_account_id: known.connected_account_id.unwrap_or_default(),
            connected_account_status: known.connected_account_status.unwrap_or_default(),
            authentication_link: known.authentication_link,
        })
    });
    Ok(GetMcpInstanceAuthStateResponse {
        connections: states.collect::<Result<_, ApiError>>()?,
    })
}

pub(super) fn of_config(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: ListMcpConnectedAccountsRequest,
) -> Result<ListMcpConnectedAccountsResponse, ApiError> {
    let config = state.mcp_configs.require(&request.config_id)?;
    let mappings = config.connection_tool_mappings.clone().into_iter();
    let (identifier, link) = (request.identifier, request.include_auth_link);
    let states = mappings.map(|mapping| connection(state, ctx, mapping, &identifier, link));
    Ok(ListMcpConnectedAccountsResponse {
        connected_accounts: states.collect::<Result<_, ApiError>>()?,
    })
}

/// The state of one connection. A link is for an account, so where one is asked for, an account is made.
fn connection(
    state: &mut State,
    ctx: &Ctx<'_>,
    mapping: McpConfigConnectionToolMapping,
    identifier: &str,
    link: bool,
) -> Result<McpConnectionAuthState, ApiError> {
    let name = mapping.connection_name;
    let mut own = state.accounts.by("identifier", identifier);
    let known = own.find(|row| row.account.connector == name).cloned();
    drop(own);
    let row = match known {
        None if link => Some(accounts::add(
            state,
            ctx,
            &name,
            identifier,
            (None, None),
            |_| {},
        )?),
        known => known,
    };
    let account = row.map(|row| state.show_account(ctx, &row));
    let authentication_link = match &account {
        Some(account) if link => state.new_magic_link(ctx, &account.id, None, None).0,
        _ => String::new(),
    };
    Ok(McpConnectionAuthState {
        connection_id: mapping.connection_id,
        connection_name: name,
        provider: mapping.provider,
        connected_account_status: account.as_ref().map(|account| account.status.to_string()),
        connected_account_id: account.map(|account| account.id),
        authentication_link,
    })
}
