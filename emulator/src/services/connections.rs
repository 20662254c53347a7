//! `ConnectionService`.

use scalekit::api::Empty;
use scalekit::api::connections::{
    Connection, ConnectionSettings, ConnectionStatus, ConnectionType, CreateConnection,
    CreateConnectionRequest, CreateConnectionResponse, CreateEnvironmentConnectionRequest,
    DeleteConnectionRequest, GetConnectionRequest, GetConnectionResponse, GetEnvironmentConnectionRequest,
    ListAppConnectionsRequest, ListAppConnectionsResponse, ListConnection, ListConnectionsRequest,
    ListConnectionsResponse, ToggleConnectionRequest, ToggleConnectionResponse, UpdateConnectionResponse,
    UpdateEnvironmentConnectionRequest,
};
use scalekit::api::events::ObjectType;

use super::{Entry, contains, read, write};
use crate::engine::ApiError;
use crate::state::{Ctx, Order, State};

pub(super) static OPERATIONS: &[Entry] = &[
    ("ConnectionService.CreateConnection", write!(create)),
    (
        "ConnectionService.CreateEnvironmentConnection",
        write!(create_environment),
    ),
    ("ConnectionService.DeleteConnection", write!(delete)),
    ("ConnectionService.DisableConnection", write!(disable)),
    ("ConnectionService.EnableConnection", write!(enable)),
    ("ConnectionService.GetConnection", read!(get)),
    (
        "ConnectionService.GetEnvironmentConnection",
        read!(get_environment),
    ),
    ("ConnectionService.ListAppConnections", read!(list_app)),
    ("ConnectionService.ListConnections", read!(list)),
    ("ConnectionService.UpdateEnvironmentConnection", write!(update)),
];

fn create(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: CreateConnectionRequest,
) -> Result<CreateConnectionResponse, ApiError> {
    state.organizations.require(&request.organization_id)?;
    let connection = add(state, ctx, request.connection, Some(request.organization_id))?;
    Ok(CreateConnectionResponse {
        connection: Some(connection),
    })
}

fn create_environment(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: CreateEnvironmentConnectionRequest,
) -> Result<CreateConnectionResponse, ApiError> {
    Ok(CreateConnectionResponse {
        connection: Some(add(state, ctx, request.connection, None)?),
    })
}

fn add(
    state: &mut State,
    ctx: &Ctx<'_>,
    new: Option<CreateConnection>,
    organization_id: Option<String>,
) -> Result<Connection, ApiError> {
    let new = new.unwrap_or_default();
    let key_id = new.key_id.filter(|key| !key.is_empty());
    if let Some(key) = &key_id
        && state
            .connections
            .find(|connection| connection.key_id.as_ref() == Some(key))
            .is_some()
    {
        let message = format!("a connection with the key_id {key:?} already exists");
        return Err(ApiError::exists("RESOURCE_ALREADY_EXISTS", message).resource("connection", key));
    }
    let connection = Connection {
        provider: new.provider,
        r#type: new.r#type,
        status: ConnectionStatus::Draft,
        organization_id,
        key_id,
        provider_key: new.provider_key,
        auth_mode: new.auth_mode,
        create_time: ctx.stamp(),
        update_time: ctx.stamp(),
        ..Connection::default()
    };
    let id = state.connections.insert(&mut state.ids, connection).id.clone();
    let connection = state.connections.require_mut(&id)?;
    if connection.r#type == ConnectionType::Oidc {
        connection.test_connection_uri = format!("{}/sso/v1/oidc/{id}/test", ctx.url);
    }
    let connection = connection.clone();
    state.emit(
        ctx,
        "connection.created",
        ObjectType::Connection,
        connection.organization_id.as_deref(),
        &connection,
    );
    Ok(connection)
}

/// The connection, if it is the organization's.
fn own<'s>(state: &'s State, organization_id: &str, id: &str) -> Result<&'s Connection, ApiError> {
    state.organizations.require(organization_id)?;
    let connection = state.connections.require(id)?;
    if connection.organization_id.as_deref() != Some(organization_id) {
        return Err(ApiError::not_found("connection", id));
    }
    Ok(connection)
}

fn get(state: &State, _: &Ctx<'_>, request: GetConnectionRequest) -> Result<GetConnectionResponse, ApiError> {
    let connection = own(state, &request.organization_id, &request.id)?.clone();
    Ok(GetConnectionResponse {
        connection: Some(connection),
    })
}

fn get_environment(
    state: &State,
    _: &Ctx<'_>,
    request: GetEnvironmentConnectionRequest,
) -> Result<GetConnectionResponse, ApiError> {
    Ok(GetConnectionResponse {
        connection: Some(state.connections.require(&request.connection_id)?.clone()),
    })
}

fn update(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: UpdateEnvironmentConnectionRequest,
) -> Result<UpdateConnectionResponse, ApiError> {
    let new = request.connection.unwrap_or_default();
    let settings = new.settings.map(merged).transpose()?;
    let connection = state.connections.require_mut(&request.connection_id)?;
    if new.provider != Default::default() {
        connection.provider = new.provider;
    }
    if new.r#type != Default::default() {
        connection.r#type = new.r#type;
    }
    if new.configuration_type != Default::default() {
        connection.configuration_type = new.configuration_type;
    }
    if let Some(debug) = new.debug_enabled {
        connection.debug_enabled = debug;
    }
    if let Some(title) = new.ui_button_title {
        connection.ui_button_title = title;
    }
    if !new.attribute_mapping.is_empty() {
        connection.attribute_mapping = new.attribute_mapping;
    }
    if !new.provider_key.is_empty() {
        connection.provider_key = new.provider_key;
    }
    connection.key_id = new.key_id.or(connection.key_id.take());
    if let Some(settings) = settings {
        connection.settings = Some(settings);
        connection.status = ConnectionStatus::Completed;
    }
    connection.update_time = ctx.stamp();
    let connection = connection.clone();
    state.emit(
        ctx,
        "connection.updated",
        ObjectType::Connection,
        connection.organization_id.as_deref(),
        &connection,
    );
    Ok(UpdateConnectionResponse {
        connection: Some(connection),
    })
}

