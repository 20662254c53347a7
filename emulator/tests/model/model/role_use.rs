//! Permissions of roles, default roles, and deletion of roles that members have.

use serde_json::{Value, json};

use super::permissions::NAMES as PERMISSIONS;
use super::roles::{NAMES, Role};
use super::{Choices, Model, only};
use crate::machine::RoleUse;
use crate::step::{ExpectedError, Outcome, Step, call, get};

impl Model {
    pub(super) fn perform_role_use(
        &mut self,
        operation: RoleUse,
        choices: &mut Choices<'_>,
    ) -> Step {
        let name = choices.of(&NAMES);
        let path = format!("/api/v1/roles/{name}");
        let role = self.role(None, name).cloned();
        match operation {
            RoleUse::AddPermissions => {
                let added = [choices.of(&PERMISSIONS), choices.of(&PERMISSIONS)];
                let expected = role.map(|role| {
                    let mut own = role.permissions;
                    for name in added {
                        if self.permission(name).is_ok() && !own.iter().any(|known| known == name) {
                            own.push(name.into());
                        }
                    }
                    let value = self.permissions_json(own.iter().map(String::as_str));
                    self.role_mut(&role.id).permissions = own;
                    value
                });
                let body = json!({ "permission_names": added });
                call("POST", format!("{path}/permissions"), body, expected)
            }
            RoleUse::RemovePermission => {
                let removed = choices.of(&PERMISSIONS);
                let expected = role.and_then(|role| {
                    self.permission(removed)?;
                    self.role_mut(&role.id)
                        .permissions
                        .retain(|own| own != removed);
                    Ok(json!({}))
                });
                call(
                    "DELETE",
                    format!("{path}/permissions/{removed}"),
                    Value::Null,
                    expected,
                )
            }
            RoleUse::ListPermissions => {
                let value = role
                    .map(|role| self.permissions_json(role.permissions.iter().map(String::as_str)));
                get(format!("{path}/permissions"), value)
            }
            RoleUse::ListEffective => {
                let names = |role: &Role| {
                    self.permissions_json(self.effective(role).iter().map(|(name, _)| *name))
                };
                get(
                    format!("{path}/permissions:all"),
                    role.map(|role| names(&role)),
                )
            }
            RoleUse::ListDependents => {
                let value = |role: Role| {
                    let all = self.dependents(&role).into_iter();
                    json!({ "roles": all.map(|one| self.role_json(one, "")).collect::<Vec<_>>() })
                };
                get(format!("{path}/dependents"), role.map(value))
            }
            RoleUse::Count => {
                let count = role.map(|role| self.count_json(&role, None));
                get(format!("{path}/users:count"), count)
            }
            RoleUse::CountInOrganization => {
                let id = self.choose_organization(choices);
                let role = self
                    .organization(&id)
                    .and_then(|_| self.role_in(Some(&id), name));
                let count = role.map(|role| self.count_json(role, Some(&id)));
                let path = format!("/api/v1/organizations/{id}/roles/{name}/users:count");
                get(path, count)
            }
            RoleUse::Default => {
                let creators = choices.of(&[None, Some("admin"), Some("alpha"), Some("beta")]);
                let mut body = json!({ "default_member_role": name });
                if let Some(creators) = creators {
                    body["default_creator_role"] = creators.into();
                }
                let expected = self.set_defaults(creators, name);
                call("PATCH", "/api/v1/roles:set_defaults".into(), body, expected)
            }
            RoleUse::DefaultInOrganization => {
                let id = self.choose_organization(choices);
                let role = self
                    .organization(&id)
                    .and_then(|_| self.role_in(Some(&id), name));
                let expected = role.cloned().map(|role| {
                    self.organization_mut(&id).default_role = Some(name.into());
                    let mut value = self.role_json(&role, "");
                    value["default_member"] = true.into();
                    only("default_member", value)
                });
                let path = format!("/api/v1/organizations/{id}/roles:set_defaults");
                call(
                    "PATCH",
                    path,
                    json!({ "default_member_role": name }),
                    expected,
                )
            }
        }
    }

    fn permissions_json<'n>(&self, names: impl Iterator<Item = &'n str>) -> Value {
        let all = names.map(|name| self.permission(name).unwrap().to_json());
        json!({ "permissions": all.collect::<Vec<_>>() })
    }

    /// The count is a 64-bit integer, which is a string in JSON.
    fn count_json(&self, role: &Role, organization: Option<&str>) -> Value {
        match self.count(role, organization) {
            0 => json!({}),
            count => json!({ "count": count.to_string() }),
        }
    }

    /// Returns the number of users with a role, in one organization or in all.
    fn count(&self, role: &Role, organization: Option<&str>) -> usize {
        let have = self.users.iter().filter(|user| {
            user.memberships.iter().any(|own| {
                organization.is_none_or(|id| own.organization == id)
                    && self.roles_of(own).iter().any(|known| known.id == role.id)
            })
        });
        have.count()
    }

    fn set_defaults(&mut self, creators: Option<&str>, members: &str) -> Outcome {
        let creators = creators.map(|name| self.role(None, name)).transpose()?;
        let creators = creators.map(|role| role.id.clone());
        let members = self.role(None, members)?.id.clone();
        for role in self
            .roles
            .iter_mut()
            .filter(|role| role.organization.is_none())
        {
            role.for_members = role.id == members;
            if let Some(creators) = &creators {
                role.for_creators = role.id == *creators;
            }
        }
        let find = |matches: fn(&&Role) -> bool| {
            let role = self.roles.iter().find(matches);
            role.map(|role| self.role_json(role, ""))
        };
        Ok(json!({
            "default_creator": find(|role| role.for_creators),
            "default_member": find(|role| role.for_members),
        }))
    }

    /// Deletes a role. If members have the role, a successor is required, which they get instead.
    /// Roles that extend the deleted role no longer extend any role.
    pub(super) fn delete_role(
        &mut self,
        scope: Option<&str>,
        name: &str,
        successor: Option<&str>,
    ) -> Outcome {
        let role = self.role(scope, name)?.clone();
        let next = successor
            .map(|name| self.role_in(scope, name).cloned())
            .transpose()?;
        if next.as_ref().is_some_and(|next| next.id == role.id) {
            return Err(ExpectedError::invalid(
                "reassign_role_name",
                "reassign_role_name.other",
            ));
        }
        if next.is_none() && self.count(&role, None) > 0 {
            return Err(ExpectedError::precondition("FAILED_PRECONDITION").about("role", name));
        }
        let model = self.clone();
        for own in self.users.iter_mut().flat_map(|user| &mut user.memberships) {
            if model.roles_of(own).iter().any(|known| known.id == role.id) {
                let next = &next.as_ref().unwrap().name;
                let has_next = own.roles.contains(next);
                own.roles.retain(|known| !(has_next && known == name));
                for known in own.roles.iter_mut().filter(|known| *known == name) {
                    known.clone_from(next);
                }
            }
        }
        for organization in &mut self.organizations {
            let default = organization.default_role.as_deref();
            let default = default.and_then(|name| model.role_in(Some(&organization.id), name).ok());
            if default.is_some_and(|default| default.id == role.id) {
                organization.default_role = next.as_ref().map(|next| next.name.clone());
            }
        }
        for dependent in model.dependents(&role) {
            self.role_mut(&dependent.id).extends = None;
        }
        if let (Some(next), None) = (&next, &role.organization) {
            let next = self.role_mut(&next.id);
            next.for_creators |= role.for_creators;
            next.for_members |= role.for_members;
        }
        self.roles.retain(|one| one.id != role.id);
        Ok(json!({}))
    }
}
