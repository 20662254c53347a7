//! What users allow clients of protected resources to get.

use scalekit::api::clients::ResourceUserConsent;
use serde::Serialize;

use super::authorization::STANDARD_SCOPES;
use crate::state::{ConsentRow, Ctx, OAuthClient, State};

/// A scope as the page shows it.
#[derive(Debug, Serialize)]
pub(super) struct Shown {
    name: String,
    /// What it allows.
    text: String,
    /// The user may leave it out.
    optional: bool,
}

/// What a consent is given for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Party<'a> {
    pub(super) client: &'a OAuthClient,
    pub(super) user_id: &'a str,
}

impl Party<'_> {
    /// How consents name the user: by the application's own id, or else by ours.
    fn user(&self, state: &State) -> String {
        let user = state.users.get(self.user_id);
        let external = user.and_then(|user| user.external_id.clone());
        (external.filter(|id| !id.is_empty())).unwrap_or_else(|| self.user_id.to_owned())
    }

    fn given<'s>(&self, state: &'s State) -> Option<&'s ConsentRow> {
        let user = self.user(state);
        let mut rows = state.consents.by("client", &self.client.id);
        rows.find(|row| row.consent.external_user_id == user)
    }

    /// Whether the user has yet to be asked. Only clients of protected resources have to ask; the applications of the
    /// environment are its own.
    pub(super) fn is_needed(&self, state: &State, scopes: &[&str]) -> bool {
        if self.client.resource_id.is_empty() {
            return false;
        }
        let given = self.given(state).map(|row| &row.consent.scopes);
        given.is_none_or(|given| !scopes.iter().all(|scope| given.iter().any(|one| one == scope)))
    }

    /// The scopes to be asked for.
    pub(super) fn show(&self, state: &State, scopes: &[&str]) -> Vec<Shown> {
        let resource = state.resources.get(&self.client.resource_id);
        let described = |name: &str| {
            let scopes = resource.map(|resource| &resource.scopes);
            let own = scopes.into_iter().flatten().find(|scope| scope.name == name);
            let text = own.map(|scope| scope.description.clone()).unwrap_or_default();
            (own.is_some(), text)
        };
        let shown = scopes.iter().map(|name| match *name {
            "openid" => Shown::fixed(name, "Know who you are"),
            "profile" => Shown::fixed(name, "See your name and your profile"),
            "email" => Shown::fixed(name, "See your e-mail address"),
            "offline_access" => Shown::fixed(name, "Keep this access while you are away"),
            other => {
                let (known, text) = described(other);
                let selectable = resource.is_some_and(|resource| resource.resource_scope_selection_allowed);
                Shown {
                    name: other.to_owned(),
                    text,
                    optional: known && selectable,
                }
            }
        });
        shown.collect()
    }

    /// The scopes that were allowed: all, but for those that may be left out and were.
    pub(super) fn allowed<'s>(&self, state: &State, scopes: &[&'s str], ticked: &[&str]) -> Vec<&'s str> {
        let resource = state.resources.get(&self.client.resource_id);
        let selectable = resource.is_some_and(|resource| resource.resource_scope_selection_allowed);
        let kept = |scope: &&&str| !selectable || STANDARD_SCOPES.contains(*scope) || ticked.contains(*scope);
        scopes.iter().filter(kept).copied().collect()
    }

    /// Notes what the user has allowed, beside what was allowed before.
    pub(super) fn remember(&self, state: &mut State, ctx: &Ctx<'_>, scopes: &[&str]) {
        if self.client.resource_id.is_empty() {
            return;
        }
        let mut row = self.given(state).cloned().unwrap_or_else(|| ConsentRow {
            consent: ResourceUserConsent {
                external_user_id: self.user(state),
                client_id: self.client.id.clone(),
                client_name: self.client.name.clone(),
                ..ResourceUserConsent::default()
            },
            resource_id: self.client.resource_id.clone(),
        });
        for scope in scopes {
            if !row.consent.scopes.iter().any(|known| known == scope) {
                row.consent.scopes.push((*scope).to_owned());
            }
        }
        row.consent.granted_at = ctx.stamp();
        state.consents.insert(&mut state.ids, row);
    }
}

impl Shown {
    fn fixed(name: &str, text: &str) -> Self {
        Self {
            name: name.to_owned(),
            text: text.to_owned(),
            optional: false,
        }
    }
}
