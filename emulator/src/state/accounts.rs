//! Connected accounts.

use scalekit::api::raw::connected_accounts::{
    AuthorizationDetailsDetails as Details, ConnectedAccount, ConnectedAccountForList,
    ConnectorStatus, OauthToken,
};
use scalekit::api::raw::events::ObjectType;
use serde::{Deserialize, Serialize};

use super::rows::{keys, row};
use super::{Ctx, Key, Row as _, State};
use crate::api_error::ApiError;
use crate::secrets::random_token;

/// Lifetime of an access token, in seconds.
pub(super) const TOKEN_LIFETIME: i64 = 3600;

/// The keys that `api_config` always contains; null if unset.
const API_CONFIG: [&str; 5] = [
    "version",
    "domain",
    "custom_headers",
    "custom_auth_header",
    "api_endpoint",
];

/// A connected account and its owner.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct AccountRow {
    #[serde(flatten)]
    pub(crate) account: ConnectedAccount,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) organization_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) user_id: Option<String>,
    /// The scopes to request; empty means all scopes of the connection.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) scopes: Vec<String>,
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

/// Returns the account as lists and events show it.
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
    /// Returns the account as the API shows it, with all keys of its `api_config`. If its access
    /// token has expired and cannot be refreshed, the account is shown as expired.
    pub(crate) fn show_account(&self, ctx: &Ctx<'_>, row: &AccountRow) -> ConnectedAccount {
        let mut account = row.account.clone();
        let expired = account
            .token_expires_at
            .is_some_and(|end| Some(end) <= ctx.stamp());
        if expired && account.status == ConnectorStatus::Active && refresh_token(&account).is_none()
        {
            account.status = ConnectorStatus::Expired;
        }
        let config = account.api_config.get_or_insert_default();
        for key in API_CONFIG {
            config.entry(key).or_insert(serde_json::Value::Null);
        }
        account
    }

    /// Emits an event for a change of an account. The payload does not contain credentials.
    pub(crate) fn emit_account_event(&mut self, ctx: &Ctx<'_>, row: &AccountRow, change: &str) {
        let data = summary(self.show_account(ctx, row));
        let event = format!("connected_account.{change}");
        let organization = row.organization_id.as_deref();
        self.emit(
            ctx,
            &event,
            ObjectType::ConnectedAccount,
            organization,
            &data,
        );
    }

    /// Refreshes the access token of an account if it has expired and there is a refresh token.
    pub(crate) fn refresh_account(&mut self, ctx: &Ctx<'_>, id: &str) {
        let stamp = ctx.stamp();
        let _ = self.change_account(id, |row| {
            let expired = row
                .account
                .token_expires_at
                .is_some_and(|end| Some(end) <= stamp);
            if !expired || refresh_token(&row.account).is_none() {
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

    /// Prepares a call with an account: refreshes its access token and records the use.
    ///
    /// # Errors
    /// FAILED_PRECONDITION if the account is not active.
    pub(crate) fn use_account(&mut self, ctx: &Ctx<'_>, id: &str) -> Result<(), ApiError> {
        self.refresh_account(ctx, id);
        let shown = self.show_account(ctx, self.accounts.require(id)?);
        if shown.status != ConnectorStatus::Active {
            let message = "the connected account is not active";
            let error = ApiError::precondition("CONNECTED_ACCOUNT_NOT_ACTIVE", message);
            return Err(error.resource(AccountRow::KIND, id));
        }
        let stamp = ctx.stamp();
        self.accounts
            .change(id, |row| row.account.last_used_at = stamp)?;
        Ok(())
    }

    /// Lets the authorization of an account expire in `seconds`. Its refresh token is removed.
    ///
    /// # Errors
    /// NOT_FOUND.
    pub(crate) fn expire_account(
        &mut self,
        ctx: &Ctx<'_>,
        id: &str,
        seconds: i64,
    ) -> Result<AccountRow, ApiError> {
        let row = self.accounts.change(id, |row| {
            row.account.token_expires_at = ctx.stamp_in(seconds);
            if let Some(details) = &mut row.account.authorization_details
                && let Some(Details::OauthToken(token)) = &mut details.details
            {
                token.refresh_token.clear();
            }
        })?;
        let row = row.clone();
        self.emit_account_event(ctx, &row, "updated");
        Ok(row)
    }

    pub(super) fn change_account(
        &mut self,
        id: &str,
        change: impl FnOnce(&mut AccountRow),
    ) -> Option<AccountRow> {
        self.accounts.change(id, change).ok().cloned()
    }

    /// Deletes an account and its magic links.
    ///
    /// # Errors
    /// NOT_FOUND.
    pub(crate) fn delete_account(&mut self, ctx: &Ctx<'_>, id: &str) -> Result<(), ApiError> {
        let row = self.accounts.remove(id)?;
        self.magic_links.remove_by("account", id);
        self.emit_account_event(ctx, &row, "deleted");
        Ok(())
    }

    /// Deletes the accounts with the key `value` in `index`.
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
