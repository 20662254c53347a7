//! OAuth clients, protected resources and consents.

use scalekit::api::raw::clients::{
    Client, ClientSecret, CustomClaim, M2MClient, Resource, ResourceUserConsent,
};
use serde::{Deserialize, Serialize};

use super::rows::{dated, keys, row};
use super::{Ctx, Ids, Key, Row, State};
use crate::secrets::{Hashes, hash, random_token, suffix};

/// A client of the environment and the hashes of its secrets.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct ClientRow {
    #[serde(flatten)]
    pub(crate) client: Client,
    #[serde(skip_serializing_if = "Hashes::is_empty")]
    pub(crate) hashes: Hashes,
}

/// A machine client of an organization or of a protected resource.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct MachineRow {
    #[serde(flatten)]
    pub(crate) client: M2MClient,
    #[serde(skip_serializing_if = "Hashes::is_empty")]
    pub(crate) hashes: Hashes,
}

/// A user's consent to a protected resource.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct ConsentRow {
    #[serde(flatten)]
    pub(crate) consent: ResourceUserConsent,
    pub(crate) resource_id: String,
}

row!(ClientRow, "client", "skc", client.id, {
    fn complete(&mut self, ctx: &Ctx<'_>) {
        dated!(self.client, ctx);
        hash_secrets(&mut self.client.secrets, &mut self.hashes);
    }
});

row!(MachineRow, "client", "m2morg", client.client_id, {
    fn keys(&self) -> Vec<Key> {
        keys([
            ("organization", Some(self.client.organization_id.as_str())),
            ("resource", Some(self.client.resource_id.as_str())),
        ])
    }

    fn complete(&mut self, ctx: &Ctx<'_>) {
        dated!(self.client, ctx);
        hash_secrets(&mut self.client.secrets, &mut self.hashes);
    }
});

row!(Resource, "resource", "res", {
    fn complete(&mut self, ctx: &Ctx<'_>) {
        dated!(self, ctx);
    }
});

row!(ConsentRow, "consent", "usrcnst", consent.id, {
    fn keys(&self) -> Vec<Key> {
        keys([
            ("resource", Some(self.resource_id.as_str())),
            ("client", Some(self.consent.client_id.as_str())),
        ])
    }

    fn complete(&mut self, ctx: &Ctx<'_>) {
        self.consent.granted_at = self.consent.granted_at.or_else(|| ctx.stamp());
    }
});

/// Replaces the plain text of seeded secrets with a hash.
fn hash_secrets(secrets: &mut [ClientSecret], hashes: &mut Hashes) {
    for (number, secret) in secrets.iter_mut().enumerate() {
        if secret.id.is_empty() {
            secret.id = format!("sks_{number}");
        }
        if let Some(plain) = secret.plain_secret.take() {
            secret.secret_suffix = suffix(&plain);
            hashes.insert(secret.id.clone(), hash(&plain));
        }
    }
}

/// Creates a secret. Returns its plain text and the stored form.
pub(crate) fn new_secret(
    ctx: &Ctx<'_>,
    ids: &mut Ids,
    hashes: &mut Hashes,
) -> (String, ClientSecret) {
    let plain = random_token("test");
    let secret = ClientSecret {
        id: ids.next("sks"),
        create_time: ctx.stamp(),
        update_time: ctx.stamp(),
        secret_suffix: suffix(&plain),
        ..ClientSecret::default()
    };
    hashes.insert(secret.id.clone(), hash(&plain));
    (plain, secret)
}

/// The properties of a client that the OAuth endpoints use.
#[derive(Clone, Debug, Default)]
pub(crate) struct OAuthClient {
    pub(crate) id: String,
    /// Hashes of the active secrets, by secret id.
    pub(crate) hashes: Hashes,
    /// Whether the client must authenticate with a secret. Also `true` if all secrets have expired.
    pub(crate) confidential: bool,
    pub(crate) scopes: Vec<String>,
    pub(crate) audience: Vec<String>,
    pub(crate) custom_claims: Vec<CustomClaim>,
    /// Lifetime of access tokens, in seconds; 0 means the default.
    pub(crate) lifetime: i64,
    pub(crate) organization_id: String,
    /// Whether its tokens are valid for the environment's API.
    pub(crate) api: bool,
    /// Whether this is a machine client, whose tokens are limited to its own scopes.
    pub(crate) machine: bool,
    pub(crate) enforce_pkce: bool,
    pub(crate) redirect_uris: Vec<String>,
    /// Allowed redirect URIs after logout.
    pub(crate) logout_uris: Vec<String>,
    pub(crate) name: String,
    /// The protected resource that the client belongs to. Access to it requires the user's consent.
    pub(crate) resource_id: String,
}

