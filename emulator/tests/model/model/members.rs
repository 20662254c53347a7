//! Memberships: joins, leaves, invitations, and the roles of members.

use serde_json::{Value, json};

use super::organizations::metadata;
use super::roles::{NAMES, Role};
use super::users::User;
use super::{Choices, Model, only};
use crate::machine::Members;
use crate::step::{ExpectedError, Outcome, Step, call, get};

#[derive(Clone, Debug)]
pub(super) struct Membership {
    pub(super) organization: String,
    /// Role names.
    pub(super) roles: Vec<String>,
    invited: bool,
    resent: u32,
    team: String,
}

/// Chooses no role, one role or a duplicate role. The role may not exist. Returns the role list and
/// the request body.
pub(super) fn choose_roles(choices: &mut Choices<'_>) -> (Vec<&'static str>, Value) {
    let name = choices.of(&NAMES);
    let roles = match choices.next() % 6 {
        0..3 => vec![],
        3 => vec![name, name],
        _ => vec![name],
    };
    let named: Vec<Value> = roles.iter().map(|name| json!({ "name": name })).collect();
    (roles, json!({ "roles": named }))
}

impl Model {
    pub(super) fn perform_members(
        &mut self,
        operation: Members,
        choices: &mut Choices<'_>,
    ) -> Step {
        match operation {
            Members::Join => self.join(choices),
            Members::Leave => self.remove_member(choices),
            Members::Update => self.update_member(choices),
            _ => self.perform_member_roles(operation, choices),
        }
    }

    fn perform_member_roles(&mut self, operation: Members, choices: &mut Choices<'_>) -> Step {
        let user = self.choose_user(choices);
        let organization = self.choose_home(self.user(&user).ok(), choices);
        let path = format!("/api/v1/organizations/{organization}/users/{user}");
        let own = self.member(&organization, &user).cloned();
        match operation {
            Members::AssignRole => {
                let name = choices.of(&NAMES);
                let expected = own.and_then(|mut own| {
                    self.role_in(Some(&organization), name)?;
                    if !own.roles.iter().any(|known| known == name) {
                        own.roles.push(name.into());
                    }
                    self.store_membership(&user, &own);
                    Ok(json!({ "roles": self.member_roles_json(&own) }))
                });
                call(
                    "POST",
                    format!("{path}/roles"),
                    json!([{ "role_name": name }]),
                    expected,
                )
            }
            Members::RemoveRole => {
                let name = choices.of(&NAMES);
                let expected = own.and_then(|mut own| {
                    if !own.roles.iter().any(|known| known == name) {
                        return Err(ExpectedError::not_found("role", name));
                    }
                    own.roles.retain(|known| known != name);
                    self.store_membership(&user, &own);
                    Ok(json!({}))
                });
                call(
                    "DELETE",
                    format!("{path}/roles/{name}"),
                    Value::Null,
                    expected,
                )
            }
            Members::ListRoles => {
                let roles = own.map(|own| json!({ "roles": self.member_roles_json(&own) }));
                get(format!("{path}/roles"), roles)
            }
            Members::ListPermissions => {
                let value = |name: &str| {
                    let one = self.permission(name).unwrap();
                    json!({ "id": one.id, "name": one.name, "description": one.description })
                };
                let all = |own: Membership| {
                    let all: Vec<Value> =
                        self.permissions_of(&own).into_iter().map(value).collect();
                    json!({ "permissions": all })
                };
                get(format!("{path}/permissions"), own.map(all))
            }
            _ => {
                let expected = own.and_then(|own| self.resend(&user, own));
                let path =
                    format!("/api/v1/invites/organizations/{organization}/users/{user}/resend");
                call("PATCH", path, json!({}), expected)
            }
        }
    }

    pub(super) fn member(
        &self,
        organization: &str,
        user: &str,
    ) -> Result<&Membership, ExpectedError> {
        self.organization(organization)?;
        let found = self.user(user)?.membership(organization);
        found.ok_or_else(|| ExpectedError::not_found("membership", user))
    }

    fn store_membership(&mut self, user: &str, own: &Membership) {
        let mut all = self.user_mut(user).memberships.iter_mut();
        *all.find(|known| known.organization == own.organization)
            .unwrap() = own.clone();
    }

