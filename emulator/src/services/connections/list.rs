//! Lists of connections.

use scalekit::api::raw::connections::{
    Connection, ListAppConnectionsRequest, ListAppConnectionsResponse, ListConnection,
    ListConnectionsRequest, ListConnectionsResponse,
};

use super::{contains, domains_of};
use crate::api_error::ApiError;
use crate::services::page_response;
use crate::state::{Ctx, Order, State};

pub(super) fn all(
    state: &State,
    _: &Ctx<'_>,
    request: ListConnectionsRequest,
) -> Result<ListConnectionsResponse, ApiError> {
    if let Some(id) = &request.organization_id {
        state.organizations.require(id)?;
    }
    let inactive = request
        .include
        .as_deref()
        .is_some_and(|include| include.eq_ignore_ascii_case("all"));
    let matches = |connection: &&Connection| {
        let has_domain = |name: &str| {
            domains_of(state, connection).any(|domain| domain.domain.eq_ignore_ascii_case(name))
        };
        (inactive || connection.enabled)
            && (request.organization_id.is_none()
                || connection.organization_id == request.organization_id)
            && request.domain.as_deref().is_none_or(has_domain)
    };
    let connections = state
        .connections
        .iter()
        .filter(matches)
        .map(|connection| summary(state, connection));
    Ok(ListConnectionsResponse {
        connections: connections.collect(),
    })
}

pub(super) fn apps(
    state: &State,
    _: &Ctx<'_>,
    request: ListAppConnectionsRequest,
) -> Result<ListAppConnectionsResponse, ApiError> {
    let query = request.query.unwrap_or_default().to_lowercase();
    let matches = |connection: &Connection| {
        let of = |provider: &String| connection.provider_key.eq_ignore_ascii_case(provider);
        let Connection {
            id,
            provider_key,
            key_id,
            ui_button_title,
            ..
        } = connection;
        is_app(connection)
            && request.provider.as_ref().is_none_or(of)
            && contains(
                &query,
                [
                    Some(id),
                    Some(provider_key),
                    key_id.as_ref(),
                    Some(ui_button_title),
                ],
            )
    };
    let page = state.connections.page(
        Order::OldestFirst,
        request.page_size,
        &request.page_token,
        matches,
    )?;
    Ok(page_response!(ListAppConnectionsResponse {
        connections: |connection| summary(state, connection),
        ..page
    }))
}

/// Returns `true` for a connection to a third-party service. Only these have a provider key.
fn is_app(connection: &Connection) -> bool {
    connection.organization_id.is_none() && !connection.provider_key.is_empty()
}

fn summary(state: &State, connection: &Connection) -> ListConnection {
    let Connection {
        id,
        provider,
        r#type,
        status,
        organization_id,
        ui_button_title,
        provider_key,
        auth_mode,
        ..
    } = connection.clone();
    let organization_id = organization_id.unwrap_or_default();
    let organization = state.organizations.get(&organization_id);
    ListConnection {
        id,
        provider,
        r#type,
        status,
        enabled: connection.enabled,
        organization_name: organization
            .map(|row| row.organization.display_name.clone())
            .unwrap_or_default(),
        organization_id,
        ui_button_title,
        domains: domains_of(state, connection)
            .map(|domain| domain.domain.clone())
            .collect(),
        provider_key,
        key_id: connection.key_id.clone().unwrap_or_default(),
        created_at: connection.create_time,
        mcp_server_url: connection.mcp_server_url.clone().unwrap_or_default(),
        auth_mode,
    }
}
