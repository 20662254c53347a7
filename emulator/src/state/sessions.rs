//! Login sessions.

use scalekit::api::raw::commons::TimeUnit;
use scalekit::api::raw::events::ObjectType;
use scalekit::api::raw::sessions::{AuthenticatedClients, DeviceDetails, SessionDetails};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::rows::keys;
use super::{BrowserKey, Ctx, Key, Row, State};

/// The default total lifetime of a session, in seconds: 30 days. Organizations can override it.
const ABSOLUTE_LIFETIME: i64 = 30 * 24 * 3600;

/// The default lifetime of an unused session, in seconds: 7 days. Organizations can override it.
const IDLE_LIFETIME: i64 = 7 * 24 * 3600;

/// Session statuses.
pub(crate) const ACTIVE: &str = "active";
pub(crate) const EXPIRED: &str = "expired";
pub(crate) const REVOKED: &str = "revoked";
pub(crate) const LOGGED_OUT: &str = "logged_out";

/// A session and details of its login.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct SessionRow {
    #[serde(flatten)]
    pub(crate) session: SessionDetails,
    /// The connection used for the login; empty if none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) connection_id: String,
    /// When the user authenticated, in Unix seconds.
    pub(crate) auth_time: i64,
    /// Custom claims from interceptors, for the tokens of the session.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub(crate) claims: Map<String, Value>,
}

impl Row for SessionRow {
    const KIND: &'static str = "session";
    const PREFIX: &'static str = "ses";

    fn id(&self) -> &str {
        &self.session.session_id
    }

    fn set_id(&mut self, id: String) {
        self.session.session_id = id;
    }

    fn keys(&self) -> Vec<Key> {
        keys([("user", Some(self.session.user_id.as_str()))])
    }
}

/// A successful login.
#[derive(Clone, Debug)]
pub(crate) struct Login {
    pub(crate) user_id: String,
    pub(crate) organization_id: String,
    pub(crate) connection_id: String,
    pub(crate) client_id: String,
    pub(crate) user_agent: String,
    pub(crate) ip: String,
    pub(crate) claims: Map<String, Value>,
}

impl State {
    /// Returns the absolute and the idle lifetime of an organization's sessions, in seconds. The
    /// idle lifetime is `None` if the idle timeout is disabled.
    fn session_lifetimes(&self, organization_id: &str) -> (i64, Option<i64>) {
        let row = self.organizations.get(organization_id);
        let Some(policy) = row.and_then(|row| row.session_policy.as_ref()) else {
            return (ABSOLUTE_LIFETIME, Some(IDLE_LIFETIME));
        };
        let seconds = |amount: Option<i32>, unit: &Option<TimeUnit>| {
            let unit = match unit {
                Some(TimeUnit::Hours) => 3600,
                Some(TimeUnit::Days) => 24 * 3600,
                _ => 60,
            };
            amount
                .filter(|amount| *amount > 0)
                .map(|amount| i64::from(amount) * unit)
        };
        let absolute = seconds(
            policy.absolute_session_timeout,
            &policy.absolute_session_timeout_unit,
        );
        let idle = seconds(
            policy.idle_session_timeout,
            &policy.idle_session_timeout_unit,
        );
        let idle_counts = policy.idle_session_timeout_enabled.unwrap_or(true);
        (
            absolute.unwrap_or(ABSOLUTE_LIFETIME),
            idle_counts.then_some(idle.unwrap_or(IDLE_LIFETIME)),
        )
    }

    /// Returns the session as the API shows it. A session past its lifetime is shown as expired.
    pub(crate) fn show_session(&self, ctx: &Ctx<'_>, row: &SessionRow) -> SessionDetails {
        let mut session = row.session.clone();
        if session.status == ACTIVE && !is_live(&session, ctx) {
            session.status = EXPIRED.to_owned();
            session.expired_at = end_of(&session);
        }
        session
    }

    /// Creates a session.
    pub(crate) fn create_session(&mut self, ctx: &Ctx<'_>, login: Login) -> SessionRow {
        let (absolute, idle) = self.session_lifetimes(&login.organization_id);
        let session = SessionDetails {
            user_id: login.user_id.clone(),
            authenticated_organizations: vec![login.organization_id.clone()],
            organization_id: login.organization_id.clone(),
            created_at: ctx.stamp(),
            updated_at: ctx.stamp(),
            last_active_at: ctx.stamp(),
            idle_expires_at: idle.and_then(|seconds| ctx.stamp_in(seconds)),
            absolute_expires_at: ctx.stamp_in(absolute),
            status: ACTIVE.to_owned(),
            device: Some(DeviceDetails {
                user_agent: login.user_agent,
                ip: login.ip,
                ..DeviceDetails::default()
            }),
            authenticated_clients: vec![AuthenticatedClients {
                client_id: login.client_id,
                organization_id: login.organization_id.clone(),
            }],
            ..SessionDetails::default()
        };
        let row = SessionRow {
            session,
            connection_id: login.connection_id,
            auth_time: ctx.now.as_second(),
            claims: login.claims,
        };
        let row = self.sessions.insert(&mut self.ids, row).clone();
        let stamp = ctx.stamp();
        let _ = self
            .users
            .change(&login.user_id, |user| user.last_login_time = stamp);
        let organization = Some(login.organization_id.as_str());
        self.emit(
            ctx,
            "session.created",
            ObjectType::Session,
            organization,
            &row.session,
        );
        row
    }

    /// Returns the session if it is active and not expired.
    pub(crate) fn live_session(&self, ctx: &Ctx<'_>, id: &str) -> Option<&SessionRow> {
        let row = self.sessions.get(id)?;
        is_live(&row.session, ctx).then_some(row)
    }