    pub(super) fn roles_of(&self, own: &Membership) -> Vec<&Role> {
        let names = own.roles.iter();
        names
            .filter_map(|name| self.role_in(Some(&own.organization), name).ok())
            .collect()
    }

    fn member_roles_json(&self, own: &Membership) -> Vec<Value> {
        self.roles_of(own)
            .into_iter()
            .map(Role::member_json)
            .collect()
    }

    /// Returns the permissions of all roles without duplicates.
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

    pub(super) fn membership_json(&self, own: &Membership) -> Value {
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
            "roles": self.member_roles_json(own),
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

    /// Returns the role names of a request without duplicates. All roles must exist.
    fn known_roles(
        &self,
        organization: &str,
        names: &[&str],
    ) -> Result<Vec<String>, ExpectedError> {
        let mut known: Vec<String> = Vec::new();
        for name in names {
            let name = &self.role_in(Some(organization), name)?.name;
            if !known.contains(name) {
                known.push(name.clone());
            }
        }
        Ok(known)
    }

    /// Creates a membership. Without roles, it gets the default role of the organization or of the
    /// environment.
    pub(super) fn new_membership(
        &self,
        organization: &str,
        roles: &[&str],
        invited: bool,
    ) -> Result<Membership, ExpectedError> {
        let limit = self.organization(organization)?.max_users;
        let members = self
            .users
            .iter()
            .filter(|user| user.membership(organization).is_some());
        if limit > 0 && members.count() >= usize::try_from(limit).unwrap() {
            return Err(ExpectedError::precondition("MAX_ALLOWED_USERS_EXCEEDED"));
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

    /// Chooses an organization, usually one of the user's organizations.
    pub(super) fn choose_home(&self, user: Option<&User>, choices: &mut Choices<'_>) -> String {
        let homes = user.iter().flat_map(|user| &user.memberships);
        let homes: Vec<&String> = homes.map(|own| &own.organization).collect();
        if homes.is_empty() || choices.next().is_multiple_of(8) {
            return self.choose_organization(choices);
        }
        homes[usize::from(choices.next()) % homes.len()].clone()
    }

    fn choose_membership(
        &self,
        joins: bool,
        choices: &mut Choices<'_>,
    ) -> (String, String, Result<User, ExpectedError>) {
        let (name, user) = self.choose_named(choices);
        let organization = if joins {
            self.choose_organization(choices)
        } else {
            self.choose_home(user.as_ref().ok(), choices)
        };
        let path = format!("/api/v1/memberships/organizations/{organization}/{name}");
        let user = self.organization(&organization).map(|_| ()).and(user);
        (path, organization, user)
    }

    fn join(&mut self, choices: &mut Choices<'_>) -> Step {
        let (path, organization, user) = self.choose_membership(true, choices);
        let (query, invited) = choices.of(&[("", true), ("?send_invitation_email=false", false)]);
        let (roles, body) = choose_roles(choices);
        let expected = user.and_then(|mut user| {
            if user.membership(&organization).is_some() {
                return Err(ExpectedError::exists(
                    "MEMBERSHIP_ALREADY_EXISTS",
                    "membership",
                    &user.id,
                ));
            }
            let own = self.new_membership(&organization, &roles, invited)?;
            user.memberships.push(own);
            *self.user_mut(&user.id) = user.clone();
            Ok(only("user", self.user_json(&user)))
        });
        call("POST", format!("{path}{query}"), body, expected)
    }

    fn remove_member(&mut self, choices: &mut Choices<'_>) -> Step {
        let (path, organization, user) = self.choose_membership(false, choices);
        let (query, cascade) = choices.of(&[("", false), ("?cascade=true", true)]);
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

    /// Removes a membership. The user's tokens in the organization are deleted and the sessions
    /// there end.
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

    /// Empty fields are not changed.
    fn update_member(&mut self, choices: &mut Choices<'_>) -> Step {
        let (path, organization, user) = self.choose_membership(false, choices);
        let (names, mut body) = choose_roles(choices);
        let team = choices.of(&["", "data", "ops"]);
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
            Ok(only("user", self.user_json(self.user(&user.id)?)))
        });
        call("PATCH", path, body, expected)
    }

    fn resend(&mut self, user: &str, mut own: Membership) -> Outcome {
        if !own.invited {
            return Err(ExpectedError::precondition("INVITE_NOT_PENDING").about("membership", user));
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
