//! Memberships: joining, leaving, inviting, and the roles of members.

use serde_json::{Value, json};

use super::organizations::metadata;
use super::roles::{NAMES, Role};
use super::users::User;
use super::{Model, Picks, only};
use crate::machine::Members;
use crate::step::{Fail, Outcome, Step, call, get};

#[derive(Clone, Debug)]
pub(super) struct Membership {
    pub(super) organization: String,
    /// The names of the roles.
    pub(super) roles: Vec<String>,
    invited: bool,
    resent: u32,
    team: String,
}

/// No role, one, the same twice, or one that hardly exists; and how a request says so.
pub(super) fn wanted_roles(picks: &mut Picks<'_>) -> (Vec<&'static str>, Value) {
    let name = picks.of(&NAMES);
    let roles = match picks.next() % 6 {
        0..3 => vec![],
        3 => vec![name, name],
        _ => vec![name],
    };
    let named: Vec<Value> = roles.iter().map(|name| json!({ "name": name })).collect();
    (roles, json!({ "roles": named }))
}

impl Model {
    pub(super) fn act_members(&mut self, what: Members, picks: &mut Picks<'_>) -> Step {
        match what {
            Members::Join => self.join(picks),
            Members::Leave => self.remove_member(picks),
            Members::Update => self.update_member(picks),
            _ => self.act_member_roles(what, picks),
        }
    }

    fn act_member_roles(&mut self, what: Members, picks: &mut Picks<'_>) -> Step {
        let user = self.pick_user(picks);
        let organization = self.pick_home(self.user(&user).ok(), picks);
        let path = format!("/api/v1/organizations/{organization}/users/{user}");
        let own = self.member(&organization, &user).cloned();
        match what {
            Members::AssignRole => {
                let name = picks.of(&NAMES);
                let expected = own.and_then(|mut own| {
                    self.role_in(Some(&organization), name)?;
                    if !own.roles.iter().any(|known| known == name) {
                        own.roles.push(name.into());
                    }
                    self.store_membership(&user, &own);
                    Ok(json!({ "roles": self.brief_roles(&own) }))
                });
                call(
                    "POST",
                    format!("{path}/roles"),
                    json!([{ "role_name": name }]),
                    expected,
                )
            }
            Members::RemoveRole => {
                let name = picks.of(&NAMES);
                let expected = own.and_then(|mut own| {
                    if !own.roles.iter().any(|known| known == name) {
                        return Err(Fail::not_found("role", name));
                    }
                    own.roles.retain(|known| known != name);
                    self.store_membership(&user, &own);
                    Ok(json!({}))
                });
                call("DELETE", format!("{path}/roles/{name}"), Value::Null, expected)
            }
            Members::ListRoles => {
                let roles = own.map(|own| json!({ "roles": self.brief_roles(&own) }));
                get(format!("{path}/roles"), roles)
            }
            Members::ListPermissions => {
                let shown = |name: &str| {
                    let one = self.permission(name).unwrap();
                    json!({ "id": one.id, "name": one.name, "description": one.description })
                };
                let all = |own: Membership| {
                    let all: Vec<Value> = self.permissions_of(&own).into_iter().map(shown).collect();
                    json!({ "permissions": all })
                };
                get(format!("{path}/permissions"), own.map(all))
            }
            _ => {
                let expected = own.and_then(|own| self.resend(&user, own));
                let path = format!("/api/v1/invites/organizations/{organization}/users/{user}/resend");
                call("PATCH", path, json!({}), expected)
            }
        }
    }

    pub(super) fn member(&self, organization: &str, user: &str) -> Result<&Membership, Fail> {
        self.organization(organization)?;
        let found = self.user(user)?.membership(organization);
        found.ok_or_else(|| Fail::not_found("membership", user))
    }

    fn store_membership(&mut self, user: &str, own: &Membership) {
        let mut all = self.user_mut(user).memberships.iter_mut();
        *all.find(|known| known.organization == own.organization).unwrap() = own.clone();
    }

    pub(super) fn roles_of(&self, own: &Membership) -> Vec<&Role> {
        let names = own.roles.iter();
        names
            .filter_map(|name| self.role_in(Some(&own.organization), name).ok())
            .collect()
    }

    fn brief_roles(&self, own: &Membership) -> Vec<Value> {
        self.roles_of(own).into_iter().map(Role::brief).collect()
    }

    /// Through all roles, each once.
    fn permissions_of(&self, own: &Membership) -> Vec<&str> {
        let mut all = Vec::new();
        for role in self.roles_of(own) {
            for (name, _) in self.effective(role) {
                if !all.contains(&name) {
                    all.push(name);
                }
            }
        }
        all
    }

    pub(super) fn shown_membership(&self, own: &Membership) -> Value {
        let name = &self.organization(&own.organization).unwrap().name;
        let (invited, joined) = if own.invited {
            ("<time>", "")
        } else {
            ("", "<time>")
        };
        json!({
            "organization_id": own.organization,
            "membership_status": if own.invited { "PENDING_INVITE" } else { "ACTIVE" },
            "provisioning_method": if own.invited { "invitation" } else { "api" },
            "roles": self.brief_roles(own),
            "permissions": self.permissions_of(own),
            "name": name,
            "display_name": name,
            "metadata": metadata("team", &own.team),
            "created_at": "<time>",
            "expires_at": invited,
            "join_time": joined,
            "accepted_at": joined,
        })
    }

