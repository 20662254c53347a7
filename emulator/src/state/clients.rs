//! OAuth clients of every kind, protected resources and consents.

use scalekit::api::clients::{Client, ClientSecret, CustomClaim, M2MClient, Resource, ResourceUserConsent};
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

/// A consent and the resource that it is for.
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
        keep_hashes(&mut self.client.secrets, &mut self.hashes);
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
        keep_hashes(&mut self.client.secrets, &mut self.hashes);
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

/// Takes the plain text out of secrets that a seed brings along; what stays is the hash.
fn keep_hashes(secrets: &mut [ClientSecret], hashes: &mut Hashes) {
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

/// A new secret: its plain text, and what is kept of it.
pub(crate) fn new_secret(ctx: &Ctx<'_>, ids: &mut Ids, hashes: &mut Hashes) -> (String, ClientSecret) {
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

/// What the token endpoint needs to know of a client.
#[derive(Clone, Debug, Default)]
pub(crate) struct OAuthClient {
    pub(crate) id: String,
    /// The secrets that are accepted, as hashes, by their ids.
    pub(crate) hashes: Hashes,
    /// It has a secret, be it one that is accepted no more, so it must show one.
    pub(crate) confidential: bool,
    pub(crate) scopes: Vec<String>,
    pub(crate) audience: Vec<String>,
    pub(crate) custom_claims: Vec<CustomClaim>,
    /// How long access tokens live, in seconds; 0 for as long as others.
    pub(crate) lifetime: i64,
    pub(crate) organization_id: String,
    /// Whether its tokens are good for the API of the environment.
    pub(crate) api: bool,
    /// A machine client gets no more scopes than it has.
    pub(crate) machine: bool,
    pub(crate) enforce_pkce: bool,
    pub(crate) redirect_uris: Vec<String>,
    /// Where logouts may lead.
    pub(crate) logout_uris: Vec<String>,
    pub(crate) name: String,
    /// The protected resource that it is a client of; users are asked before it gets anything.
    pub(crate) resource_id: String,
}

impl State {
    /// Lets in the environment's client, whose credentials the emulator prints: makes it if it is not there, and gives it
    /// the secret if it has another one.
    pub(crate) fn admit(&mut self, ctx: &Ctx<'_>, id: &str, secret: &str) {
        let known = self.oauth_client(ctx, id);
        if known.is_some_and(|known| known.hashes.values().any(|own| *own == hash(secret))) {
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

    /// The client of any kind with this id.
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

    /// Notes that a secret was used.
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
    let good = |secret: &&ClientSecret| {
        secret.status == Default::default() && secret.expire_time.is_none_or(|end| Some(end) > ctx.stamp())
    };
    let good = secrets.iter().filter(good);
    good.filter_map(|secret| Some((secret.id.clone(), hashes.get(&secret.id)?.clone())))
        .collect()
}
