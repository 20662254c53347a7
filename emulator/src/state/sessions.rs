//! Sessions: what a login opens and a logout ends.

use scalekit::api::events::ObjectType;
use scalekit::api::sessions::{AuthenticatedClients, DeviceDetails, SessionDetails};
use serde::{Deserialize, Serialize};

use super::{Ctx, Row, State};

/// How long a session lives, in seconds: 30 days, and 7 without use.
const ABSOLUTE_LIFETIME: i64 = 30 * 24 * 3600;
const IDLE_LIFETIME: i64 = 7 * 24 * 3600;

/// The states of a session.
pub(crate) const ACTIVE: &str = "active";
pub(crate) const REVOKED: &str = "revoked";
pub(crate) const LOGGED_OUT: &str = "logged_out";

/// A session and how it was opened.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct SessionRow {
    #[serde(flatten)]
    pub(crate) session: SessionDetails,
    /// The connection that the user logged in through; empty for none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) connection_id: String,
    /// When the user showed who they are, in seconds since 1970.
    pub(crate) auth_time: i64,
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
}

/// A login that succeeded.
#[derive(Clone, Debug)]
pub(crate) struct Login {
    pub(crate) user_id: String,
    pub(crate) organization_id: String,
    pub(crate) connection_id: String,
    pub(crate) client_id: String,
    pub(crate) user_agent: String,
    pub(crate) ip: String,
}

impl State {
    /// Opens a session.
    pub(crate) fn open_session(&mut self, ctx: &Ctx<'_>, login: Login) -> SessionRow {
        let session = SessionDetails {
            user_id: login.user_id.clone(),
            authenticated_organizations: vec![login.organization_id.clone()],
            organization_id: login.organization_id.clone(),
            created_at: ctx.stamp(),
            updated_at: ctx.stamp(),
            last_active_at: ctx.stamp(),
            idle_expires_at: ctx.stamp_in(IDLE_LIFETIME),
            absolute_expires_at: ctx.stamp_in(ABSOLUTE_LIFETIME),
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
        };
        let row = self.sessions.insert(&mut self.ids, row).clone();
        if let Some(user) = self.users.get_mut(&login.user_id) {
            user.last_login_time = ctx.stamp();
        }
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

    /// The session, if it is still good for anything.
    pub(crate) fn live_session(&self, ctx: &Ctx<'_>, id: &str) -> Option<&SessionRow> {
        let row = self.sessions.get(id)?;
        let now = ctx.stamp();
        let open = |end: Option<scalekit::Timestamp>| end.is_none() || end > now;
        let session = &row.session;
        (session.status == ACTIVE && open(session.idle_expires_at) && open(session.absolute_expires_at))
            .then_some(row)
    }

    /// Notes that a session was used, which puts off its end.
    pub(crate) fn touch_session(&mut self, ctx: &Ctx<'_>, id: &str) {
        if let Some(row) = self.sessions.get_mut(id) {
            row.session.last_active_at = ctx.stamp();
            row.session.updated_at = ctx.stamp();
            row.session.idle_expires_at = ctx.stamp_in(IDLE_LIFETIME);
        }
    }

    /// Revokes the active sessions that `picks` picks, with their refresh tokens; answers with them as they are now.
    pub(crate) fn end_sessions(
        &mut self,
        ctx: &Ctx<'_>,
        picks: impl Fn(&SessionDetails) -> bool,
    ) -> Vec<SessionDetails> {
        self.close_sessions(ctx, REVOKED, "session.revoked", picks)
    }

    /// Ends one session because its user logged out.
    pub(crate) fn log_out(&mut self, ctx: &Ctx<'_>, id: &str) {
        self.close_sessions(ctx, LOGGED_OUT, "session.logged_out", |session| {
            session.session_id == id
        });
    }

    fn close_sessions(
        &mut self,
        ctx: &Ctx<'_>,
        status: &str,
        event: &str,
        picks: impl Fn(&SessionDetails) -> bool,
    ) -> Vec<SessionDetails> {
        let mut ended = Vec::new();
        for row in self.sessions.iter_mut() {
            let session = &mut row.session;
            if session.status == ACTIVE && picks(session) {
                session.status = status.to_owned();
                session.logout_at = ctx.stamp();
                session.expired_at = ctx.stamp();
                session.updated_at = ctx.stamp();
                ended.push(session.clone());
            }
        }
        for session in &ended {
            self.grants.forget_session(&session.session_id);
            let organization = Some(session.organization_id.as_str()).filter(|id| !id.is_empty());
            self.emit(ctx, event, ObjectType::Session, organization, session);
        }
        ended
    }
}
