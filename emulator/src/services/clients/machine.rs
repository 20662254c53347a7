//! What machine clients of organizations and clients of protected resources have in common.

use scalekit::api::clients::{M2MClient, OrganizationClient, ResourceClient};

use super::Patch;
use crate::state::{Ctx, MachineRow, State, new_secret};

/// How long access tokens live when nobody says so, in seconds.
const EXPIRY: i64 = 3600;

/// What can be set on either kind.
pub(super) struct Settings {
    name: String,
    description: String,
    scopes: Vec<String>,
    audience: Vec<String>,
    custom_claims: Vec<scalekit::api::clients::CustomClaim>,
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

/// Adds a client with its first secret; answers with it and the plain text, which it carries this once.
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

/// Fields left empty keep their values, unless a mask names them.
pub(super) fn change(ctx: &Ctx<'_>, client: &mut M2MClient, new: Settings, patch: Patch<'_>) {
    patch.given("name", new.name, &mut client.name);
    patch.given("description", new.description, &mut client.description);
    patch.list("scopes", new.scopes, &mut client.scopes);
    patch.list("audience", new.audience, &mut client.audience);
    patch.list("custom_claims", new.custom_claims, &mut client.custom_claims);
    patch.list("redirect_uris", new.redirect_uris, &mut client.redirect_uris);
    if patch.changes("expiry", new.expiry > 0) {
        client.expiry = if new.expiry > 0 { new.expiry } else { EXPIRY };
    }
    client.update_time = ctx.stamp();
}