    /// The roles that a request names, each once; all must exist.
    fn known_roles(&self, organization: &str, names: &[&str]) -> Result<Vec<String>, Fail> {
        let mut known: Vec<String> = Vec::new();
        for name in names {
            let name = &self.role_in(Some(organization), name)?.name;
            if !known.contains(name) {
                known.push(name.clone());
            }
        }
        Ok(known)
    }

    /// A membership to be. Without roles it gets the default one: the organization's, or else the environment's.
    pub(super) fn new_membership(
        &self,
        organization: &str,
        roles: &[&str],
        invited: bool,
    ) -> Result<Membership, Fail> {
        let most = self.organization(organization)?.most_users;
        let members = self
            .users
            .iter()
            .filter(|user| user.membership(organization).is_some());
        if most > 0 && members.count() >= usize::try_from(most).unwrap() {
            return Err(Fail::precondition("MAX_ALLOWED_USERS_EXCEEDED"));
        }
        let mut roles = self.known_roles(organization, roles)?;
        if roles.is_empty() {
            let own = self.organization(organization)?.default_role.clone();
            let general = self.roles.iter().find(|role| role.for_members);
            roles.extend(own.or_else(|| general.map(|role| role.name.clone())));
        }
        Ok(Membership {
            organization: organization.into(),
            roles,
            invited,
            resent: 0,
            team: String::new(),
        })
    }

    /// Mostly an organization of the user's, if there is one.
    pub(super) fn pick_home(&self, user: Option<&User>, picks: &mut Picks<'_>) -> String {
        let homes = user.iter().flat_map(|user| &user.memberships);
        let homes: Vec<&String> = homes.map(|own| &own.organization).collect();
        if homes.is_empty() || picks.next().is_multiple_of(8) {
            return self.pick_organization(picks);
        }
        homes[usize::from(picks.next()) % homes.len()].clone()
    }

    fn pick_membership(&self, joins: bool, picks: &mut Picks<'_>) -> (String, String, Result<User, Fail>) {
        let (name, user) = self.pick_named(picks);
        let organization = if joins {
            self.pick_organization(picks)
        } else {
            self.pick_home(user.as_ref().ok(), picks)
        };
        let path = format!("/api/v1/memberships/organizations/{organization}/{name}");
        let user = self.organization(&organization).map(|_| ()).and(user);
        (path, organization, user)
    }

    fn join(&mut self, picks: &mut Picks<'_>) -> Step {
        let (path, organization, user) = self.pick_membership(true, picks);
        let (query, invited) = picks.of(&[("", true), ("?send_invitation_email=false", false)]);
        let (roles, body) = wanted_roles(picks);
        let expected = user.and_then(|mut user| {
            if user.membership(&organization).is_some() {
                return Err(Fail::exists("MEMBERSHIP_ALREADY_EXISTS", "membership", &user.id));
            }
            let own = self.new_membership(&organization, &roles, invited)?;
            user.memberships.push(own);
            *self.user_mut(&user.id) = user.clone();
            Ok(only("user", self.shown_user(&user)))
        });
        call("POST", format!("{path}{query}"), body, expected)
    }

    fn remove_member(&mut self, picks: &mut Picks<'_>) -> Step {
        let (path, organization, user) = self.pick_membership(false, picks);
        let (query, cascade) = picks.of(&[("", false), ("?cascade=true", true)]);
        let expected = user.and_then(|user| {
            self.member(&organization, &user.id)?;
            self.leave(&user.id, &organization);
            if cascade && user.memberships.len() == 1 {
                self.delete_user(&user.id);
            }
            Ok(json!({}))
        });
        call("DELETE", format!("{path}{query}"), Value::Null, expected)
    }

    /// With a membership go the tokens of the user there, and the sessions there end.
    pub(super) fn leave(&mut self, user: &str, organization: &str) {
        if self.user(user).unwrap().membership(organization).is_none() {
            return;
        }
        let all = &mut self.user_mut(user).memberships;
        all.retain(|own| own.organization != organization);
        self.end_sessions(user, Some(organization));
        self.tokens
            .retain(|one| one.user.as_deref() != Some(user) || one.organization != organization);
    }

    /// What is empty stays.
    fn update_member(&mut self, picks: &mut Picks<'_>) -> Step {
        let (path, organization, user) = self.pick_membership(false, picks);
        let (names, mut body) = wanted_roles(picks);
        let team = picks.of(&["", "data", "ops"]);
        body["metadata"] = metadata("team", team);
        let expected = user.and_then(|user| {
            let mut own = self.member(&organization, &user.id)?.clone();
            let roles = self.known_roles(&organization, &names)?;
            if !roles.is_empty() {
                own.roles = roles;
            }
            if !team.is_empty() {
                own.team = team.into();
            }
            self.store_membership(&user.id, &own);
            Ok(only("user", self.shown_user(self.user(&user.id)?)))
        });
        call("PATCH", path, body, expected)
    }

    fn resend(&mut self, user: &str, mut own: Membership) -> Outcome {
        if !own.invited {
            return Err(Fail::precondition("INVITE_NOT_PENDING").about("membership", user));
        }
        own.resent += 1;
        self.store_membership(user, &own);
        let invite = json!({
            "organization_id": own.organization,
            "user_id": user,
            "status": "PENDING_INVITE",
            "created_at": "<time>",
            "expires_at": "<time>",
            "resent_at": "<time>",
            "resent_count": own.resent,
        });
        Ok(only("invite", invite))
    }
}
