//! API tokens that an application issues to its customers.

use scalekit::api::raw::tokens::Token;
use serde::{Deserialize, Serialize};

use super::rows::{keys, row};
use super::{Ctx, Key, State};
use crate::secrets::{hash, suffix};

/// An API token, stored as a hash.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct TokenRow {
    #[serde(flatten)]
    pub(crate) info: Token,
    /// The plain token. Only used in seeds.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) token: String,
    pub(crate) hash: String,
}

row!(TokenRow, "token", "apit", info.token_id, {
    fn keys(&self) -> Vec<Key> {
        keys([
            ("organization", Some(self.info.organization_id.as_str())),
            ("user", self.info.user_id.as_deref()),
            ("hash", Some(self.hash.as_str())),
        ])
    }

    fn complete(&mut self, ctx: &Ctx<'_>) {
        self.info.created_at = self.info.created_at.or_else(|| ctx.stamp());
        if !self.token.is_empty() {
            let token = std::mem::take(&mut self.token);
            self.hash = hash(&token);
            self.info.token_suffix = suffix(&token);
        }
    }
});

impl State {
    /// Returns the token as the API shows it. Data of the organization, user and roles is looked up
    /// on read.
    pub(crate) fn show_token(&self, row: &TokenRow) -> Token {
        let mut info = row.info.clone();
        let organization = self.organizations.get(&info.organization_id);
        let external_id = organization.and_then(|row| row.organization.external_id.clone());
        info.organization_external_id = external_id.unwrap_or_default();
        if let Some(user) = info.user_id.as_deref().and_then(|id| self.users.get(id)) {
            info.user_external_id.clone_from(&user.external_id);
            info.email = Some(user.email.clone());
            (info.roles, _) = self.grants_of_member(&user.id, &info.organization_id);
        }
        info
    }

    /// Revokes the tokens of a user, in one organization or in all.
    pub(crate) fn revoke_tokens_of(&mut self, user_id: &str, organization_id: Option<&str>) {
        let own = self.tokens.by("user", user_id).map(|row| &row.info);
        let own = own.filter(|info| organization_id.is_none_or(|id| info.organization_id == id));
        let ids: Vec<String> = own.map(|info| info.token_id.clone()).collect();
        for id in ids {
            let _ = self.tokens.remove(&id);
        }
    }
}