/// What an update sets as the answer shows it: the same fields under the same names.
fn merged(
    settings: scalekit::api::connections::UpdateConnectionSettings,
) -> Result<ConnectionSettings, ApiError> {
    let json = serde_json::to_value(settings).map_err(|error| ApiError::internal(error.to_string()))?;
    let shown: Connection =
        serde_json::from_value(json).map_err(|error| ApiError::internal(error.to_string()))?;
    shown
        .settings
        .ok_or_else(|| ApiError::internal("the settings have no kind"))
}

fn delete(state: &mut State, ctx: &Ctx<'_>, request: DeleteConnectionRequest) -> Result<Empty, ApiError> {
    let id = own(state, &request.organization_id, &request.id)?.id.clone();
    let gone = state.connections.remove(&id)?;
    state.emit(
        ctx,
        "connection.deleted",
        ObjectType::Connection,
        Some(&request.organization_id),
        &gone,
    );
    Ok(Empty {})
}

fn enable(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: ToggleConnectionRequest,
) -> Result<ToggleConnectionResponse, ApiError> {
    toggle(state, ctx, &request, true)
}

fn disable(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: ToggleConnectionRequest,
) -> Result<ToggleConnectionResponse, ApiError> {
    toggle(state, ctx, &request, false)
}

fn toggle(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: &ToggleConnectionRequest,
    enabled: bool,
) -> Result<ToggleConnectionResponse, ApiError> {
    let id = own(state, &request.organization_id, &request.id)?.id.clone();
    let connection = state.connections.require_mut(&id)?;
    connection.enabled = enabled;
    if enabled {
        connection.status = ConnectionStatus::Completed;
    }
    connection.update_time = ctx.stamp();
    let connection = connection.clone();
    let event = if enabled {
        "connection.enabled"
    } else {
        "connection.disabled"
    };
    state.emit(
        ctx,
        event,
        ObjectType::Connection,
        Some(&request.organization_id),
        &connection,
    );
    Ok(ToggleConnectionResponse {
        enabled,
        error_message: None,
    })
}

fn list(
    state: &State,
    _: &Ctx<'_>,
    request: ListConnectionsRequest,
) -> Result<ListConnectionsResponse, ApiError> {
    if let Some(id) = &request.organization_id {
        state.organizations.require(id)?;
    }
    let domain = request.domain.as_deref().map(|name| {
        state
            .domains
            .find(|domain| domain.domain.eq_ignore_ascii_case(name))
    });
    let by_domain = match domain {
        // A domain that nobody has leads to no connection.
        Some(None) => return Ok(ListConnectionsResponse::default()),
        Some(Some(domain)) => Some(domain.organization_id.clone()),
        None => None,
    };
    let all = request
        .include
        .as_deref()
        .is_some_and(|include| include.eq_ignore_ascii_case("all"));
    let wanted = |connection: &&Connection| {
        (all || connection.enabled)
            && (request.organization_id.is_none() || connection.organization_id == request.organization_id)
            && (by_domain.is_none() || connection.organization_id == by_domain)
    };
    let connections = state
        .connections
        .iter()
        .filter(wanted)
        .map(|connection| listed(state, connection))
        .collect();
    Ok(ListConnectionsResponse { connections })
}

fn list_app(
    state: &State,
    _: &Ctx<'_>,
    request: ListAppConnectionsRequest,
) -> Result<ListAppConnectionsResponse, ApiError> {
    let query = request.query.unwrap_or_default().to_lowercase();
    let page = state.connections.page(
        Order::OldestFirst,
        request.page_size,
        &request.page_token,
        |connection| {
            let provider = request.provider.as_ref().filter(|provider| !provider.is_empty());
            connection.organization_id.is_none()
                && provider.is_none_or(|provider| connection.provider_key.eq_ignore_ascii_case(provider))
                && (query.is_empty()
                    || contains(
                        &query,
                        [
                            Some(&connection.id),
                            Some(&connection.provider_key),
                            connection.key_id.as_ref(),
                        ],
                    ))
        },
    )?;
    Ok(ListAppConnectionsResponse {
        connections: page.map(|connection| listed(state, connection)),
        total_size: page.total,
        next_page_token: page.next,
        prev_page_token: page.previous,
    })
}

fn listed(state: &State, connection: &Connection) -> ListConnection {
    let organization_id = connection.organization_id.clone().unwrap_or_default();
    let organization = state
        .organizations
        .get(&organization_id)
        .map(|row| row.organization.display_name.clone());
    let domains = state
        .domains
        .iter()
        .filter(|domain| domain.organization_id == organization_id && !organization_id.is_empty());
    ListConnection {
        id: connection.id.clone(),
        provider: connection.provider.clone(),
        r#type: connection.r#type.clone(),
        status: connection.status.clone(),
        enabled: connection.enabled,
        ui_button_title: connection.ui_button_title.clone(),
        domains: domains.map(|domain| domain.domain.clone()).collect(),
        organization_name: organization.unwrap_or_default(),
        provider_key: connection.provider_key.clone(),
        key_id: connection.key_id.clone().unwrap_or_default(),
        created_at: connection.create_time,
        auth_mode: connection.auth_mode.clone(),
        mcp_server_url: connection.mcp_server_url.clone().unwrap_or_default(),
        organization_id,
    }
}
