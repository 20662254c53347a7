//! Magic links that users follow to authorize a connected account.

use scalekit::api::raw::connected_accounts::{
    AuthorizationDetails, AuthorizationDetailsDetails as Details, ConnectorStatus, OauthToken,
};
use scalekit::api::raw::connections::{Connection, ConnectionSettings};
use serde::{Deserialize, Serialize};

use super::accounts::TOKEN_LIFETIME;
use super::rows::{keys, row};
use super::{AuthRequest, Ctx, Key, SUCCESS, State};
use crate::api_error::ApiError;
use crate::secrets::random_token;

/// Lifetime of a link, in seconds.
const LIFETIME: i64 = 600;

/// The error for an unknown link. Programs match this text.
const UNKNOWN: &str = "invalid link token";

/// The error for a link whose account no longer exists.
const DELETED: &str = "The account was deleted.";

/// The maximum number of stored links. The oldest are removed first.
const MAX_LINKS: usize = 10_000;

/// How long expired links are stored, in seconds. While a link is stored, errors can report why it
/// is invalid.
const RETENTION_AFTER_EXPIRY: i64 = 24 * 3600;

/// A magic link, identified by its token.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct MagicLink {
    pub(crate) token: String,
    pub(crate) account_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) state: Option<String>,
    /// The application's page that confirms which user authorized the account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) user_verify_url: Option<String>,
    pub(crate) expires_at: i64,
    /// Set when the link is used.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) auth_request_id: String,
}

row!(MagicLink, "link", "lnk", token, {
    fn keys(&self) -> Vec<Key> {
        keys([
            ("account", Some(self.account_id.as_str())),
            ("auth_request", Some(self.auth_request_id.as_str())),
        ])
    }
});

impl MagicLink {
    /// Returns the path and the query of the link.
    pub(crate) fn path(&self) -> String {
        format!("/connected_accounts/authorize?token={}", self.token)
    }
}

impl State {
    /// Creates a link for an existing account. Returns its URL and expiry time.
    pub(crate) fn new_magic_link(
        &mut self,
        ctx: &Ctx<'_>,
        account_id: &str,
        state: Option<String>,
        user_verify_url: Option<String>,
    ) -> (String, Option<scalekit::Timestamp>) {
        let link = MagicLink {
            token: random_token("ml"),
            account_id: account_id.to_owned(),
            state: state.filter(|text| !text.is_empty()),
            user_verify_url: user_verify_url.filter(|url| !url.is_empty()),
            expires_at: ctx.now.as_second() + LIFETIME,
            auth_request_id: String::new(),
        };
        let url = format!("{}{}", ctx.url, link.path());
        self.magic_links.insert(&mut self.ids, link);
        let cutoff = ctx.now.as_second() - RETENTION_AFTER_EXPIRY;
        self.magic_links
            .drop_oldest(MAX_LINKS, |link| link.expires_at <= cutoff);
        (url, ctx.stamp_in(LIFETIME))
    }

