//! `WebAuthnService`. Credentials come from the seed; the emulator does not register new ones.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use scalekit::api::raw::webauthn::{
    AllAcceptedCredentialsOptions, DeleteCredentialRequest, DeleteCredentialResponse,
    ListCredentialsRequest, ListCredentialsResponse, UnknownCredentialOptions,
    UpdateCredentialRequest, UpdateCredentialResponse, WebAuthnCredential,
};

use super::{Entry, reads, writes};
use crate::api_error::ApiError;
use crate::state::{Ctx, State};

pub(super) static OPERATIONS: &[Entry] = &[
    ("WebAuthnService.DeleteCredential", writes!(delete)),
    ("WebAuthnService.ListCredentials", reads!(list)),
    ("WebAuthnService.UpdateCredential", writes!(update)),
];

/// Returns the relying party id: the host of the environment's URL.
fn rp_id(ctx: &Ctx<'_>) -> String {
    let url = url::Url::parse(ctx.url).ok();
    url.and_then(|url| url.host_str().map(str::to_owned))
        .unwrap_or_default()
}

/// Encodes an id in the form that browser APIs use.
fn encoded(id: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(id)
}

fn list(
    state: &State,
    ctx: &Ctx<'_>,
    request: ListCredentialsRequest,
) -> Result<ListCredentialsResponse, ApiError> {
    state.users.require(&request.user_id)?;
    let own = state.credentials.by("user", &request.user_id);
    let credentials: Vec<WebAuthnCredential> = own.cloned().collect();
    let accepted = credentials
        .iter()
        .map(|credential| encoded(&credential.credential_id));
    Ok(ListCredentialsResponse {
        all_accepted_credentials_options: Some(AllAcceptedCredentialsOptions {
            rp_id: rp_id(ctx),
            user_id: encoded(request.user_id.as_bytes()),
            all_accepted_credential_ids: accepted.collect(),
        }),
        credentials,
    })
}

fn update(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: UpdateCredentialRequest,
) -> Result<UpdateCredentialResponse, ApiError> {
    let changed = state
        .credentials
        .change(&request.credential_id, |credential| {
            credential.display_name = Some(request.display_name);
            credential.updated_at = ctx.stamp();
        })?;
    Ok(UpdateCredentialResponse {
        credential: Some(changed.clone()),
    })
}

fn delete(
    state: &mut State,
    ctx: &Ctx<'_>,
    request: DeleteCredentialRequest,
) -> Result<DeleteCredentialResponse, ApiError> {
    let removed = state.credentials.remove(&request.credential_id)?;
    Ok(DeleteCredentialResponse {
        success: true,
        unknown_credential_options: Some(UnknownCredentialOptions {
            rp_id: rp_id(ctx),
            credential_id: encoded(&removed.credential_id),
        }),
    })
}
