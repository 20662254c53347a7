//! The endpoint `POST /oauth/token` (RFC 6749 section 3.2).

use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use jiff::SignedDuration;
use serde_json::{Map, Value, json};

use super::client::{Client, identify};
use super::{Failure, OAuthError, claims, pkce};
use crate::app::App;
use crate::http::{Pairs, Request, Response};
use crate::interceptors::Trigger;
use crate::keys::{SigningKey, sign};
use crate::state::{Access, Code, Grant, OAuthClient, Redeemed};

/// Lifetime of a refresh token, in seconds: 30 days.
const REFRESH_LIFETIME: i64 = 30 * 24 * 3600;

pub(crate) async fn handle(app: &App, request: &Request) -> anyhow::Result<Response> {
    let key = app.keys.current().await?;
    Ok(match exchange(app, &key, request).await {
        Ok(body) => Response::json(StatusCode::OK, &body).header(CACHE_CONTROL, "no-store"),
        Err(Failure::Rejected(error)) => error.into_response(),
        Err(Failure::Internal(error)) => return Err(error),
    })
}

async fn exchange(app: &App, key: &SigningKey, request: &Request) -> Result<Value, Failure> {
    let form_encoded = request
        .header(CONTENT_TYPE)
        .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    if !form_encoded {
        return Err(OAuthError::invalid_request(
            "the body must be application/x-www-form-urlencoded",
        )
        .into());
    }
    let form = request.form();
    let names = [
        "grant_type",
        "client_id",
        "client_secret",
        "code",
        "code_verifier",
        "redirect_uri",
        "refresh_token",
    ];
    if let Some(repeated) = names.into_iter().find(|name| form.repeats(name)) {
        return Err(OAuthError::invalid_request(format!("{repeated} must not be repeated")).into());
    }
    let Some(grant_type) = form.get("grant_type") else {
        return Err(OAuthError::invalid_request("grant_type is missing").into());
    };
    let client = || identify(app, request, &form);
    match grant_type {
        "client_credentials" => client_credentials(app, key, &client()?, &form).await,
        "authorization_code" => authorization_code(app, key, &client()?, &form),
        "refresh_token" => refresh_token(app, key, &client()?, &form),
        other => {
            let description = format!("grant_type {other:?} is not supported");
            Err(OAuthError::new("unsupported_grant_type", description).into())
        }
    }
}

async fn client_credentials(
    app: &App,
    key: &SigningKey,
    client: &Client,
    form: &Pairs,
) -> Result<Value, Failure> {
    if client.public {
        return Err(
            OAuthError::invalid_client("client_credentials requires the client secret").into(),
        );
    }
    let ctx = app.ctx();
    let scopes = client_scopes(&client.registration, form.get("scope").unwrap_or_default())?;
    let lifetime = match client.registration.lifetime {
        seconds if seconds > 0 => seconds,
        _ => claims::LIFETIME,
    };
    let claims = if client.registration.machine {
        let registration = &client.registration;
        let context = json!({
            "client_id": registration.id,
            "organization_id": registration.organization_id,
        });
        let data = json!({
            "client": { "id": registration.id, "scopes": registration.scopes },
            "scopes": scopes,
        });
        let trigger = Trigger::PreM2mTokenCreation;
        let claims = app.call_interceptors(trigger, context, data).await;
        claims.map_err(|message| OAuthError::new("access_denied", message))?
    } else {
        Map::new()
    };
    let access = claims::client_access(&ctx, &client.registration, &scopes, lifetime, claims);
    let token = sign(key, &access)?;
    let expires = ctx
        .now
        .saturating_add(SignedDuration::from_secs(lifetime))
        .unwrap_or(ctx.now);
    let access = if client.registration.api {
        Access::Api
    } else {
        Access::Machine
    };
    app.change(|state| state.grants.add_access(&token, access, expires));
    Ok(json!({
        "access_token": token,
        "token_type": "Bearer",
        "expires_in": lifetime,
        "scope": scopes.join(" "),
    }))
}

/// Returns the scopes of a client's own token: the requested scopes, or all scopes of the client if
/// `requested` is empty. Applications without scopes may request any scope.
fn client_scopes<'a>(
    client: &'a OAuthClient,
    requested: &'a str,
) -> Result<Vec<&'a str>, OAuthError> {
    let requested: Vec<&str> = requested.split_whitespace().collect();
    if requested.is_empty() {
        return Ok(client.scopes.iter().map(String::as_str).collect());
    }
    let limited = client.machine || !client.scopes.is_empty();
    let foreign = |scope: &&&str| !client.scopes.iter().any(|own| own == *scope);
    match requested.iter().find(foreign).filter(|_| limited) {
        Some(scope) => {
            let description = format!("the client is not allowed to request the scope {scope:?}");
            Err(OAuthError::new("invalid_scope", description))
        }
        None => Ok(requested),
    }
}