    /// Returns the link with this token, if it can be followed.
    ///
    /// # Errors
    /// Returns the reason as text if the link is invalid.
    pub(crate) fn usable_magic_link(
        &self,
        ctx: &Ctx<'_>,
        token: &str,
    ) -> Result<&MagicLink, &'static str> {
        let link = self.magic_links.get(token).ok_or(UNKNOWN)?;
        if !link.auth_request_id.is_empty() {
            return Err("The link has already been used.");
        }
        if link.expires_at <= ctx.now.as_second() {
            return Err("The link has expired.");
        }
        self.accounts.get(&link.account_id).ok_or(DELETED)?;
        Ok(link)
    }

    /// Authorizes an account as if the user had followed the link and consented. The account
    /// receives tokens and becomes active. If the link has a `user_verify_url`, the account is
    /// pending until the application verifies the user.
    ///
    /// # Errors
    /// Returns the reason as text if the link is invalid.
    pub(crate) fn follow_magic_link(
        &mut self,
        ctx: &Ctx<'_>,
        token: &str,
    ) -> Result<MagicLink, &'static str> {
        let link = self.usable_magic_link(ctx, token)?.clone();
        let account = self.accounts.get(&link.account_id).ok_or(DELETED)?;
        let connection = self.connections.get(&account.account.connection_id);
        let tokens = connection.and_then(|connection| new_tokens(connection, &account.scopes));
        let pending = link.user_verify_url.is_some();
        let changed = self.change_account(&link.account_id, |row| {
            row.account.status = match pending {
                true => ConnectorStatus::PendingVerification,
                false => ConnectorStatus::Active,
            };
            row.account.updated_at = ctx.stamp();
            // Credentials of other types do not expire.
            row.account.token_expires_at = None;
            if let Some(tokens) = tokens {
                row.account.token_expires_at = ctx.stamp_in(TOKEN_LIFETIME);
                row.account.authorization_details = Some(AuthorizationDetails {
                    details: Some(Details::OauthToken(Box::new(tokens))),
                });
            }
        });
        let account = changed.ok_or(DELETED)?;
        let request = AuthRequest {
            workflow: "connected_account",
            status: SUCCESS,
            connection_id: &account.account.connection_id,
            organization_id: account.organization_id.as_deref().unwrap_or_default(),
            connected_account_identifier: &account.account.identifier,
            ..AuthRequest::default()
        };
        let auth_request_id = self.log_auth_request(ctx, request);
        let followed = self
            .magic_links
            .change(token, |link| link.auth_request_id = auth_request_id);
        let followed = followed.map_err(|_| UNKNOWN)?.clone();
        self.emit_account_event(ctx, &account, if pending { "updated" } else { "activated" });
        Ok(followed)
    }

    /// Verifies that the user with `identifier` authorized the account, and activates the account.
    ///
    /// # Errors
    /// NOT_FOUND if the request is unknown or already verified. PERMISSION_DENIED if the account
    /// has a different identifier.
    pub(crate) fn verify_account_user(
        &mut self,
        ctx: &Ctx<'_>,
        auth_request_id: &str,
        identifier: &str,
    ) -> Result<(), ApiError> {
        let link = self.magic_links.by("auth_request", auth_request_id).next();
        let invalid = || {
            // Programs match this text.
            let message = "auth request not found or no longer valid";
            ApiError::new(scalekit::Code::NotFound, "RESOURCE_NOT_FOUND", message)
                .resource("authentication request", auth_request_id)
        };
        let link = link.ok_or_else(invalid)?;
        let row = self.accounts.require(&link.account_id)?;
        if row.account.identifier != identifier {
            let message = "another user has authorized the connected account";
            let error = ApiError::new(scalekit::Code::PermissionDenied, "USER_MISMATCH", message);
            return Err(error.resource("connected account", &link.account_id));
        }
        if row.account.status != ConnectorStatus::PendingVerification {
            return Err(invalid());
        }
        let id = link.account_id.clone();
        let row = self.accounts.change(&id, |row| {
            row.account.status = ConnectorStatus::Active;
            row.account.updated_at = ctx.stamp();
        })?;
        let row = row.clone();
        self.emit_account_event(ctx, &row, "activated");
        Ok(())
    }
}

/// Returns simulated tokens of the third-party service, or `None` if the connection does not use
/// OAuth.
fn new_tokens(connection: &Connection, chosen: &[String]) -> Option<OauthToken> {
    let Some(ConnectionSettings::OauthConfig(config)) = &connection.settings else {
        return None;
    };
    let scopes = if chosen.is_empty() {
        &config.scopes
    } else {
        chosen
    };
    Some(OauthToken {
        access_token: random_token("at"),
        refresh_token: random_token("rt"),
        scopes: scopes.to_vec(),
        domain: String::new(),
    })
}
