//! MCP instances: configurations for single users.

use scalekit::api::raw::mcp::{
    DeleteMcpInstanceRequest, DeleteMcpInstanceResponse, EnsureMcpInstanceRequest,
    EnsureMcpInstanceResponse, GetMcpInstanceRequest, GetMcpInstanceResponse,
    ListMcpInstancesRequest, ListMcpInstancesResponse, McpConfig, McpInstance,
    UpdateMcpInstanceRequest, UpdateMcpInstanceResponse,
};

use super::contains;
use crate::api_error::ApiError;
use crate::services::page_response;
use crate::state::{Ctx, Order, Row, State};

/// Returns the instance as the API shows it, with its current configuration.
fn show(state: &State, instance: &McpInstance) -> McpInstance {
    let config = config_of(state, instance).cloned();
    McpInstance {
        config: config.or_else(|| instance.config.clone()),
        ..instance.clone()
    }
}

/// Returns the current configuration of an instance. Instances refer to it by id.
pub(super) fn config_of<'s>(state: &'s State, instance: &McpInstance) -> Option<&'s McpConfig> {
    state.mcp_configs.get(&instance.config.as_ref()?.id)
}

fn find_config<'s>(state: &'s State, name: &str) -> Result<&'s McpConfig, ApiError> {
    let found = state.mcp_configs.by("name", name).next();
    found.ok_or_else(|| ApiError::not_found(McpConfig::KIND, name))
}

pub(super) fn ensure(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: EnsureMcpInstanceRequest,
) -> Result<EnsureMcpInstanceResponse, ApiError> {
    let config = find_config(state, &request.config_name)?.clone();
    let mut own = state.mcp_instances.by("config", &config.id);
    if let Some(existing) = own.find(|instance| instance.user_identifier == request.user_identifier)
    {
        return Ok(EnsureMcpInstanceResponse {
            instance: Some(show(state, existing)),
        });
    }
    drop(own);
    let id = state.ids.next(McpInstance::PREFIX);
    let name = match request.name.as_str() {
        "" => format!("{} of {}", config.name, request.user_identifier),
        name => name.to_owned(),
    };
    let instance = McpInstance {
        url: format!("{}/mcp/instances/{id}", ctx.url),
        name,
        user_identifier: request.user_identifier,
        config: Some(config),
        updated_at: ctx.stamp(),
        id,
        ..McpInstance::default()
    };
    let instance = state.mcp_instances.insert(&mut state.ids, instance).clone();
    Ok(EnsureMcpInstanceResponse {
        instance: Some(instance),
    })
}

pub(super) fn get(
    state: &State,
    _: &Ctx<'_>,
    request: GetMcpInstanceRequest,
) -> Result<GetMcpInstanceResponse, ApiError> {
    let instance = state.mcp_instances.require(&request.instance_id)?;
    Ok(GetMcpInstanceResponse {
        instance: Some(show(state, instance)),
    })
}

pub(super) fn update(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: UpdateMcpInstanceRequest,
) -> Result<UpdateMcpInstanceResponse, ApiError> {
    state.mcp_instances.require(&request.instance_id)?;
    let config = match request.config_name.as_str() {
        "" => None,
        name => Some(find_config(state, name)?.clone()),
    };
    let changed = state
        .mcp_instances
        .change(&request.instance_id, |instance| {
            if !request.name.is_empty() {
                instance.name = request.name;
            }
            if config.is_some() {
                instance.config = config;
            }
            instance.updated_at = ctx.stamp();
        })?;
    let instance = changed.clone();
    Ok(UpdateMcpInstanceResponse {
        instance: Some(show(state, &instance)),
    })
}

pub(super) fn list(
    state: &State,
    _: &Ctx<'_>,
    request: ListMcpInstancesRequest,
) -> Result<ListMcpInstancesResponse, ApiError> {
    let filter = request.filter.unwrap_or_default();
    let query = request.search.to_lowercase();
    let same = |filter: &str, own: &str| filter.is_empty() || filter == own;
    let matches = |instance: &McpInstance| {
        let config = config_of(state, instance).map_or("", |config| config.name.as_str());
        let McpInstance {
            id,
            name,
            user_identifier,
            ..
        } = instance;
        same(&filter.id, id)
            && same(&filter.name, name)
            && same(&filter.config_name, config)
            && same(&filter.user_identifier, user_identifier)
            && contains(&query, [Some(id), Some(name), Some(user_identifier)])
    };
    let (size, token) = (request.page_size, &request.page_token);
    let page = state
        .mcp_instances
        .page(Order::OldestFirst, size, token, matches)?;
    Ok(page_response!(ListMcpInstancesResponse {
        instances: |instance| show(state, instance),
        ..page
    }))
}

pub(super) fn delete(
    state: &mut State,
    _: &Ctx<'_>,
    request: DeleteMcpInstanceRequest,
) -> Result<DeleteMcpInstanceResponse, ApiError> {
    state.mcp_instances.remove(&request.instance_id)?;
    Ok(DeleteMcpInstanceResponse {})
}
