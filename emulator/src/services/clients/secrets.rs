//! Client secrets.

use scalekit::api::raw::Empty;
use scalekit::api::raw::clients::{
    ClientSecret, CreateClientSecretRequest, CreateClientSecretResponse, DeleteClientSecretRequest,
};

use crate::api_error::ApiError;
use crate::secrets::Hashes;
use crate::state::{ClientRow, Ctx, Row, State, new_secret};

/// The maximum number of secrets of a resource client.
const MAX_SECRETS: usize = 5;

pub(super) fn create(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: CreateClientSecretRequest,
) -> Result<CreateClientSecretResponse, ApiError> {
    let (plain_secret, secret) = add(state, ctx, &request.client_id)?;
    Ok(CreateClientSecretResponse {
        plain_secret,
        secret: Some(secret),
    })
}

pub(super) fn delete(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: DeleteClientSecretRequest,
) -> Result<Empty, ApiError> {
    remove(state, ctx, &request.client_id, &request.secret_id)?;
    Ok(Empty {})
}

/// Creates a secret. Returns its plain text and the secret, which contains the plain text only in
/// this response.
pub(super) fn add(
    state: &mut State,
    ctx: &Ctx<'_>,
    client_id: &str,
) -> Result<(String, ClientSecret), ApiError> {
    let machine = state.machines.get(client_id).map(|row| &row.client);
    let of_resource = machine.filter(|client| !client.resource_id.is_empty());
    if of_resource.is_some_and(|client| client.secrets.len() >= MAX_SECRETS) {
        let message = format!("a resource client can have at most {MAX_SECRETS} secrets");
        return Err(
            ApiError::precondition("CLIENT_SECRET_LIMIT_REACHED", message)
                .resource("client", client_id),
        );
    }
    secrets(state, client_id)?;
    let mut hashes = Hashes::new();
    let (plain, secret) = new_secret(ctx, &mut state.ids, &mut hashes);
    let shown = ClientSecret {
        plain_secret: Some(plain.clone()),
        ..secret.clone()
    };
    change(state, ctx, client_id, |secrets, stored_hashes| {
        secrets.push(secret);
        stored_hashes.extend(hashes);
    });
    Ok((plain, shown))
}

pub(super) fn remove(
    state: &mut State,
    ctx: &Ctx<'_>,
    client_id: &str,
    secret_id: &str,
) -> Result<(), ApiError> {
    let secrets = secrets(state, client_id)?;
    if !secrets.iter().any(|secret| secret.id == secret_id) {
        return Err(ApiError::not_found("secret", secret_id));
    }
    if secrets.len() == 1 {
        // The message of the service, which programs compare. It says client instead of secret.
        let message = "last client cannot be deleted";
        return Err(
            ApiError::precondition("LAST_CLIENT_SECRET", message).resource("secret", secret_id)
        );
    }
    change(state, ctx, client_id, |secrets, hashes| {
        secrets.retain(|secret| secret.id != secret_id);
        hashes.remove(secret_id);
    });
    Ok(())
}

fn secrets<'s>(state: &'s State, client_id: &str) -> Result<&'s [ClientSecret], ApiError> {
    let machine = state.machines.get(client_id).map(|row| &row.client.secrets);
    let application = || state.clients.get(client_id).map(|row| &row.client.secrets);
    let found = machine.or_else(application).map(Vec::as_slice);
    found.ok_or_else(|| ApiError::not_found(ClientRow::KIND, client_id))
}

fn change(
    state: &mut State,
    ctx: &Ctx<'_>,
    client_id: &str,
    change: impl FnOnce(&mut Vec<ClientSecret>, &mut Hashes),
) {
    if state.clients.get(client_id).is_some() {
        let _ = state.clients.change(client_id, |row| {
            change(&mut row.client.secrets, &mut row.hashes);
            row.client.update_time = ctx.stamp();
        });
    } else {
        let _ = state.machines.change(client_id, |row| {
            change(&mut row.client.secrets, &mut row.hashes);
            row.client.update_time = ctx.stamp();
        });
    }
}
