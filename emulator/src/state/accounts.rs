//! Connected accounts, and the links that their users follow to authorize them.

use scalekit::api::connected_accounts::{
    AuthorizationDetails, AuthorizationDetailsDetails as Details, ConnectedAccount, ConnectedAccountForList,
    ConnectorStatus, OauthToken,
};
use scalekit::api::connections::{Connection, ConnectionSettings};
use scalekit::api::events::ObjectType;
use serde::{Deserialize, Serialize};

use super::rows::{keys, row};
use super::{Ctx, Key, State};
use crate::engine::ApiError;
use crate::secrets::random_token;

/// How long a link can be followed, and how long an access token lives, in seconds.
const LINK_LIFETIME: i64 = 600;
const TOKEN_LIFETIME: i64 = 3600;

/// An account and whose it is.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct AccountRow {
    #[serde(flatten)]
    pub(crate) account: ConnectedAccount,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) organization_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) user_id: Option<String>,
    /// The scopes to ask for, where they are not all of the connection's.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) scopes: Vec<String>,
}

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

row!(AccountRow, "connected account", "ca", account.id, {
    fn keys(&self) -> Vec<Key> {
        let ConnectedAccount {
            connector,
            identifier,
            provider,
            ..
        } = &self.account;
        let provider = provider.to_ascii_lowercase();
        keys([
            ("connector", Some(connector.as_str())),
            ("identifier", Some(identifier.as_str())),
            ("provider", Some(provider.as_str())),
            ("connection", Some(self.account.connection_id.as_str())),
            ("organization", self.organization_id.as_deref()),
            ("user", self.user_id.as_deref()),
        ])
    }

    fn complete(&mut self, ctx: &Ctx<'_>) {
        self.account.updated_at = self.account.updated_at.or_else(|| ctx.stamp());
        if self.account.status == ConnectorStatus::Unspecified {
            self.account.status = ConnectorStatus::Active;
        }
    }
});

row!(MagicLink, "link", "lnk", token, {
    fn keys(&self) -> Vec<Key> {
        keys([
            ("account", Some(self.account_id.as_str())),
            ("auth_request", Some(self.auth_request_id.as_str())),
        ])
    }
});

/// The account as lists and events show it.
pub(crate) fn summary(account: ConnectedAccount) -> ConnectedAccountForList {
    ConnectedAccountForList {
        identifier: account.identifier,
        provider: account.provider,
        status: account.status,
        authorization_type: account.authorization_type,
        token_expires_at: account.token_expires_at,
        updated_at: account.updated_at,
        connector: account.connector,
        last_used_at: account.last_used_at,
        id: account.id,
        connection_id: account.connection_id,
        is_org_wide_credential: account.is_org_wide_credential,
    }
}

fn refresh_token(account: &ConnectedAccount) -> Option<&OauthToken> {
    match &account.authorization_details.as_ref()?.details {
        Some(Details::OauthToken(token)) if !token.refresh_token.is_empty() => Some(token),
        _ => None,
    }
}

impl State {
    /// The account as the API shows it: expired once its token is and nothing can renew it.
    pub(crate) fn show_account(&self, ctx: &Ctx<'_>, row: &AccountRow) -> ConnectedAccount {
        let mut account = row.account.clone();
        let over = account
            .token_expires_at
            .is_some_and(|end| Some(end) <= ctx.stamp());
        if over && account.status == ConnectorStatus::Active && refresh_token(&account).is_none() {
            account.status = ConnectorStatus::Expired;
        }
        account
    }

    /// Reports what happened to an account, without its credentials.
    pub(crate) fn announce_account(&mut self, ctx: &Ctx<'_>, row: &AccountRow, change: &str) {
        let data = summary(self.show_account(ctx, row));
        let event = format!("connected_account.{change}");
        let organization = row.organization_id.as_deref();
        self.emit(ctx, &event, ObjectType::ConnectedAccount, organization, &data);
    }

