//! MCP configurations.

use scalekit::api::raw::mcp::{
    CreateMcpConfigRequest, CreateMcpConfigResponse, DeleteMcpConfigRequest,
    DeleteMcpConfigResponse, GetMcpConfigRequest, GetMcpConfigResponse, ListMcpConfigsRequest,
    ListMcpConfigsResponse, McpConfig, McpConfigConnectionToolMapping, UpdateMcpConfigRequest,
    UpdateMcpConfigResponse,
};

use super::connections::service;
use super::{accounts, contains};
use crate::api_error::ApiError;
use crate::services::page_response;
use crate::state::{Ctx, Order, Row, State};

pub(super) fn create(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: CreateMcpConfigRequest,
) -> Result<CreateMcpConfigResponse, ApiError> {
    let new = request.config.unwrap_or_default();
    if state.mcp_configs.by("name", &new.name).next().is_some() {
        let message = format!(
            "an MCP configuration with the name {:?} already exists",
            new.name
        );
        return Err(ApiError::exists("RESOURCE_ALREADY_EXISTS", message)
            .resource(McpConfig::KIND, &new.name));
    }
    let mappings = resolve(state, new.connection_tool_mappings)?;
    let id = state.ids.next(McpConfig::PREFIX);
    let config = McpConfig {
        mcp_server_url: format!("{}/mcp/{id}", ctx.url),
        name: new.name,
        description: new.description,
        connection_tool_mappings: mappings,
        id,
    };
    let config = state.mcp_configs.insert(&mut state.ids, config).clone();
    Ok(CreateMcpConfigResponse {
        config: Some(config),
    })
}

/// Resolves the connections of the mappings, which must exist.
fn resolve(
    state: &State,
    mappings: Vec<McpConfigConnectionToolMapping>,
) -> Result<Vec<McpConfigConnectionToolMapping>, ApiError> {
    let resolved = mappings.into_iter().map(|mapping| {
        let connection = accounts::connection(state, &mapping.connection_name)?;
        Ok(McpConfigConnectionToolMapping {
            connection_id: connection.id.clone(),
            provider: service(connection),
            connected_account_id: None,
            connected_account_status: None,
            ..mapping
        })
    });
    resolved.collect()
}

pub(super) fn get(
    state: &State,
    _: &Ctx<'_>,
    request: GetMcpConfigRequest,
) -> Result<GetMcpConfigResponse, ApiError> {
    Ok(GetMcpConfigResponse {
        config: Some(state.mcp_configs.require(&request.config_id)?.clone()),
    })
}

/// PUT semantics: the description and the mappings are replaced.
pub(super) fn update(
    state: &mut State,
    _: &Ctx<'_>,
    request: UpdateMcpConfigRequest,
) -> Result<UpdateMcpConfigResponse, ApiError> {
    state.mcp_configs.require(&request.config_id)?;
    let mappings = resolve(state, request.connection_tool_mappings)?;
    let config = state.mcp_configs.change(&request.config_id, |config| {
        config.description = request.description;
        config.connection_tool_mappings = mappings;
    })?;
    Ok(UpdateMcpConfigResponse {
        config: Some(config.clone()),
    })
}

pub(super) fn list(
    state: &State,
    _: &Ctx<'_>,
    request: ListMcpConfigsRequest,
) -> Result<ListMcpConfigsResponse, ApiError> {
    let filter = request.filter.unwrap_or_default();
    let query = request.search.to_lowercase();
    let same = |filter: &str, own: &str| filter.is_empty() || filter == own;
    let matches = |config: &McpConfig| {
        let mut mappings = config.connection_tool_mappings.iter();
        same(&filter.id, &config.id)
            && same(&filter.name, &config.name)
            && same(&filter.mcp_server_url, &config.mcp_server_url)
            && (filter.provider.is_empty()
                || mappings.any(|mapping| mapping.provider.eq_ignore_ascii_case(&filter.provider)))
            && contains(
                &query,
                [
                    Some(&config.id),
                    Some(&config.name),
                    Some(&config.description),
                ],
            )
    };
    let (size, token) = (request.page_size, &request.page_token);
    let page = state
        .mcp_configs
        .page(Order::OldestFirst, size, token, matches)?;
    Ok(page_response!(ListMcpConfigsResponse {
        configs: |config| (*config).clone(),
        ..page
    }))
}

/// Deletes a configuration and its instances.
pub(super) fn delete(
    state: &mut State,
    _: &Ctx<'_>,
    request: DeleteMcpConfigRequest,
) -> Result<DeleteMcpConfigResponse, ApiError> {
    state.mcp_configs.remove(&request.config_id)?;
    state.mcp_instances.remove_by("config", &request.config_id);
    Ok(DeleteMcpConfigResponse {})
}
