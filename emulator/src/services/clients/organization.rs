//! Machine clients of an organization.

use scalekit::api::raw::Empty;
use scalekit::api::raw::clients::{
    CreateOrganizationClientRequest, CreateOrganizationClientResponse,
    CreateOrganizationClientSecretRequest, CreateOrganizationClientSecretResponse,
    DeleteOrganizationClientRequest, DeleteOrganizationClientSecretRequest,
    GetOrganizationClientRequest, GetOrganizationClientResponse, ListOrganizationClientsRequest,
    ListOrganizationClientsResponse, M2MClient, UpdateOrganizationClientRequest,
    UpdateOrganizationClientResponse,
};

use super::{Patch, machine, secrets};
use crate::api_error::ApiError;
use crate::services::page_response;
use crate::state::{Ctx, MachineRow, Order, Row, State};

/// Returns the client if it belongs to the organization.
fn own<'s>(state: &'s State, organization_id: &str, id: &str) -> Result<&'s M2MClient, ApiError> {
    state.organizations.require(organization_id)?;
    let row = state.machines.require(id)?;
    if row.client.organization_id != organization_id {
        return Err(ApiError::not_found(MachineRow::KIND, id));
    }
    Ok(&row.client)
}

pub(super) fn create(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: CreateOrganizationClientRequest,
) -> Result<CreateOrganizationClientResponse, ApiError> {
    state.organizations.require(&request.organization_id)?;
    let owner = M2MClient {
        organization_id: request.organization_id,
        ..M2MClient::default()
    };
    let settings = request.client.unwrap_or_default().into();
    let (client, plain_secret) = machine::add(state, ctx, owner, settings);
    Ok(CreateOrganizationClientResponse {
        client: Some(client),
        plain_secret,
    })
}

pub(super) fn get(
    state: &State,
    _: &Ctx<'_>,
    request: GetOrganizationClientRequest,
) -> Result<GetOrganizationClientResponse, ApiError> {
    let client = own(state, &request.organization_id, &request.client_id)?;
    Ok(GetOrganizationClientResponse {
        client: Some(client.clone()),
    })
}

pub(super) fn list(
    state: &State,
    _: &Ctx<'_>,
    request: ListOrganizationClientsRequest,
) -> Result<ListOrganizationClientsResponse, ApiError> {
    state.organizations.require(&request.organization_id)?;
    let own = ("organization", request.organization_id.as_str());
    let page = state.machines.page_by(
        own,
        Order::OldestFirst,
        request.page_size,
        &request.page_token,
        |_| true,
    )?;
    Ok(page_response!(ListOrganizationClientsResponse {
        clients: |row| row.client.clone(),
        ..page
    }))
}

pub(super) fn update(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: UpdateOrganizationClientRequest,
) -> Result<UpdateOrganizationClientResponse, ApiError> {
    own(state, &request.organization_id, &request.client_id)?;
    let new = request.client.unwrap_or_default().into();
    let changed = state.machines.change(&request.client_id, |row| {
        machine::change(ctx, &mut row.client, new, Patch::new(None));
    })?;
    Ok(UpdateOrganizationClientResponse {
        client: Some(changed.client.clone()),
    })
}

pub(super) fn delete(
    state: &mut State,
    _: &Ctx<'_>,
    request: DeleteOrganizationClientRequest,
) -> Result<Empty, ApiError> {
    own(state, &request.organization_id, &request.client_id)?;
    state.machines.remove(&request.client_id)?;
    Ok(Empty {})
}

pub(super) fn create_secret(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: CreateOrganizationClientSecretRequest,
) -> Result<CreateOrganizationClientSecretResponse, ApiError> {
    own(state, &request.organization_id, &request.client_id)?;
    let (plain_secret, secret) = secrets::add(state, ctx, &request.client_id)?;
    Ok(CreateOrganizationClientSecretResponse {
        plain_secret,
        secret: Some(secret),
    })
}

pub(super) fn delete_secret(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: DeleteOrganizationClientSecretRequest,
) -> Result<Empty, ApiError> {
    own(state, &request.organization_id, &request.client_id)?;
    secrets::remove(state, ctx, &request.client_id, &request.secret_id)?;
    Ok(Empty {})
}
