//! `ConnectionService`.

mod change;
mod list;
mod merge;
mod providers;
mod settings;

use scalekit::api::raw::connections::{
    Connection, GetConnectionRequest, GetConnectionResponse, GetEnvironmentConnectionRequest,
};
use scalekit::api::raw::domains::{Domain, DomainType};

pub(super) use providers::known_services;
pub(super) use settings::service;

use super::{Entry, contains, reads, writes};
use crate::api_error::ApiError;
use crate::state::{Ctx, State};

pub(super) static OPERATIONS: &[Entry] = &[
    (
        "ConnectionService.CreateConnection",
        writes!(change::create),
    ),
    (
        "ConnectionService.CreateEnvironmentConnection",
        writes!(change::create_environment),
    ),
    (
        "ConnectionService.DeleteConnection",
        writes!(change::delete),
    ),
    (
        "ConnectionService.DeleteEnvironmentConnection",
        writes!(change::delete_environment),
    ),
    (
        "ConnectionService.DisableConnection",
        writes!(change::disable),
    ),
    (
        "ConnectionService.EnableConnection",
        writes!(change::enable),
    ),
    ("ConnectionService.GetConnection", reads!(get)),
    (
        "ConnectionService.GetEnvironmentConnection",
        reads!(get_environment),
    ),
    ("ConnectionService.ListAppConnections", reads!(list::apps)),
    ("ConnectionService.ListConnections", reads!(list::all)),
    (
        "ConnectionService.UpdateEnvironmentConnection",
        writes!(change::update),
    ),
];

fn get(
    state: &State,
    _: &Ctx<'_>,
    request: GetConnectionRequest,
) -> Result<GetConnectionResponse, ApiError> {
    let connection = own(state, &request.organization_id, &request.id)?;
    Ok(GetConnectionResponse {
        connection: Some(show(state, connection)),
    })
}

/// Also returns connections of organizations.
fn get_environment(
    state: &State,
    _: &Ctx<'_>,
    request: GetEnvironmentConnectionRequest,
) -> Result<GetConnectionResponse, ApiError> {
    let connection = state.connections.require(&request.connection_id)?;
    Ok(GetConnectionResponse {
        connection: Some(show(state, connection)),
    })
}

/// Returns the connection if it belongs to the organization.
fn own<'s>(state: &'s State, organization_id: &str, id: &str) -> Result<&'s Connection, ApiError> {
    state.organizations.require(organization_id)?;
    let connection = state.connections.require(id)?;
    if connection.organization_id.as_deref() != Some(organization_id) {
        return Err(ApiError::not_found("connection", id));
    }
    Ok(connection)
}

/// Returns the connection as the API shows it, including its domains.
fn show(state: &State, connection: &Connection) -> Connection {
    Connection {
        domains: domains_of(state, connection).cloned().collect(),
        ..connection.clone()
    }
}

/// Returns the domains that route users to the connection. Allowed email domains are not included.
fn domains_of<'s>(
    state: &'s State,
    connection: &'s Connection,
) -> impl Iterator<Item = &'s Domain> {
    let organization_id = connection.organization_id.as_deref().unwrap_or_default();
    let own = state.domains.by("organization", organization_id);
    own.filter(|domain| domain.domain_type != DomainType::AllowedEmailDomain)
}
