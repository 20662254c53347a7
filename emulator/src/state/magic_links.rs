//! The links that users of connected accounts follow to authorize them.

use scalekit::api::connected_accounts::{
    AuthorizationDetails, AuthorizationDetailsDetails as Details, ConnectorStatus, OauthToken,
};
use scalekit::api::connections::{Connection, ConnectionSettings};
use serde::{Deserialize, Serialize};

use super::accounts::TOKEN_LIFETIME;
use super::rows::{keys, row};
use super::{AuthRequest, Ctx, Key, SUCCESS, State};
use crate::engine::ApiError;
use crate::secrets::random_token;

/// How long a link can be followed, in seconds.
const LIFETIME: i64 = 600;

/// Why an unknown link does not work. Programs look for this text.
const UNKNOWN: &str = "invalid link token";

/// Links that are kept, and for how long after they have expired, in seconds: as with passwordless logins.
const KEPT: usize = 10_000;
const REMEMBERED: i64 = 24 * 3600;

/// A link that was given out, by the token in it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct MagicLink {
    pub(crate) token: String,
    pub(crate) account_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) state: Option<String>,
    /// Where the application confirms who authorized the account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) user_verify_url: Option<String>,
    pub(crate) expires_at: i64,
    /// Set once the link was followed.
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

impl State {
    /// A new link for an account, which exists: its address and when it ends.
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
        let url = format!("{}/connected_accounts/authorize?token={}", ctx.url, link.token);
        self.magic_links.insert(&mut self.ids, link);
        let long_over = ctx.now.as_second() - REMEMBERED;
        self.magic_links
            .drop_oldest(KEPT, |link| link.expires_at <= long_over);
        (url, ctx.stamp_in(LIFETIME))
    }

    /// What a user does who follows a link and agrees: the account gets tokens, and is active unless the application
    /// wants to confirm who that was.
    ///
    /// # Errors
    /// Why the link is good for nothing, in words.
    pub(crate) fn follow_magic_link(
        &mut self,
        ctx: &Ctx<'_>,
        token: &str,
    ) -> Result<MagicLink, &'static str> {
        let link = self.magic_links.get(token).ok_or(UNKNOWN)?.clone();
        if !link.auth_request_id.is_empty() {
            return Err("The link was used before.");
        }
        if link.expires_at <= ctx.now.as_second() {
            return Err("The link has expired.");
        }
        let account = self
            .accounts
            .get(&link.account_id)
            .ok_or("The account is gone.")?;
        let connection = self.connections.get(&account.account.connection_id);
        let tokens = connection.and_then(|connection| new_tokens(connection, &account.scopes));
        let pending = link.user_verify_url.is_some();
        let changed = self.change_account(&link.account_id, |row| {
            row.account.status = match pending {
                true => ConnectorStatus::PendingVerification,
                false => ConnectorStatus::Active,
            };
            row.account.updated_at = ctx.stamp();
            if let Some(tokens) = tokens {
                row.account.token_expires_at = ctx.stamp_in(TOKEN_LIFETIME);
                row.account.authorization_details = Some(AuthorizationDetails {
                    details: Some(Details::OauthToken(Box::new(tokens))),
                });
            }
        });
        let account = changed.ok_or("The account is gone.")?;
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
        self.announce_account(ctx, &account, if pending { "updated" } else { "activated" });
        Ok(followed)
    }

    /// Confirms that the user with `identifier` authorized the account, which makes it active.
    ///
    /// # Errors
    /// NOT_FOUND for a request that is unknown or was confirmed before, and PERMISSION_DENIED when
    /// the account has another identifier.
    pub(crate) fn verify_account_user(
        &mut self,
        ctx: &Ctx<'_>,
        auth_request_id: &str,
        identifier: &str,
    ) -> Result<(), ApiError> {
        let link = self.magic_links.by("auth_request", auth_request_id).next();
        let invalid = || {
            // Programs look for this text.
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
        self.announce_account(ctx, &row, "activated");
        Ok(())
    }
}

/// What the third-party service would hand out; only OAuth hands out anything.
fn new_tokens(connection: &Connection, chosen: &[String]) -> Option<OauthToken> {
    let Some(ConnectionSettings::OauthConfig(config)) = &connection.settings else {
        return None;
    };
    let scopes = if chosen.is_empty() { &config.scopes } else { chosen };
    Some(OauthToken {
        access_token: random_token("at"),
        refresh_token: random_token("rt"),
        scopes: scopes.to_vec(),
        domain: String::new(),
    })
}
