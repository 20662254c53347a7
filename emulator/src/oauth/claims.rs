//! Claims of the issued tokens.

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use scalekit::api::raw::users::User;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::app::App;
use crate::keys::sign;
use crate::secrets::random_token;
use crate::state::{Ctx, Grant, OAuthClient, State};

/// Lifetime of access and ID tokens, in seconds.
pub(super) const LIFETIME: i64 = 3600;

/// Lifetime of an IdP-initiated login token, in seconds.
const IDP_INITIATED_LIFETIME: i64 = 300;

/// Returns the claims common to all tokens.
fn common(ctx: &Ctx<'_>, lifetime: i64) -> Map<String, Value> {
    let now = ctx.now.as_second();
    let claims =
        json!({ "iss": ctx.url, "iat": now, "nbf": now, "exp": now.saturating_add(lifetime) });
    claims.as_object().cloned().unwrap_or_default()
}

fn with(mut claims: Map<String, Value>, more: Value) -> Value {
    claims.extend(more.as_object().cloned().unwrap_or_default());
    Value::Object(claims)
}

/// Returns the claims of a client's own access token. Custom claims of the client and of
/// interceptors go under `custom_claims`.
pub(super) fn client_access(
    ctx: &Ctx<'_>,
    client: &OAuthClient,
    scopes: &[&str],
    lifetime: i64,
    interceptor_claims: Map<String, Value>,
) -> Value {
    let mut more = json!({
        "sub": client.id,
        "client_id": client.id,
        "aud": [client.id],
        "scopes": scopes,
        "jti": random_token("jti"),
    });
    if !client.audience.is_empty() {
        more["aud"] = json!(client.audience);
    }
    if !client.organization_id.is_empty() {
        more["oid"] = json!(client.organization_id);
    }
    let client_claims = client.custom_claims.iter();
    let client_claims = client_claims.map(|claim| (claim.key.clone(), claim.value.clone().into()));
    let custom = client_claims.chain(interceptor_claims).collect();
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
    with(
        with_custom(common(ctx, LIFETIME), grant.claims.clone()),
        more,
    )
}

/// Adds `custom` to `claims` under `custom_claims`, unless it is empty.
fn with_custom(mut claims: Map<String, Value>, custom: Map<String, Value>) -> Map<String, Value> {
    if !custom.is_empty() {
        claims.insert("custom_claims".to_owned(), custom.into());
    }
    claims
}

/// Returns the claims of an ID token (OpenID Connect Core 1.0, sections 2 and 3.1.3.6).
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

/// Returns the user claims that the granted scopes include (OpenID Connect Core 1.0, section 5.4).
pub(super) fn profile(user: &User, scope: &str) -> Map<String, Value> {
    let granted = |name: &str| scope.split(' ').any(|scope| scope == name);
    let profile = user.user_profile.clone().unwrap_or_default();
    let mut claims = Map::new();
    let mut add = |name: &str, value: &str| {
        if !value.is_empty() {
            claims.insert(name.to_owned(), value.into());
        }
    };
    if granted("profile") {
        add("name", &profile.name);
        add("given_name", &profile.given_name);
        add("family_name", &profile.family_name);
        add("preferred_username", &profile.preferred_username);
        add("picture", &profile.picture);
        add("locale", &profile.locale);
        add("phone_number", &profile.phone_number);
    }
    if granted("email") {
        add("email", &user.email);
        claims.insert("email_verified".to_owned(), profile.email_verified.into());
    }
    claims
}

/// Returns the left half of the SHA-256 hash, for `at_hash` and `c_hash`.
fn half_hash(text: &str) -> String {
    let hash = digest::digest(&digest::SHA256, text.as_bytes());
    URL_SAFE_NO_PAD.encode(&hash.as_ref()[..16])
}

/// Parameters of an IdP-initiated login.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct IdpInitiated {
    pub(crate) connection_id: String,
    pub(crate) organization_id: String,
    pub(crate) login_hint: String,
    pub(crate) relay_state: Option<String>,
}

/// Returns the signed token for an IdP-initiated login.
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
    sign(
        &key,
        &with(common(&app.ctx(), IDP_INITIATED_LIFETIME), more),
    )
}