fn authorization_code(
    app: &App,
    key: &SigningKey,
    client: &Client,
    form: &Pairs,
) -> Result<Value, Failure> {
    let code = form
        .get("code")
        .ok_or_else(|| OAuthError::invalid_request("code is missing"))?;
    // An invalid request does not use up the code. Otherwise an attacker could invalidate it.
    check_code(app.read().grants.peek_code(code), client, form)?;
    match app.change(|state| state.grants.redeem_code(code, app.clock.now())) {
        Redeemed::Valid(code_data) => {
            let grant = Grant {
                public: client.public,
                ..code_data.grant
            };
            let scope = grant.scope.clone();
            issue(app, key, grant, scope, Some(code))
        }
        Redeemed::Reused => Err(OAuthError::invalid_grant(
            "the code was already used; its tokens are revoked",
        )
        .into()),
        Redeemed::Unknown => {
            Err(OAuthError::invalid_grant("the code is unknown or has expired").into())
        }
    }
}

fn check_code(code: Option<&Code>, client: &Client, form: &Pairs) -> Result<(), OAuthError> {
    let code =
        code.ok_or_else(|| OAuthError::invalid_grant("the code is unknown or has expired"))?;
    if code.grant.client_id != client.id {
        return Err(OAuthError::invalid_grant(
            "the code belongs to another client",
        ));
    }
    if form.get("redirect_uri") != Some(code.redirect_uri.as_str()) {
        return Err(OAuthError::invalid_grant(
            "redirect_uri differs from the one in the authorization request",
        ));
    }
    match (&code.challenge, form.get("code_verifier")) {
        (Some(challenge), Some(verifier)) if pkce::matches(challenge, verifier) => Ok(()),
        (Some(_), Some(_)) => Err(OAuthError::invalid_grant(
            "code_verifier does not match the code challenge",
        )),
        (Some(_), None) => Err(OAuthError::invalid_grant("code_verifier is missing")),
        (None, Some(_)) => Err(OAuthError::invalid_grant(
            "the authorization request had no code challenge",
        )),
        (None, None) if client.public => Err(OAuthError::invalid_client(
            "a client without a secret must use PKCE",
        )),
        (None, None) => Ok(()),
    }
}

fn refresh_token(
    app: &App,
    key: &SigningKey,
    client: &Client,
    form: &Pairs,
) -> Result<Value, Failure> {
    let token = form
        .get("refresh_token")
        .ok_or_else(|| OAuthError::invalid_request("refresh_token is missing"))?;
    let grant = app.read().grants.peek_refresh(token).cloned();
    let requested: Option<Vec<&str>> = form
        .get("scope")
        .map(|scope| scope.split_whitespace().collect());
    if let Some(grant) = &grant {
        let granted: Vec<&str> = grant.scope.split(' ').collect();
        if requested
            .iter()
            .flatten()
            .any(|scope| !granted.contains(scope))
        {
            let description = "a requested scope was not granted to the refresh token";
            return Err(OAuthError::new("invalid_scope", description).into());
        }
        if grant.client_id != client.id {
            return Err(
                OAuthError::invalid_grant("the refresh token belongs to another client").into(),
            );
        }
        if client.public && !grant.public {
            return Err(OAuthError::invalid_client(
                "this refresh token requires the client secret",
            )
            .into());
        }
        let state = app.read();
        if state.live_session(&app.ctx(), &grant.session_id).is_none() {
            return Err(OAuthError::invalid_grant("the session has ended").into());
        }
        if !state.is_active_member(&grant.user_id, &grant.organization_id) {
            let description = "the user is no longer an active member of the organization";
            return Err(OAuthError::invalid_grant(description).into());
        }
    }
    match app.change(|state| state.grants.redeem_refresh(token, app.clock.now())) {
        Redeemed::Valid(grant) => {
            let scope = requested.map_or_else(|| grant.scope.clone(), |scopes| scopes.join(" "));
            issue(app, key, grant, scope, None)
        }
        Redeemed::Reused => Err(OAuthError::invalid_grant(
            "the refresh token was already used; all tokens of this login are revoked",
        )
        .into()),
        Redeemed::Unknown => {
            Err(OAuthError::invalid_grant("the refresh token is unknown or has expired").into())
        }
    }
}

/// Issues the tokens of a login. The access token and the ID token have `scope`; the refresh token
/// keeps all granted scopes.
fn issue(
    app: &App,
    key: &SigningKey,
    grant: Grant,
    scope: String,
    code: Option<&str>,
) -> Result<Value, Failure> {
    let ctx = app.ctx();
    let narrowed = Grant {
        scope,
        ..grant.clone()
    };
    let (access, id_token) = {
        let state = app.read();
        let access = sign(key, &claims::user_access(&state, &ctx, &narrowed))?;
        let openid = narrowed.scope.split(' ').any(|scope| scope == "openid");
        let id_token = openid
            .then(|| {
                sign(
                    key,
                    &claims::id_token(&state, &ctx, &narrowed, &access, code),
                )
            })
            .transpose()?;
        (access, id_token)
    };
    let after = |seconds| {
        ctx.now
            .saturating_add(SignedDuration::from_secs(seconds))
            .unwrap_or(ctx.now)
    };
    let scope = narrowed.scope.clone();
    let refresh = app.change(|state| {
        state.touch_session(&ctx, &grant.session_id);
        state
            .grants
            .add_access(&access, Access::User(narrowed), after(claims::LIFETIME));
        state.grants.add_refresh(grant, after(REFRESH_LIFETIME))
    });
    let mut body = json!({
        "access_token": access,
        "token_type": "Bearer",
        "expires_in": claims::LIFETIME,
        "refresh_token": refresh,
        "scope": scope,
    });
    if let Some(id_token) = id_token {
        body["id_token"] = id_token.into();
    }
    Ok(body)
}
