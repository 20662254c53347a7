use serde_json::{Value, json};

use super::{Model, Picks};
use crate::machine::Sessions;
use crate::step::{Fail, Step, call, get, walk};

const OPENED: &str = "2026-01-02T03:04:05Z";

#[derive(Clone, Debug)]
pub(super) struct Session {
    id: String,
    user: String,
    organization: String,
    live: bool,
}

impl Session {
    fn shown(&self) -> Value {
        json!({
            "session_id": self.id,
            "user_id": self.user,
            "organization_id": self.organization,
            "created_at": OPENED,
            "status": if self.live { "active" } else { "revoked" },
            "updated_at": if self.live { "" } else { "<time>" },
            "logout_at": if self.live { "" } else { "<time>" },
        })
    }

    /// As an answer to its end shows it.
    fn ended(&self) -> Value {
        let mut shown = self.shown();
        shown["organization_id"] = Value::Null;
        shown
    }
}

impl Model {
    pub(super) fn act_sessions(&mut self, what: Sessions, picks: &mut Picks<'_>) -> Step {
        match what {
            Sessions::Open => self.open_session(picks),
            Sessions::Get => {
                let id = picks.id("ses", self.sessions.iter().map(|one| &one.id));
                let found = self.sessions.iter().find(|one| one.id == id);
                let expected = found.ok_or_else(|| Fail::not_found("session", &id));
                get(format!("/api/v1/sessions/{id}"), expected.map(Session::shown))
            }
            Sessions::List => {
                let user = self.pick_user(picks);
                self.list_sessions(&user, picks.of(&[None, Some("active"), Some("revoked")]), 2)
            }
            Sessions::Revoke => {
                let id = picks.id("ses", self.sessions.iter().map(|one| &one.id));
                let found = self.sessions.iter_mut().find(|one| one.id == id);
                let expected = found.ok_or_else(|| Fail::not_found("session", &id)).map(|one| {
                    one.live = false;
                    json!({ "revoked_session": one.ended() })
                });
                call(
                    "POST",
                    format!("/api/v1/sessions/{id}/revoke"),
                    Value::Null,
                    expected,
                )
            }
            Sessions::RevokeAll => {
                let user = self.pick_user(picks);
                let expected = self.user(&user).cloned().map(|_| {
                    let ended = self.end_sessions(&user, None);
                    let shown: Vec<Value> = ended.iter().map(Session::ended).collect();
                    json!({ "total_revoked": shown.len(), "revoked_sessions": shown })
                });
                let path = format!("/api/v1/users/{user}/sessions/revoke");
                call("POST", path, Value::Null, expected)
            }
        }
    }

    /// A login opens sessions, which is not an operation: the admin API adds one.
    fn open_session(&mut self, picks: &mut Picks<'_>) -> Step {
        let members = self.users.iter().filter(|user| !user.memberships.is_empty());
        let members: Vec<_> = members.map(|user| (&user.id, &user.memberships)).collect();
        if members.is_empty() {
            return self.list_users(5);
        }
        let (user, memberships) = members[usize::from(picks.next()) % members.len()];
        let organization = &memberships[usize::from(picks.next()) % memberships.len()].organization;
        let (user, organization) = (user.clone(), organization.clone());
        let new = Session {
            id: self.symbol("ses"),
            user,
            organization,
            live: true,
        };
        let row = json!({
            "user_id": new.user,
            "organization_id": new.organization,
            "status": "active",
            "created_at": OPENED,
        });
        let expected = Ok(json!({ "sessions": [new.id] }));
        self.sessions.push(new);
        let path = "/_emulator/seed".to_owned();
        call("POST", path, json!({ "sessions": [row] }), expected)
    }

    /// Ends what lives of a user's sessions, in one organization or in all.
    pub(super) fn end_sessions(&mut self, user: &str, organization: Option<&str>) -> Vec<Session> {
        let mut ended = Vec::new();
        for one in &mut self.sessions {
            if one.live && one.user == user && organization.is_none_or(|id| one.organization == id) {
                one.live = false;
                ended.push(one.clone());
            }
        }
        ended
    }

    pub(super) fn list_sessions(&self, user: &str, status: Option<&str>, size: usize) -> Step {
        let wanted =
            |one: &&Session| one.user == user && status.is_none_or(|status| (status == "active") == one.live);
        let rows = self.sessions.iter().filter(wanted).map(Session::shown).collect();
        let filter = status.map_or(String::new(), |status| format!("?filter.status={status}"));
        let path = format!("/api/v1/users/{user}/sessions{filter}");
        walk(path, "sessions", size, self.user(user).map(|_| rows))
    }
}
