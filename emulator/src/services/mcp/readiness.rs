//! Authorization states: which connections of an MCP server a user has authorized.

use scalekit::api::raw::mcp::{
    GetMcpInstanceAuthStateRequest, GetMcpInstanceAuthStateResponse,
    ListMcpConnectedAccountsRequest, ListMcpConnectedAccountsResponse,
    McpConfigConnectionToolMapping, McpConnectionAuthState, McpInstanceConnectionAuthState,
};

use super::accounts;
use super::instances::config_of;
use crate::api_error::ApiError;
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
        let state = connection(state, ctx, mapping, &identifier, links)?;
        Ok(McpInstanceConnectionAuthState {
            connection_id: state.connection_id,
            connection_name: state.connection_name,
            provider: state.provider,
            connected_account_id: state.connected_account_id.unwrap_or_default(),
            connected_account_status: state.connected_account_status.unwrap_or_default(),
            authentication_link: state.authentication_link,
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

/// Returns the state of one connection. A link needs an account. If a link is requested and the
/// account is missing, it is created.
fn connection(
    state: &mut State,
    ctx: &Ctx<'_>,
    mapping: McpConfigConnectionToolMapping,
    identifier: &str,
    link: bool,
) -> Result<McpConnectionAuthState, ApiError> {
    let name = mapping.connection_name;
    let mut own = state.accounts.by("identifier", identifier);
    let existing = own.find(|row| row.account.connector == name).cloned();
    drop(own);
    let row = match existing {
        None if link => Some(accounts::add(
            state,
            ctx,
            &name,
            identifier,
            (None, None),
            |_| {},
        )?),
        account => account,
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
