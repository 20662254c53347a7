//! Creating, updating, enabling, disabling and deleting connections.

use scalekit::api::raw::Empty;
use scalekit::api::raw::connections::{
    Connection, ConnectionStatus, ConnectionType, CreateConnection, CreateConnectionRequest,
    CreateConnectionResponse, CreateEnvironmentConnectionRequest, DeleteConnectionRequest,
    DeleteEnvironmentConnectionRequest, ToggleConnectionRequest, ToggleConnectionResponse,
    UpdateConnectionResponse, UpdateEnvironmentConnectionRequest,
};
use scalekit::api::raw::events::ObjectType;

use super::merge::merged;
use super::providers::oauth_defaults;
use super::settings::{complete, service};
use super::{own, show};
use crate::api_error::ApiError;
use crate::state::{Ctx, State};

/// The length of the random suffix of a key id.
const KEY_SUFFIX: usize = 8;

pub(super) fn create(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: CreateConnectionRequest,
) -> Result<CreateConnectionResponse, ApiError> {
    state.organizations.require(&request.organization_id)?;
    let connection = draft(
        request.connection.unwrap_or_default(),
        Some(request.organization_id),
    );
    Ok(CreateConnectionResponse {
        connection: Some(add(state, ctx, connection)?),
    })
}

/// No other operation enables a connection of the environment, so it is created enabled.
pub(super) fn create_environment(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: CreateEnvironmentConnectionRequest,
) -> Result<CreateConnectionResponse, ApiError> {
    let mut connection = Connection {
        enabled: true,
        ..draft(request.connection.unwrap_or_default(), None)
    };
    let has_provider_key = !connection.provider_key.is_empty();
    if request.flags.map_or(has_provider_key, |flags| flags.is_app) {
        connection.provider_key = service(&connection);
        let well_known = oauth_defaults(&connection.provider_key).is_some();
        if connection.r#type == ConnectionType::Invalid && well_known {
            connection.r#type = ConnectionType::Oauth;
        }
        if connection.key_id.is_none() {
            connection.key_id = Some(free_key(state, &connection.provider_key));
        }
    }
    Ok(CreateConnectionResponse {
        connection: Some(add(state, ctx, connection)?),
    })
}

fn draft(new: CreateConnection, organization_id: Option<String>) -> Connection {
    Connection {
        provider: new.provider,
        r#type: new.r#type,
        organization_id,
        key_id: new.key_id.filter(|key| !key.is_empty()),
        provider_key: new.provider_key,
        auth_mode: new.auth_mode,
        ..Connection::default()
    }
}

fn add(state: &mut State, ctx: &Ctx<'_>, connection: Connection) -> Result<Connection, ApiError> {
    key_is_free(state, "", connection.key_id.as_deref())?;
    let connection = Connection {
        create_time: ctx.stamp(),
        update_time: ctx.stamp(),
        ..connection
    };
    let mut connection = state.connections.insert(&mut state.ids, connection).clone();
    complete(ctx, &mut connection);
    Ok(store(state, ctx, connection, "created"))
}

/// Returns an unused key id: the service's name in lowercase, a dash and a random suffix.
fn free_key(state: &State, service: &str) -> String {
    let service = service.to_lowercase();
    loop {
        let digits = std::iter::repeat_with(|| char::from_digit(fastrand::u32(..36), 36));
        let suffix: String = digits.take(KEY_SUFFIX).flatten().collect();
        let key = format!("{service}-{suffix}");
        if key_is_free(state, "", Some(&key)).is_ok() {
            return key;
        }
    }
}

/// Checks that no connection except `own` has the key id.
fn key_is_free(state: &State, own: &str, key: Option<&str>) -> Result<(), ApiError> {
    let Some(key) = key.filter(|key| !key.is_empty()) else {
        return Ok(());
    };
    let mut holders = state.connections.by("key_id", key);
    if holders.all(|holder| holder.id == own) {
        return Ok(());
    }
    let message = format!("a connection with the key_id {key:?} already exists");
    Err(ApiError::exists("RESOURCE_ALREADY_EXISTS", message).resource("connection", key))
}

