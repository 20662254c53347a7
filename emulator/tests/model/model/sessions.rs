use serde_json::{Value, json};

use super::{Choices, Model};
use crate::machine::Sessions;
use crate::step::{ExpectedError, Step, call, get, list};

const OPENED: &str = "2026-01-02T03:04:05Z";

#[derive(Clone, Debug)]
pub(super) struct Session {
    id: String,
    user: String,
    organization: String,
    active: bool,
}

impl Session {
    fn to_json(&self) -> Value {
        json!({
            "session_id": self.id,
            "user_id": self.user,
            "organization_id": self.organization,
            "created_at": OPENED,
            "status": if self.active { "active" } else { "revoked" },
            "updated_at": if self.active { "" } else { "<time>" },
            "logout_at": if self.active { "" } else { "<time>" },
        })
    }

    /// Returns the JSON of the session in the response that ends it.
    fn ended(&self) -> Value {
        let mut value = self.to_json();
        value["organization_id"] = Value::Null;
        value
    }
}

impl Model {
    pub(super) fn perform_sessions(
        &mut self,
        operation: Sessions,
        choices: &mut Choices<'_>,
    ) -> Step {
        match operation {
            Sessions::Open => self.open_session(choices),
            Sessions::Get => {
                let id = choices.id("ses", self.sessions.iter().map(|one| &one.id));
                let found = self.sessions.iter().find(|one| one.id == id);
                let expected = found.ok_or_else(|| ExpectedError::not_found("session", &id));
                get(
                    format!("/api/v1/sessions/{id}"),
                    expected.map(Session::to_json),
                )
            }
            Sessions::List => {
                let user = self.choose_user(choices);
                self.list_sessions(
                    &user,
                    choices.of(&[None, Some("active"), Some("revoked")]),
                    2,
                )
            }
            Sessions::Revoke => {
                let id = choices.id("ses", self.sessions.iter().map(|one| &one.id));
                let found = self.sessions.iter_mut().find(|one| one.id == id);
                let expected = found
                    .ok_or_else(|| ExpectedError::not_found("session", &id))
                    .map(|one| {
                        one.active = false;
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
                let user = self.choose_user(choices);
                let expected = self.user(&user).cloned().map(|_| {
                    let ended = self.end_sessions(&user, None);
                    let value: Vec<Value> = ended.iter().map(Session::ended).collect();
                    json!({ "total_revoked": value.len(), "revoked_sessions": value })
                });
                let path = format!("/api/v1/users/{user}/sessions/revoke");
                call("POST", path, Value::Null, expected)
            }
        }
    }

    /// Adds a session with the admin API, because no operation opens sessions.
    fn open_session(&mut self, choices: &mut Choices<'_>) -> Step {
        let members = self
            .users
            .iter()
            .filter(|user| !user.memberships.is_empty());
        let members: Vec<_> = members.map(|user| (&user.id, &user.memberships)).collect();
        if members.is_empty() {
            return self.list_users(5);
        }
        let (user, memberships) = members[usize::from(choices.next()) % members.len()];
        let organization =
            &memberships[usize::from(choices.next()) % memberships.len()].organization;
        let (user, organization) = (user.clone(), organization.clone());
        let new = Session {
            id: self.symbol("ses"),
            user,
            organization,
            active: true,
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

    /// Ends the active sessions of a user, in one organization or in all.
    pub(super) fn end_sessions(&mut self, user: &str, organization: Option<&str>) -> Vec<Session> {
        let mut ended = Vec::new();
        for one in &mut self.sessions {
            if one.active
                && one.user == user
                && organization.is_none_or(|id| one.organization == id)
            {
                one.active = false;
                ended.push(one.clone());
            }
        }
        ended
    }

    pub(super) fn list_sessions(&self, user: &str, status: Option<&str>, size: usize) -> Step {
        let listed = |one: &&Session| {
            one.user == user && status.is_none_or(|status| (status == "active") == one.active)
        };
        let rows = self
            .sessions
            .iter()
            .filter(listed)
            .map(Session::to_json)
            .collect();
        let filter = status.map_or(String::new(), |status| format!("?filter.status={status}"));
        let path = format!("/api/v1/users/{user}/sessions{filter}");
        list(path, "sessions", size, self.user(user).map(|_| rows))
    }
}