impl State {
    /// Ensures that the configured client exists and accepts `secret`. The emulator prints these
    /// credentials at startup.
    pub(crate) fn ensure_client(&mut self, ctx: &Ctx<'_>, id: &str, secret: &str) {
        let existing = self.oauth_client(ctx, id);
        if existing.is_some_and(|existing| existing.hashes.values().any(|own| *own == hash(secret)))
        {
            return;
        }
        let first = ClientSecret {
            create_time: ctx.stamp(),
            update_time: ctx.stamp(),
            plain_secret: Some(secret.to_owned()),
            id: self.ids.next("sks"),
            ..ClientSecret::default()
        };
        if let Some(mut row) = self.clients.get(id).cloned() {
            row.client.secrets.push(first);
            row.complete(ctx);
            self.clients.insert(&mut self.ids, row);
            return;
        }
        let client = Client {
            id: id.to_owned(),
            key_id: id.to_owned(),
            name: "Emulator".to_owned(),
            client_type: "ENVIRONMENT".to_owned(),
            grant_types: vec![
                "authorization_code".to_owned(),
                "refresh_token".to_owned(),
                "client_credentials".to_owned(),
            ],
            secrets: vec![first],
            ..Client::default()
        };
        let mut row = ClientRow {
            client,
            ..ClientRow::default()
        };
        row.complete(ctx);
        self.clients.insert(&mut self.ids, row);
    }

    /// Returns the client with this id, whatever its type.
    pub(crate) fn oauth_client(&self, ctx: &Ctx<'_>, id: &str) -> Option<OAuthClient> {
        if let Some(row) = self.clients.get(id) {
            let client = &row.client;
            return Some(OAuthClient {
                id: client.id.clone(),
                hashes: accepted(ctx, &client.secrets, &row.hashes),
                confidential: !client.secrets.is_empty(),
                scopes: client.scopes.clone(),
                custom_claims: client.custom_claims.clone(),
                lifetime: client.access_token_expiry.unwrap_or_default(),
                api: !client.disallow_scalekit_api_access,
                enforce_pkce: client.enforce_pkce,
                redirect_uris: client.post_login_uris.clone(),
                logout_uris: client.post_logout_redirect_uris.clone(),
                name: client.name.clone(),
                ..OAuthClient::default()
            });
        }
        let row = self.machines.get(id)?;
        let client = &row.client;
        let resource = self.resources.get(&client.resource_id);
        let mut audience = client.audience.clone();
        if audience.is_empty() {
            let identifier = resource.map(|resource| match resource.resource_uri.as_str() {
                "" => resource.id.clone(),
                uri => uri.to_owned(),
            });
            audience.extend(identifier);
        }
        let lifetime = match client.expiry {
            0 => resource.map_or(0, |resource| resource.access_token_expiry),
            expiry => expiry,
        };
        Some(OAuthClient {
            id: client.client_id.clone(),
            hashes: accepted(ctx, &client.secrets, &row.hashes),
            confidential: !client.secrets.is_empty(),
            scopes: client.scopes.clone(),
            custom_claims: client.custom_claims.clone(),
            organization_id: client.organization_id.clone(),
            redirect_uris: client.redirect_uris.clone(),
            name: client.name.clone(),
            resource_id: client.resource_id.clone(),
            machine: true,
            audience,
            lifetime,
            ..OAuthClient::default()
        })
    }

    /// Records that a secret was used.
    pub(crate) fn touch_secret(&mut self, ctx: &Ctx<'_>, client_id: &str, secret_id: &str) {
        let stamp = ctx.stamp();
        let used = |secrets: &mut [ClientSecret]| {
            for secret in secrets.iter_mut().filter(|secret| secret.id == secret_id) {
                secret.last_used_time = stamp;
            }
        };
        let _ = self
            .clients
            .change(client_id, |row| used(&mut row.client.secrets));
        let _ = self
            .machines
            .change(client_id, |row| used(&mut row.client.secrets));
    }
}

fn accepted(ctx: &Ctx<'_>, secrets: &[ClientSecret], hashes: &Hashes) -> Hashes {
    let active = |secret: &&ClientSecret| {
        secret.status == Default::default()
            && secret.expire_time.is_none_or(|end| Some(end) > ctx.stamp())
    };
    let active = secrets.iter().filter(active);
    active
        .filter_map(|secret| Some((secret.id.clone(), hashes.get(&secret.id)?.clone())))
        .collect()
}
