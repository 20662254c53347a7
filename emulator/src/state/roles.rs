//! Roles, what they inherit, and what their members may do.
//!
//! Roles, permissions and members refer to each other by name, as the API does. In an organization a name means
//! its own role first and the environment's role after.

use std::collections::HashSet;

use scalekit::api::commons::{self, OrganizationMembership};
use scalekit::api::roles::{Permission, Role, RolePermission};
use serde::{Deserialize, Serialize};

use super::rows::keys;
use super::{Key, Row, State};

/// A role of the environment, or of the organization it names. Of its permissions, the names count.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct RoleRow {
    #[serde(flatten)]
    pub(crate) role: Role,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) organization_id: Option<String>,
}

impl Row for RoleRow {
    const KIND: &'static str = "role";
    const PREFIX: &'static str = "role";

    fn id(&self) -> &str {
        &self.role.id
    }

    fn set_id(&mut self, id: String) {
        self.role.id = id;
    }

    fn keys(&self) -> Vec<Key> {
        let organization = self.organization_id.clone().unwrap_or_default();
        let mut all = keys([("extends", self.role.extends.as_deref())]);
        all.extend([
            ("name", self.role.name.clone()),
            ("own", own_key(self.organization_id.as_deref(), &self.role.name)),
            ("organization", organization),
        ]);
        all
    }
}

/// What a role stands under in the index `own`, by which it is found however many organizations have one of its name.
fn own_key(organization_id: Option<&str>, name: &str) -> String {
    format!("{}\n{name}", organization_id.unwrap_or_default())
}

impl RoleRow {
    /// The role as a membership names it.
    pub(crate) fn as_member_role(&self) -> commons::Role {
        commons::Role {
            id: self.role.id.clone(),
            name: self.role.name.clone(),
            display_name: self.role.display_name.clone(),
        }
    }
}

impl State {
    /// The roles that every environment starts with: `admin` for creators, `member` for everybody else. Their ids
    /// are the same everywhere, so that an export replaces them instead of adding to them.
    pub(crate) fn add_first_roles(&mut self) {
        let roles = [
            Role {
                id: "role_100000000000000001".into(),
                name: "admin".into(),
                display_name: "Admin".into(),
                default_creator: true,
                ..Role::default()
            },
            Role {
                id: "role_100000000000000002".into(),
                name: "member".into(),
                display_name: "Member".into(),
                default_member: true,
                ..Role::default()
            },
        ];
        for role in roles {
            self.roles.insert(
                &mut self.ids,
                RoleRow {
                    role,
                    organization_id: None,
                },
            );
        }
    }

    /// The role of exactly this organization, or of the environment without one.
    pub(crate) fn role(&self, organization_id: Option<&str>, name: &str) -> Option<&RoleRow> {
        self.roles.by("own", &own_key(organization_id, name)).next()
    }

    /// The role that a name means in an organization.
    pub(crate) fn role_in(&self, organization_id: &str, name: &str) -> Option<&RoleRow> {
        self.role(Some(organization_id), name)
            .or_else(|| self.role(None, name))
    }

    /// The role that new members of an organization get when no other one is named.
    pub(crate) fn default_member_role(&self, organization_id: &str) -> Option<&RoleRow> {
        let own = self.default_member_roles.get(organization_id);
        own.and_then(|name| self.role_in(organization_id, name))
            .or_else(|| {
                self.roles
                    .by("organization", "")
                    .find(|row| row.role.default_member)
            })
    }

    /// The role that `row` extends.
    pub(crate) fn base_of(&self, row: &RoleRow) -> Option<&RoleRow> {
        let name = row.role.extends.as_deref()?;
        match row.organization_id.as_deref() {
            Some(organization_id) => self.role_in(organization_id, name),
            None => self.role(None, name),
        }
    }

    /// The role and all that it extends, the nearest first. A circle, which only a seed can make, ends it.
    pub(crate) fn lineage<'a>(&'a self, row: &'a RoleRow) -> Vec<&'a RoleRow> {
        let mut lineage = vec![row];
        let mut last = row;
        while let Some(base) = self.base_of(last)
            && !lineage.iter().any(|known| known.role.id == base.role.id)
        {
            lineage.push(base);
            last = base;
        }
        lineage
    }