/// Stores a changed connection and emits an event. Returns the connection as the API shows it.
fn store(state: &mut State, ctx: &Ctx<'_>, connection: Connection, change: &str) -> Connection {
    let connection = state.connections.insert(&mut state.ids, connection).clone();
    emit_event(state, ctx, &connection, change)
}

fn emit_event(
    state: &mut State,
    ctx: &Ctx<'_>,
    connection: &Connection,
    change: &str,
) -> Connection {
    let shown = show(state, connection);
    let kind = if shown.organization_id.is_some() {
        "organization.sso_"
    } else {
        "connection."
    };
    let event = format!("{kind}{change}");
    state.emit(
        ctx,
        &event,
        ObjectType::Connection,
        connection.organization_id.as_deref(),
        &shown,
    );
    shown
}

pub(super) fn update(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: UpdateEnvironmentConnectionRequest,
) -> Result<UpdateConnectionResponse, ApiError> {
    let mut connection = state.connections.require(&request.connection_id)?.clone();
    let new = request.connection.unwrap_or_default();
    let key_id = new.key_id.filter(|key| !key.is_empty());
    key_is_free(state, &connection.id, key_id.as_deref())?;
    if new.provider != Default::default() {
        connection.provider = new.provider;
    }
    if new.r#type != ConnectionType::Invalid && new.r#type != connection.r#type {
        connection.r#type = new.r#type;
        connection.settings = None;
    }
    if new.configuration_type != Default::default() {
        connection.configuration_type = new.configuration_type;
    }
    if let Some(debug_enabled) = new.debug_enabled {
        connection.debug_enabled = debug_enabled;
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
    if key_id.is_some() {
        connection.key_id = key_id;
    }
    if let Some(settings) = new.settings {
        connection.settings = Some(merged(ctx, &mut state.ids, &connection, settings)?);
    }
    complete(ctx, &mut connection);
    connection.update_time = ctx.stamp();
    Ok(UpdateConnectionResponse {
        connection: Some(store(state, ctx, connection, "updated")),
    })
}

pub(super) fn delete(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: DeleteConnectionRequest,
) -> Result<Empty, ApiError> {
    own(state, &request.organization_id, &request.id)?;
    remove(state, ctx, &request.id)
}

pub(super) fn delete_environment(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: DeleteEnvironmentConnectionRequest,
) -> Result<Empty, ApiError> {
    remove(state, ctx, &request.connection_id)
}

/// Deletes a connection and its connected accounts.
fn remove(state: &mut State, ctx: &Ctx<'_>, id: &str) -> Result<Empty, ApiError> {
    let removed = state.connections.remove(id)?;
    state.delete_accounts_by(ctx, "connection", id);
    emit_event(state, ctx, &removed, "deleted");
    Ok(Empty {})
}

pub(super) fn enable(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: ToggleConnectionRequest,
) -> Result<ToggleConnectionResponse, ApiError> {
    toggle(state, ctx, &request, true)
}

pub(super) fn disable(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: ToggleConnectionRequest,
) -> Result<ToggleConnectionResponse, ApiError> {
    toggle(state, ctx, &request, false)
}

/// Enables or disables a connection. The emulator simulates every identity provider, so enabling a
/// connection completes it even if its settings are incomplete.
fn toggle(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: &ToggleConnectionRequest,
    enabled: bool,
) -> Result<ToggleConnectionResponse, ApiError> {
    let mut connection = own(state, &request.organization_id, &request.id)?.clone();
    if connection.enabled != enabled {
        connection.enabled = enabled;
        if enabled {
            connection.status = ConnectionStatus::Completed;
        }
        connection.update_time = ctx.stamp();
        store(
            state,
            ctx,
            connection,
            if enabled { "enabled" } else { "disabled" },
        );
    }
    Ok(ToggleConnectionResponse {
        enabled,
        error_message: None,
    })
}
