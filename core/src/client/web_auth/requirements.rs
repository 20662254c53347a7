//! Requirements of a protected route.

use super::response::{Outcome, Reason, WebResponse};
use super::{WebAuth, WebRequest};

/// Requirements of a protected route. The default requires a session only.
///
/// ```
/// use scalekit::web_auth::Requirements;
///
/// let required = Requirements::new().organization().permission("orders:read");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Requirements {
    /// The session must belong to an organization.
    pub organization: bool,
    /// The session must belong to this organization.
    pub organization_id: Option<String>,
    /// Roles that the user must have, all of them.
    pub roles: Vec<String>,
    /// Permissions that the user must have, all of them.
    pub permissions: Vec<String>,
    /// Scopes that the access token must have, all of them. For bearer tokens only: all
    /// sessions have the scopes of the login.
    pub scopes: Vec<String>,
}

impl Requirements {
    /// Requires a session only.
    pub fn new() -> Self {
        Self::default()
    }

    /// Requires a session of an organization.
    #[must_use]
    pub fn organization(mut self) -> Self {
        self.organization = true;
        self
    }

    /// Requires a session of this organization.
    #[must_use]
    pub fn organization_id(mut self, id: impl Into<String>) -> Self {
        self.organization_id = Some(id.into());
        self
    }

    /// Requires a role.
    #[must_use]
    pub fn role(mut self, role: impl Into<String>) -> Self {
        self.roles.push(role.into());
        self
    }

    /// Requires a permission.
    #[must_use]
    pub fn permission(mut self, permission: impl Into<String>) -> Self {
        self.permissions.push(permission.into());
        self
    }

    /// Requires a scope of a bearer token.
    #[must_use]
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.scopes.push(scope.into());
        self
    }

    /// Returns `true` if organization, roles and permissions are sufficient.
    pub(super) fn fulfilled(
        &self,
        organization_id: Option<&str>,
        has_role: impl Fn(&str) -> bool,
        has_permission: impl Fn(&str) -> bool,
    ) -> bool {
        let organization = match self.organization_id.as_deref() {
            Some(id) => organization_id == Some(id),
            None => !self.organization || organization_id.is_some(),
        };
        organization
            && self.roles.iter().all(|role| has_role(role))
            && self.permissions.iter().all(|name| has_permission(name))
    }
}

impl WebAuth {
    /// Returns the session of a request to a protected route, as [`session`](Self::session) does,
    /// or a response:
    ///
    /// - Without a session, a user who navigates is redirected to the login route, with the return
    ///   path of a `GET`. Scripts receive 401 with JSON.
    /// - A session that lacks a requirement receives 403.
    /// - 503 if the session has expired and the service cannot be reached.
    pub async fn require(&self, request: &WebRequest<'_>, required: &Requirements) -> Outcome {
        let outcome = self.session(request).await;
        self.authorize(request, required, outcome)
    }

    /// Like [`require`](Self::require), without waiting. `None` means that the session must be
    /// refreshed or the store must be asked.
    pub fn try_require(
        &self,
        request: &WebRequest<'_>,
        required: &Requirements,
    ) -> Option<Outcome> {
        let outcome = self.try_session(request)?;
        Some(self.authorize(request, required, outcome))
    }

    /// Adds the response of [`require`](Self::require) to an outcome of
    /// [`session`](Self::session), unless the session fulfills the requirements.
    #[must_use]
    pub fn authorize(
        &self,
        request: &WebRequest<'_>,
        required: &Requirements,
        mut outcome: Outcome,
    ) -> Outcome {
        let navigation = request.is_navigation();
        let options = self.options();
        let refuse =
            |status, reason: &Reason| WebResponse::failure(status, reason, navigation, options);
        if let Some(session) = &outcome.session {
            let fulfilled = required.fulfilled(
                session.organization_id(),
                |role| session.has_role(role),
                |permission| session.has_permission(permission),
            );
            if !fulfilled {
                outcome.response = Some(refuse(403, &Reason::Forbidden));
                outcome.reason = Some(Reason::Forbidden);
            }
            return outcome;
        }
        let reason = outcome.reason.get_or_insert(Reason::NoSession);
        outcome.response = Some(match reason {
            Reason::Unavailable => refuse(503, reason),
            _ if navigation => {
                WebResponse::redirect(self.login_location(request), request.is_get())
            }
            reason => refuse(401, reason),
        });
        outcome
    }
}
