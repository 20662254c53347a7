//! Protected resources and their clients.

use scalekit::api::raw::clients::{
    ConsentedUser, CreateResourceClientRequest, CreateResourceClientResponse,
    DeleteResourceClientRequest, DeleteResourceClientResponse, GetResourceClientRequest,
    GetResourceClientResponse, GetResourceRequest, GetResourceResponse, ListResourceClientsRequest,
    ListResourceClientsResponse, ListResourcesRequest, ListResourcesResponse, M2MClient, Resource,
    ResourceType, UpdateResourceClientRequest, UpdateResourceClientResponse,
};

use super::{Patch, machine};
use crate::api_error::ApiError;
use crate::services::page_response;
use crate::state::{Ctx, MachineRow, Order, Row, State};

/// The id prefix of resource clients.
const PREFIX: &str = "m2m";

pub(super) fn get_resource(
    state: &State,
    _: &Ctx<'_>,
    request: GetResourceRequest,
) -> Result<GetResourceResponse, ApiError> {
    Ok(GetResourceResponse {
        resource: Some(state.resources.require(&request.resource_id)?.clone()),
    })
}

pub(super) fn list_resources(
    state: &State,
    _: &Ctx<'_>,
    request: ListResourcesRequest,
) -> Result<ListResourcesResponse, ApiError> {
    let matches = |resource: &Resource| {
        request.resource_type == ResourceType::Unspecified
            || resource.resource_type == request.resource_type
    };
    let (size, token) = (request.page_size, &request.page_token);
    let page = state
        .resources
        .page(Order::OldestFirst, size, token, matches)?;
    Ok(page_response!(ListResourcesResponse {
        resources: |resource| (*resource).clone(),
        ..page
    }))
}

/// Returns the client if it belongs to the resource.
fn own<'s>(state: &'s State, resource_id: &str, id: &str) -> Result<&'s M2MClient, ApiError> {
    state.resources.require(resource_id)?;
    let row = state.machines.require(id)?;
    if row.client.resource_id != resource_id {
        return Err(ApiError::not_found(MachineRow::KIND, id));
    }
    Ok(&row.client)
}

pub(super) fn create(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: CreateResourceClientRequest,
) -> Result<CreateResourceClientResponse, ApiError> {
    state.resources.require(&request.resource_id)?;
    let owner = M2MClient {
        client_id: state.ids.next(PREFIX),
        resource_id: request.resource_id,
        ..M2MClient::default()
    };
    let settings = request.client.unwrap_or_default().into();
    let (client, plain_secret) = machine::add(state, ctx, owner, settings);
    Ok(CreateResourceClientResponse {
        client: Some(client),
        plain_secret,
    })
}

pub(super) fn get(
    state: &State,
    _: &Ctx<'_>,
    request: GetResourceClientRequest,
) -> Result<GetResourceClientResponse, ApiError> {
    let client = own(state, &request.resource_id, &request.client_id)?;
    let consents = state.consents.by("client", &request.client_id);
    let consented_users = consents.map(|row| ConsentedUser {
        consent_id: row.consent.id.clone(),
        external_user_id: row.consent.external_user_id.clone(),
        scopes: row.consent.scopes.clone(),
    });
    Ok(GetResourceClientResponse {
        client: Some(client.clone()),
        consented_users: consented_users.collect(),
    })
}

pub(super) fn list(
    state: &State,
    _: &Ctx<'_>,
    request: ListResourceClientsRequest,
) -> Result<ListResourceClientsResponse, ApiError> {
    state.resources.require(&request.resource_id)?;
    let own = state.machines.by("resource", &request.resource_id);
    let clients: Vec<M2MClient> = own.map(|row| row.client.clone()).collect();
    let count = |registered: bool| {
        let matching = clients.iter().filter(|client| client.is_dcr == registered);
        i32::try_from(matching.count()).unwrap_or(i32::MAX)
    };
    Ok(ListResourceClientsResponse {
        total_dcr_clients: count(true),
        total_static_clients: count(false),
        clients,
    })
}

pub(super) fn update(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: UpdateResourceClientRequest,
) -> Result<UpdateResourceClientResponse, ApiError> {
    own(state, &request.resource_id, &request.client_id)?;
    let new = request.client.unwrap_or_default().into();
    let patch = Patch::new(request.update_mask.as_ref());
    let changed = state.machines.change(&request.client_id, |row| {
        machine::change(ctx, &mut row.client, new, patch);
    })?;
    Ok(UpdateResourceClientResponse {
        client: Some(changed.client.clone()),
    })
}

/// Deletes a client and the user consents for it.
pub(super) fn delete(
    state: &mut State,
    _: &Ctx<'_>,
    request: DeleteResourceClientRequest,
) -> Result<DeleteResourceClientResponse, ApiError> {
    own(state, &request.resource_id, &request.client_id)?;
    state.machines.remove(&request.client_id)?;
    state.consents.remove_by("client", &request.client_id);
    Ok(DeleteResourceClientResponse {})
}
