//! Clients of the environment: the applications.

use scalekit::api::raw::Empty;
use scalekit::api::raw::clients::{
    Client, CreateClientRequest, CreateClientResponse, DeleteClientRequest, GetClientRequest,
    GetClientResponse, ListClientsRequest, ListClientsResponse, UpdateClient, UpdateClientRequest,
    UpdateClientResponse,
};

use super::Patch;
use crate::api_error::ApiError;
use crate::services::page_response;
use crate::state::{ClientRow, Ctx, Order, State};

pub(super) fn create(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: CreateClientRequest,
) -> Result<CreateClientResponse, ApiError> {
    let new = request.client.unwrap_or_default();
    let client = Client {
        create_time: ctx.stamp(),
        update_time: ctx.stamp(),
        name: new.name,
        client_type: new.client_type,
        back_channel_logout_uris: new.back_channel_logout_uris,
        post_logout_redirect_uris: new.post_logout_redirect_uris,
        initiate_login_uri: new.initiate_login_uri.unwrap_or_default(),
        post_login_uris: new.post_login_uris,
        access_token_expiry: Some(new.access_token_expiry).filter(|seconds| *seconds > 0),
        scopes: new.scopes,
        custom_claims: new.custom_claims,
        disallow_scalekit_api_access: new.disallow_scalekit_api_access.unwrap_or_default(),
        grant_types: new.grant_types,
        enforce_pkce: new.enforce_pkce.unwrap_or_default(),
        ip_allowlist: new.ip_allowlist,
        ..Client::default()
    };
    let row = ClientRow {
        client,
        ..ClientRow::default()
    };
    let mut client = state.clients.insert(&mut state.ids, row).client.clone();
    client.key_id.clone_from(&client.id);
    let key = client.key_id.clone();
    state
        .clients
        .change(&client.id, |row| row.client.key_id = key)?;
    Ok(CreateClientResponse {
        client: Some(client),
    })
}

pub(super) fn get(
    state: &State,
    _: &Ctx<'_>,
    request: GetClientRequest,
) -> Result<GetClientResponse, ApiError> {
    let row = state.clients.require(&request.client_id)?;
    Ok(GetClientResponse {
        client: Some(row.client.clone()),
    })
}

/// Plain text secrets are never included because only hashes are stored.
pub(super) fn list(
    state: &State,
    _: &Ctx<'_>,
    request: ListClientsRequest,
) -> Result<ListClientsResponse, ApiError> {
    let types = request.filter.unwrap_or_default().client_type;
    let matches = |row: &ClientRow| types.is_empty() || types.contains(&row.client.client_type);
    let (size, token) = (request.page_size, &request.page_token);
    let page = state
        .clients
        .page(Order::OldestFirst, size, token, matches)?;
    Ok(page_response!(ListClientsResponse {
        clients: |row| row.client.clone(),
        ..page
    }))
}

pub(super) fn update(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: UpdateClientRequest,
) -> Result<UpdateClientResponse, ApiError> {
    let patch = Patch::new(request.mask.as_ref());
    let new = request.client.unwrap_or_default();
    let row = state.clients.change(&request.client_id, |row| {
        change(&mut row.client, new, patch);
        row.client.update_time = ctx.stamp();
    })?;
    Ok(UpdateClientResponse {
        client: Some(row.client.clone()),
    })
}

fn change(client: &mut Client, new: UpdateClient, patch: Patch<'_>) {
    patch.list(
        "back_channel_logout_uris",
        new.back_channel_logout_uris,
        &mut client.back_channel_logout_uris,
    );
    patch.list(
        "post_logout_redirect_uris",
        new.post_logout_redirect_uris,
        &mut client.post_logout_redirect_uris,
    );
    patch.list(
        "post_login_uris",
        new.post_login_uris,
        &mut client.post_login_uris,
    );
    patch.list("scopes", new.scopes, &mut client.scopes);
    patch.list(
        "custom_claims",
        new.custom_claims,
        &mut client.custom_claims,
    );
    patch.list("grant_types", new.grant_types, &mut client.grant_types);
    patch.set(
        "initiate_login_uri",
        new.initiate_login_uri,
        &mut client.initiate_login_uri,
    );
    patch.set_text("name", new.name, &mut client.name);
    if patch.changes("access_token_expiry", new.access_token_expiry > 0) {
        client.access_token_expiry = Some(new.access_token_expiry).filter(|seconds| *seconds > 0);
    }
    patch.set(
        "disallow_scalekit_api_access",
        new.disallow_scalekit_api_access,
        &mut client.disallow_scalekit_api_access,
    );
    patch.set("enforce_pkce", new.enforce_pkce, &mut client.enforce_pkce);
    if patch.changes("ip_allowlist", new.ip_allowlist.is_some()) {
        client.ip_allowlist = new.ip_allowlist;
    }
}

pub(super) fn delete(
    state: &mut State,
    _: &Ctx<'_>,
    request: DeleteClientRequest,
) -> Result<Empty, ApiError> {
    state.clients.remove(&request.client_id)?;
    Ok(Empty {})
}
