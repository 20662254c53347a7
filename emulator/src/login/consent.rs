//! User consent for clients of protected resources.

use scalekit::api::raw::clients::ResourceUserConsent;
use serde::Serialize;

use crate::oauth::STANDARD_SCOPES;
use crate::state::{ConsentRow, Ctx, OAuthClient, State};

/// A scope on the consent page.
#[derive(Debug, Serialize)]
pub(super) struct ScopeItem {
    name: String,
    /// Description for the user.
    text: String,
    /// The user can deselect it.
    optional: bool,
}

/// The client and the user of a consent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Consent<'a> {
    pub(super) client: &'a OAuthClient,
    pub(super) user_id: &'a str,
}

impl Consent<'_> {
    /// Returns the user id stored in consents: the external id, or the user id if there is none.
    fn user(&self, state: &State) -> String {
        let user = state.users.get(self.user_id);
        let external = user.and_then(|user| user.external_id.clone());
        (external.filter(|id| !id.is_empty())).unwrap_or_else(|| self.user_id.to_owned())
    }

    fn existing<'s>(&self, state: &'s State) -> Option<&'s ConsentRow> {
        let user = self.user(state);
        let mut rows = state.consents.by("client", &self.client.id);
        rows.find(|row| row.consent.external_user_id == user)
    }

    /// Returns `true` if the user must consent to at least one of `scopes`. Only clients of
    /// protected resources need consent.
    pub(super) fn is_needed(&self, state: &State, scopes: &[&str]) -> bool {
        if self.client.resource_id.is_empty() {
            return false;
        }
        let existing = self.existing(state).map(|row| &row.consent.scopes);
        existing.is_none_or(|granted| {
            !scopes
                .iter()
                .all(|scope| granted.iter().any(|one| one == scope))
        })
    }

    /// Returns the scopes for the consent page.
    pub(super) fn scope_items(&self, state: &State, scopes: &[&str]) -> Vec<ScopeItem> {
        let resource = state.resources.get(&self.client.resource_id);
        let described = |name: &str| {
            let scopes = resource.map(|resource| &resource.scopes);
            let own = scopes
                .into_iter()
                .flatten()
                .find(|scope| scope.name == name);
            let text = own
                .map(|scope| scope.description.clone())
                .unwrap_or_default();
            (own.is_some(), text)
        };
        let shown = scopes.iter().map(|name| match *name {
            "openid" => ScopeItem::fixed(name, "Know who you are"),
            "profile" => ScopeItem::fixed(name, "See your name and profile"),
            "email" => ScopeItem::fixed(name, "See your email address"),
            "offline_access" => ScopeItem::fixed(name, "Keep access while you are not using it"),
            other => {
                let (known, text) = described(other);
                let selectable =
                    resource.is_some_and(|resource| resource.resource_scope_selection_allowed);
                ScopeItem {
                    name: other.to_owned(),
                    text,
                    optional: known && selectable,
                }
            }
        });
        shown.collect()
    }

    /// Returns the scopes that the user allowed: all except the optional ones that are not in
    /// `checked`.
    pub(super) fn allowed<'s>(
        &self,
        state: &State,
        scopes: &[&'s str],
        checked: &[&str],
    ) -> Vec<&'s str> {
        let resource = state.resources.get(&self.client.resource_id);
        let selectable = resource.is_some_and(|resource| resource.resource_scope_selection_allowed);
        let is_allowed = |scope: &&&str| {
            !selectable || STANDARD_SCOPES.contains(*scope) || checked.contains(*scope)
        };
        scopes.iter().filter(is_allowed).copied().collect()
    }

    /// Adds `scopes` to the user's consent.
    pub(super) fn record(&self, state: &mut State, ctx: &Ctx<'_>, scopes: &[&str]) {
        if self.client.resource_id.is_empty() {
            return;
        }
        let mut row = self.existing(state).cloned().unwrap_or_else(|| ConsentRow {
            consent: ResourceUserConsent {
                external_user_id: self.user(state),
                client_id: self.client.id.clone(),
                client_name: self.client.name.clone(),
                ..ResourceUserConsent::default()
            },
            resource_id: self.client.resource_id.clone(),
        });
        for scope in scopes {
            if !row.consent.scopes.iter().any(|existing| existing == scope) {
                row.consent.scopes.push((*scope).to_owned());
            }
        }
        row.consent.granted_at = ctx.stamp();
        state.consents.insert(&mut state.ids, row);
    }
}

impl ScopeItem {
    fn fixed(name: &str, text: &str) -> Self {
        Self {
            name: name.to_owned(),
            text: text.to_owned(),
            optional: false,
        }
    }
}