    /// Renews the access token of an account if it has expired and can be renewed.
    pub(crate) fn renew_account(&mut self, ctx: &Ctx<'_>, id: &str) {
        let stamp = ctx.stamp();
        let _ = self.account_rows_change(id, |row| {
            let over = row.account.token_expires_at.is_some_and(|end| Some(end) <= stamp);
            if !over || refresh_token(&row.account).is_none() {
                return;
            }
            if let Some(details) = &mut row.account.authorization_details
                && let Some(Details::OauthToken(token)) = &mut details.details
            {
                token.access_token = random_token("at");
                row.account.token_expires_at = ctx.stamp_in(TOKEN_LIFETIME);
            }
        });
    }

    fn account_rows_change(&mut self, id: &str, change: impl FnOnce(&mut AccountRow)) -> Option<AccountRow> {
        self.accounts.change(id, change).ok().cloned()
    }

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
            expires_at: ctx.now.as_second() + LINK_LIFETIME,
            auth_request_id: String::new(),
        };
        let url = format!("{}/connected_accounts/authorize?token={}", ctx.url, link.token);
        self.magic_links.insert(&mut self.ids, link);
        (url, ctx.stamp_in(LINK_LIFETIME))
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
        let link = self
            .magic_links
            .get(token)
            .ok_or("There is no such link.")?
            .clone();
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
        let changed = self.account_rows_change(&link.account_id, |row| {
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
        let request = super::AuthRequest {
            workflow: "connected_account",
            status: super::SUCCESS,
            connection_id: &account.account.connection_id,
            organization_id: account.organization_id.as_deref().unwrap_or_default(),
            connected_account_identifier: &account.account.identifier,
            ..super::AuthRequest::default()
        };
        let auth_request_id = self.log_auth_request(ctx, request);
        let followed = self
            .magic_links
            .change(token, |link| link.auth_request_id = auth_request_id);
        let followed = followed.map_err(|_| "There is no such link.")?.clone();
        self.announce_account(ctx, &account, if pending { "updated" } else { "activated" });
        Ok(followed)
    }

    /// # Errors
    /// NOT_FOUND for an unknown request, PERMISSION_DENIED for another identifier than the account's.
    pub(crate) fn verify_account_user(
        &mut self,
        ctx: &Ctx<'_>,
        auth_request_id: &str,
        identifier: &str,
    ) -> Result<(), ApiError> {
        let link = self.magic_links.by("auth_request", auth_request_id).next();
        let link = link.ok_or_else(|| ApiError::not_found("authentication request", auth_request_id))?;
        let row = self.accounts.require(&link.account_id)?;
        if row.account.identifier != identifier {
            let message = "another user has authorized the connected account";
            let error = ApiError::new(scalekit::Code::PermissionDenied, "USER_MISMATCH", message);
            return Err(error.resource("connected account", &link.account_id));
        }
        if row.account.status != ConnectorStatus::PendingVerification {
            let message = "the connected account waits for no verification";
            let error = ApiError::precondition("VERIFICATION_NOT_PENDING", message);
            return Err(error.resource("connected account", &link.account_id));
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

    /// Removes an account and its links.
    ///
    /// # Errors
    /// NOT_FOUND.
    pub(crate) fn delete_account(&mut self, ctx: &Ctx<'_>, id: &str) -> Result<(), ApiError> {
        let row = self.accounts.remove(id)?;
        self.magic_links.remove_by("account", id);
        self.announce_account(ctx, &row, "deleted");
        Ok(())
    }

    /// Removes the accounts that stand in `index` under `value`.
    pub(crate) fn delete_accounts_by(&mut self, ctx: &Ctx<'_>, index: &'static str, value: &str) {
        let own: Vec<String> = self
            .accounts
            .by(index, value)
            .map(|row| row.account.id.clone())
            .collect();
        for id in own {
            let _ = self.delete_account(ctx, &id);
        }
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
