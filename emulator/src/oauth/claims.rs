//! What the tokens say.

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use scalekit::api::users::User;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::grants::Grant;
use crate::app::App;
use crate::keys::sign;
use crate::secrets::random_token;
use crate::state::{Ctx, OAuthClient, State};

/// How long access and ID tokens live, in seconds.
pub(super) const LIFETIME: i64 = 3600;

/// How long an IdP-initiated login token lives, in seconds.
const IDP_INITIATED_LIFETIME: i64 = 300;

/// The claims that every token has.
fn common(ctx: &Ctx<'_>, lifetime: i64) -> Map<String, Value> {
    let now = ctx.now.as_second();
    let claims = json!({ "iss": ctx.url, "iat": now, "nbf": now, "exp": now.saturating_add(lifetime) });
    claims.as_object().cloned().unwrap_or_default()
}

fn with(mut claims: Map<String, Value>, more: Value) -> Value {
    claims.extend(more.as_object().cloned().unwrap_or_default());
    Value::Object(claims)
}

/// Returns the claims of an access token that a client gets for itself. The client's custom claims
/// and those of interceptors go under `custom_claims`.
pub(super) fn client_access(
    ctx: &Ctx<'_>,
    client: &OAuthClient,
    scopes: &[&str],
    lifetime: i64,
    intercepted: Map<String, Value>,
) -> Value {
    let mut more = json!({
        "sub": client.id, "client_id": client.id, "aud": [client.id], "scopes": scopes, "jti": random_token("jti"),
    });
    if !client.audience.is_empty() {
        more["aud"] = json!(client.audience);
    }
    if !client.organization_id.is_empty() {
        more["oid"] = json!(client.organization_id);
    }
    let own = client.custom_claims.iter();
    let own = own.map(|claim| (claim.key.clone(), claim.value.clone().into()));
    let custom = own.chain(intercepted).collect();
    with(with_custom(common(ctx, lifetime), custom), more)
}

/// Returns the claims of a user's access token. Claims of interceptors go under `custom_claims`.
pub(super) fn user_access(state: &State, ctx: &Ctx<'_>, grant: &Grant) -> Value {
    let (roles, permissions) = state.grants_of_member(&grant.user_id, &grant.organization_id);
    let more = json!({
        "sub": grant.user_id,
        "aud": [grant.client_id],
        "client_id": grant.client_id,
        "oid": grant.organization_id,
        "sid": grant.session_id,
        "scope": grant.scope,
        "roles": roles,
        "permissions": permissions,
        "jti": random_token("jti"),
    });
    with(with_custom(common(ctx, LIFETIME), grant.claims.clone()), more)
}

/// Adds `custom` to `claims` under `custom_claims`, unless it is empty.
fn with_custom(mut claims: Map<String, Value>, custom: Map<String, Value>) -> Map<String, Value> {
    if !custom.is_empty() {
        claims.insert("custom_claims".to_owned(), custom.into());
    }
    claims
}

/// An ID token (OpenID Connect Core 1.0, sections 2 and 3.1.3.6).
pub(super) fn id_token(
    state: &State,
    ctx: &Ctx<'_>,
    grant: &Grant,
    access_token: &str,
    code: Option<&str>,
) -> Value {
    let session = state.sessions.get(&grant.session_id);
    let amr = session
        .map(|row| row.connection_id.clone())
        .filter(|id| !id.is_empty())
        .unwrap_or_else(|| "pwd".to_owned());
    let mut claims = common(ctx, LIFETIME);
    claims.remove("nbf");
    let more = json!({
        "sub": grant.user_id,
        "aud": grant.client_id,
        "azp": grant.client_id,
        "amr": [amr],
        "oid": grant.organization_id,
        "sid": grant.session_id,
        "client_id": grant.client_id,
        "auth_time": session.map_or_else(|| ctx.now.as_second(), |row| row.auth_time),
        "at_hash": half_hash(access_token),
    });
    claims.extend(more.as_object().cloned().unwrap_or_default());
    if let Some(code) = code {
        claims.insert("c_hash".to_owned(), half_hash(code).into());
    }
    if let Some(nonce) = &grant.nonce {
        claims.insert("nonce".to_owned(), nonce.clone().into());
    }
    if let Some(user) = state.users.get(&grant.user_id) {
        claims.extend(profile(user, &grant.scope));
    }
    Value::Object(claims)
}

/// The claims about a person that the granted scopes ask for (OpenID Connect Core 1.0, section 5.4).
pub(super) fn profile(user: &User, scope: &str) -> Map<String, Value> {
    let granted = |name: &str| scope.split(' ').any(|scope| scope == name);
    let about = user.user_profile.clone().unwrap_or_default();
    let mut claims = Map::new();
    let mut add = |name: &str, value: &str| {
        if !value.is_empty() {
            claims.insert(name.to_owned(), value.into());
        }
    };
    if granted("profile") {
        add("name", &about.name);
        add("given_name", &about.given_name);
        add("family_name", &about.family_name);
        add("preferred_username", &about.preferred_username);
        add("picture", &about.picture);
        add("locale", &about.locale);
        add("phone_number", &about.phone_number);
    }
    if granted("email") {
        add("email", &user.email);
        claims.insert("email_verified".to_owned(), about.email_verified.into());
    }
    claims
}

/// The left half of the hash, as `at_hash` and `c_hash` want it.
fn half_hash(text: &str) -> String {
    let hash = digest::digest(&digest::SHA256, text.as_bytes());
    URL_SAFE_NO_PAD.encode(&hash.as_ref()[..16])
}

/// What an IdP-initiated login is about.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct IdpInitiated {
    pub(crate) connection_id: String,
    pub(crate) organization_id: String,
    pub(crate) login_hint: String,
    pub(crate) relay_state: Option<String>,
}

/// The token that an identity provider's portal sends a browser to the application with.
pub(crate) async fn idp_initiated_token(app: &App, login: &IdpInitiated) -> anyhow::Result<String> {
    let key = app.keys.current().await?;
    let mut more = json!({
        "aud": app.client.id,
        "sub": login.login_hint,
        "connection_id": login.connection_id,
        "organization_id": login.organization_id,
        "login_hint": login.login_hint,
    });
    if let Some(relay_state) = &login.relay_state {
        more["relay_state"] = relay_state.clone().into();
    }
    sign(&key, &with(common(&app.ctx(), IDP_INITIATED_LIFETIME), more))
}
