//! Logic shared by machine clients of organizations and clients of protected resources.

use scalekit::api::raw::clients::{M2MClient, OrganizationClient, ResourceClient};

use super::Patch;
use crate::state::{Ctx, MachineRow, State, new_secret};

/// The default lifetime of access tokens, in seconds.
const EXPIRY: i64 = 3600;

/// Client settings from a create or update request.
pub(super) struct Settings {
    name: String,
    description: String,
    scopes: Vec<String>,
    audience: Vec<String>,
    custom_claims: Vec<scalekit::api::raw::clients::CustomClaim>,
    expiry: i64,
    redirect_uris: Vec<String>,
}

impl From<OrganizationClient> for Settings {
    fn from(client: OrganizationClient) -> Self {
        Self {
            name: client.name,
            description: client.description,
            scopes: client.scopes,
            audience: client.audience,
            custom_claims: client.custom_claims,
            expiry: client.expiry,
            redirect_uris: Vec::new(),
        }
    }
}

impl From<ResourceClient> for Settings {
    fn from(client: ResourceClient) -> Self {
        Self {
            name: client.name,
            description: client.description,
            scopes: client.scopes,
            audience: client.audience,
            custom_claims: client.custom_claims,
            expiry: client.expiry,
            redirect_uris: client.redirect_uris,
        }
    }
}

/// Creates a client with its first secret. Returns the client and the plain text of the secret,
/// which is never returned again.
pub(super) fn add(
    state: &mut State,
    ctx: &Ctx<'_>,
    owner: M2MClient,
    settings: Settings,
) -> (M2MClient, String) {
    let mut row = MachineRow::default();
    let (plain, secret) = new_secret(ctx, &mut state.ids, &mut row.hashes);
    let expiry = if settings.expiry > 0 {
        settings.expiry
    } else {
        EXPIRY
    };
    row.client = M2MClient {
        secrets: vec![secret],
        name: settings.name,
        description: settings.description,
        scopes: settings.scopes,
        audience: settings.audience,
        custom_claims: settings.custom_claims,
        redirect_uris: settings.redirect_uris,
        expiry,
        create_time: ctx.stamp(),
        update_time: ctx.stamp(),
        ..owner
    };
    let mut client = state.machines.insert(&mut state.ids, row).client.clone();
    for secret in &mut client.secrets {
        secret.plain_secret = Some(plain.clone());
    }
    (client, plain)
}

/// Empty fields are unchanged unless the mask contains them.
pub(super) fn change(ctx: &Ctx<'_>, client: &mut M2MClient, new: Settings, patch: Patch<'_>) {
    patch.set_text("name", new.name, &mut client.name);
    patch.set_text("description", new.description, &mut client.description);
    patch.list("scopes", new.scopes, &mut client.scopes);
    patch.list("audience", new.audience, &mut client.audience);
    patch.list(
        "custom_claims",
        new.custom_claims,
        &mut client.custom_claims,
    );
    patch.list(
        "redirect_uris",
        new.redirect_uris,
        &mut client.redirect_uris,
    );
    if patch.changes("expiry", new.expiry > 0) {
        client.expiry = if new.expiry > 0 { new.expiry } else { EXPIRY };
    }
    client.update_time = ctx.stamp();
}