    /// Adds an application or an organization to a session.
    pub(crate) fn add_to_session(&mut self, id: &str, client_id: &str, organization_id: &str) {
        let _ = self.sessions.change(id, |row| {
            let session = &mut row.session;
            let organizations = &mut session.authenticated_organizations;
            if !organizations
                .iter()
                .any(|existing| existing == organization_id)
            {
                organizations.push(organization_id.to_owned());
            }
            let client = AuthenticatedClients {
                client_id: client_id.to_owned(),
                organization_id: organization_id.to_owned(),
            };
            if !session.authenticated_clients.contains(&client) {
                session.authenticated_clients.push(client);
            }
        });
    }

    /// Removes an organization from the sessions of a user who left it, and revokes the tokens for
    /// it. The caller must end the sessions that were created in that organization.
    pub(crate) fn leave_organization(&mut self, user_id: &str, organization_id: &str) {
        self.grants.revoke_member(user_id, organization_id);
        let has_access = |row: &&SessionRow| {
            let session = &row.session;
            session.organization_id != organization_id
                && session
                    .authenticated_organizations
                    .iter()
                    .any(|id| id == organization_id)
        };
        let own = self.sessions.by("user", user_id).filter(has_access);
        let ids: Vec<String> = own.map(|row| row.session.session_id.clone()).collect();
        for id in ids {
            let _ = self.sessions.change(&id, |row| {
                let session = &mut row.session;
                session
                    .authenticated_organizations
                    .retain(|id| id != organization_id);
                session
                    .authenticated_clients
                    .retain(|client| client.organization_id != organization_id);
            });
        }
    }

    /// Records that a session was used, which extends its idle lifetime.
    pub(crate) fn touch_session(&mut self, ctx: &Ctx<'_>, id: &str) {
        let organization = self
            .sessions
            .get(id)
            .map(|row| row.session.organization_id.as_str());
        let (_, idle) = self.session_lifetimes(organization.unwrap_or_default());
        let _ = self.sessions.change(id, |row| {
            row.session.last_active_at = ctx.stamp();
            row.session.updated_at = ctx.stamp();
            row.session.idle_expires_at = idle.and_then(|seconds| ctx.stamp_in(seconds));
        });
    }

    /// Revokes a live session and its refresh tokens.
    pub(crate) fn revoke_session(&mut self, ctx: &Ctx<'_>, id: &str) {
        self.end_session(ctx, id, REVOKED, "session.revoked");
    }

    /// Revokes a user's live sessions and their refresh tokens, in one organization or in all.
    /// Returns the revoked sessions.
    pub(crate) fn revoke_sessions_of(
        &mut self,
        ctx: &Ctx<'_>,
        user_id: &str,
        organization_id: Option<&str>,
    ) -> Vec<SessionDetails> {
        let own = self.sessions.by("user", user_id).map(|row| &row.session);
        let own =
            own.filter(|session| organization_id.is_none_or(|id| session.organization_id == id));
        let ids: Vec<String> = own.map(|session| session.session_id.clone()).collect();
        let ended = ids
            .iter()
            .filter_map(|id| self.end_session(ctx, id, REVOKED, "session.revoked"));
        ended.collect()
    }

    /// Ends a session with the status `logged_out`.
    pub(crate) fn log_out(&mut self, ctx: &Ctx<'_>, id: &str) {
        self.end_session(ctx, id, LOGGED_OUT, "session.logged_out");
    }

    /// Ends a session and all other sessions of its user in the same browsers. A user who logged in
    /// twice in one browser must be logged out completely (OpenID Connect RP-Initiated Logout 1.0,
    /// section 2).
    pub(crate) fn log_out_of_browsers(
        &mut self,
        ctx: &Ctx<'_>,
        id: &str,
        user_id: &str,
        browser: Option<&BrowserKey>,
    ) {
        let is_affected = |key: &BrowserKey, ids: &[String]| {
            Some(key) == browser || ids.iter().any(|session_id| session_id == id)
        };
        let in_browsers = (self.browsers.iter())
            .filter(|(key, ids)| is_affected(key, ids))
            .flat_map(|(_, ids)| ids);
        let own = in_browsers
            .filter(|id| (self.sessions.get(id)).is_some_and(|row| row.session.user_id == user_id));
        let mut ids: Vec<String> = own.cloned().collect();
        ids.push(id.to_owned());
        for id in ids {
            self.log_out(ctx, &id);
        }
    }

    fn end_session(
        &mut self,
        ctx: &Ctx<'_>,
        id: &str,
        status: &str,
        event: &str,
    ) -> Option<SessionDetails> {
        self.live_session(ctx, id)?;
        let ended = self.sessions.change(id, |row| {
            row.session.status = status.to_owned();
            row.session.logout_at = ctx.stamp();
            row.session.updated_at = ctx.stamp();
        });
        let session = ended.ok()?.session.clone();
        self.grants.revoke_session(&session.session_id);
        let organization = Some(session.organization_id.as_str()).filter(|id| !id.is_empty());
        self.emit(ctx, event, ObjectType::Session, organization, &session);
        Some(session)
    }
}

/// Returns when the session expires: the earlier of its idle and absolute expiry.
fn end_of(session: &SessionDetails) -> Option<scalekit::Timestamp> {
    session
        .idle_expires_at
        .into_iter()
        .chain(session.absolute_expires_at)
        .min()
}

fn is_live(session: &SessionDetails, ctx: &Ctx<'_>) -> bool {
    session.status == ACTIVE && end_of(session).is_none_or(|end| Some(end) > ctx.stamp())
}