    /// The roles that extend `row` directly.
    pub(crate) fn dependents_of(&self, row: &RoleRow) -> impl Iterator<Item = &RoleRow> {
        let same_name = self.roles.by("extends", &row.role.name);
        same_name.filter(|other| {
            self.base_of(other)
                .is_some_and(|base| base.role.id == row.role.id)
        })
    }

    pub(crate) fn permission(&self, name: &str) -> Option<&Permission> {
        self.permissions.by("name", name).next()
    }

    /// The permissions that the role has of its own.
    pub(crate) fn own_permissions(&self, row: &RoleRow) -> Vec<&Permission> {
        row.role
            .permissions
            .iter()
            .filter_map(|own| self.permission(&own.name))
            .collect()
    }

    /// The permissions of the role and of all that it extends, each with the name of the nearest role that has it.
    pub(crate) fn effective_permissions<'a>(&'a self, row: &'a RoleRow) -> Vec<(&'a Permission, &'a str)> {
        let mut seen = HashSet::new();
        let mut all = Vec::new();
        for role in self.lineage(row) {
            let own = self
                .own_permissions(role)
                .into_iter()
                .filter(|permission| seen.insert(permission.name.as_str()));
            all.extend(own.map(|permission| (permission, role.role.name.as_str())));
        }
        all
    }

    /// The roles of a member, without those that are gone.
    pub(crate) fn member_roles(&self, membership: &OrganizationMembership) -> Vec<&RoleRow> {
        let named = membership.roles.iter();
        named
            .filter_map(|role| self.role_in(&membership.organization_id, &role.name))
            .collect()
    }

    /// What a member may do through all roles, each permission once.
    pub(crate) fn member_permissions(&self, membership: &OrganizationMembership) -> Vec<&Permission> {
        let mut seen = HashSet::new();
        let roles = self.member_roles(membership).into_iter();
        let all = roles.flat_map(|role| self.effective_permissions(role));
        all.map(|(permission, _)| permission)
            .filter(|permission| seen.insert(permission.name.as_str()))
            .collect()
    }

    /// Whether `row` is among the roles of a member.
    pub(crate) fn has_role(&self, membership: &OrganizationMembership, row: &RoleRow) -> bool {
        membership.roles.iter().any(|role| role.name == row.role.name)
            && self
                .role_in(&membership.organization_id, &row.role.name)
                .is_some_and(|meant| meant.role.id == row.role.id)
    }

    /// The number of users who have the role, in one organization or in any.
    pub(crate) fn users_with(&self, row: &RoleRow, organization_id: Option<&str>) -> usize {
        let name = &row.role.name;
        let Some(id) = row.organization_id.as_deref().or(organization_id) else {
            // Unless an organization has a role of this name too, the name says it all.
            if self.roles.count_by("name", name) == 1 {
                return self.users.count_by("role", name);
            }
            let having = |membership: &OrganizationMembership| self.has_role(membership, row);
            let users = self.users.by("role", name);
            return users.filter(|user| user.memberships.iter().any(having)).count();
        };
        if organization_id.is_some_and(|wanted| wanted != id) {
            return 0;
        }
        let having = |membership: &OrganizationMembership| {
            membership.organization_id == id && self.has_role(membership, row)
        };
        let members = self.users.by("organization", id);
        members.filter(|user| user.memberships.iter().any(having)).count()
    }

    /// Names of the roles and of the permissions that a user has in an organization, as tokens carry them.
    pub(crate) fn grants_of_member(
        &self,
        user_id: &str,
        organization_id: &str,
    ) -> (Vec<String>, Vec<String>) {
        let Ok(membership) = self.membership(user_id, organization_id) else {
            return Default::default();
        };
        let roles = self
            .member_roles(membership)
            .iter()
            .map(|row| row.role.name.clone())
            .collect();
        let permissions = self
            .member_permissions(membership)
            .iter()
            .map(|one| one.name.clone())
            .collect();
        (roles, permissions)
    }
}

/// A permission as a role shows it.
pub(crate) fn role_permission(permission: &Permission, role_name: &str) -> RolePermission {
    RolePermission {
        id: permission.id.clone(),
        name: permission.name.clone(),
        description: permission.description.clone(),
        create_time: permission.create_time,
        update_time: permission.update_time,
        role_name: role_name.to_owned(),
    }
}
