//! Roles, role inheritance and permissions.
//!
//! Roles, permissions and members refer to each other by name, as in the API. In an organization, a
//! name refers to the organization's own role if it exists, otherwise to the environment's role.

use std::collections::HashSet;

use scalekit::api::raw::commons::{self, OrganizationMembership};
use scalekit::api::raw::roles::{Permission, Role, RolePermission};
use serde::{Deserialize, Serialize};

use super::rows::keys;
use super::{Key, Row, State};

/// A role of the environment or of an organization. Only the names of its permissions are stored.
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
            (
                "own",
                own_key(self.organization_id.as_deref(), &self.role.name),
            ),
            ("organization", organization),
        ]);
        all
    }
}

/// Returns the key in the index `own`, which identifies one role even if several organizations have
/// a role with the same name.
fn own_key(organization_id: Option<&str>, name: &str) -> String {
    [organization_id.unwrap_or_default(), "\n", name].concat()
}

impl RoleRow {
    /// Returns the role as memberships contain it.
    pub(crate) fn as_member_role(&self) -> commons::Role {
        commons::Role {
            id: self.role.id.clone(),
            name: self.role.name.clone(),
            display_name: self.role.display_name.clone(),
        }
    }
}

impl State {
    /// Adds the initial roles of an environment: `admin` for creators and `member` for other
    /// members. Their ids are fixed, so that importing an export replaces them.
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

    /// Returns the role of the organization, or of the environment if `organization_id` is `None`.
    pub(crate) fn role(&self, organization_id: Option<&str>, name: &str) -> Option<&RoleRow> {
        self.roles.by("own", &own_key(organization_id, name)).next()
    }

    /// Resolves a role name in an organization.
    pub(crate) fn role_in(&self, organization_id: &str, name: &str) -> Option<&RoleRow> {
        self.role(Some(organization_id), name)
            .or_else(|| self.role(None, name))
    }

    /// Returns the default role for new members of an organization.
    pub(crate) fn default_member_role(&self, organization_id: &str) -> Option<&RoleRow> {
        let own = self.default_member_roles.get(organization_id);
        own.and_then(|name| self.role_in(organization_id, name))
            .or_else(|| {
                self.roles
                    .by("organization", "")
                    .find(|row| row.role.default_member)
            })
    }

    /// Returns the role that `row` extends.
    pub(crate) fn base_of(&self, row: &RoleRow) -> Option<&RoleRow> {
        let name = row.role.extends.as_deref()?;
        match row.organization_id.as_deref() {
            Some(organization_id) => self.role_in(organization_id, name),
            None => self.role(None, name),
        }
    }

    /// Returns the role and the roles it extends, nearest first. Stops at a cycle, which a seed can
    /// create.
    pub(crate) fn lineage<'a>(&'a self, row: &'a RoleRow) -> Vec<&'a RoleRow> {
        let mut lineage = vec![row];
        let mut last = row;
        while let Some(base) = self.base_of(last)
            && !lineage.iter().any(|seen| seen.role.id == base.role.id)
        {
            lineage.push(base);
            last = base;
        }
        lineage
    }

    /// Returns the roles that directly extend `row`.
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

    /// Returns the permissions that are assigned to the role itself.
    pub(crate) fn own_permissions(&self, row: &RoleRow) -> Vec<&Permission> {
        row.role
            .permissions
            .iter()
            .filter_map(|own| self.permission(&own.name))
            .collect()
    }

    /// Returns the permissions of the role and of the roles it extends. Each is paired with the
    /// name of the nearest role that grants it.
    pub(crate) fn effective_permissions<'a>(
        &'a self,
        row: &'a RoleRow,
    ) -> Vec<(&'a Permission, &'a str)> {
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

    /// Returns the roles of a member, without deleted ones.
    pub(crate) fn member_roles(&self, membership: &OrganizationMembership) -> Vec<&RoleRow> {
        let names = membership.roles.iter();
        names
            .filter_map(|role| self.role_in(&membership.organization_id, &role.name))
            .collect()
    }

    /// Returns the permissions of a member with these roles, without duplicates.
    pub(crate) fn member_permissions<'a>(&'a self, roles: &[&'a RoleRow]) -> Vec<&'a Permission> {
        let mut seen = HashSet::new();
        let all = roles
            .iter()
            .flat_map(|role| self.effective_permissions(role));
        all.map(|(permission, _)| permission)
            .filter(|permission| seen.insert(permission.name.as_str()))
            .collect()
    }

    /// Returns `true` if the member has the role `row`.
    pub(crate) fn has_role(&self, membership: &OrganizationMembership, row: &RoleRow) -> bool {
        membership
            .roles
            .iter()
            .any(|role| role.name == row.role.name)
            && self
                .role_in(&membership.organization_id, &row.role.name)
                .is_some_and(|resolved| resolved.role.id == row.role.id)
    }

    /// Returns the number of users who have the role, in one organization or in all.
    pub(crate) fn users_with(&self, row: &RoleRow, organization_id: Option<&str>) -> usize {
        let name = &row.role.name;
        let Some(id) = row.organization_id.as_deref().or(organization_id) else {
            // The index is exact if only one role has this name.
            if self.roles.count_by("name", name) == 1 {
                return self.users.count_by("role", name);
            }
            let having = |membership: &OrganizationMembership| self.has_role(membership, row);
            let users = self.users.by("role", name);
            return users
                .filter(|user| user.memberships.iter().any(having))
                .count();
        };
        if organization_id.is_some_and(|requested| requested != id) {
            return 0;
        }
        let having = |membership: &OrganizationMembership| {
            membership.organization_id == id && self.has_role(membership, row)
        };
        let members = self.users.by("organization", id);
        members
            .filter(|user| user.memberships.iter().any(having))
            .count()
    }

    /// Returns the names of the roles and permissions of a user in an organization, for token
    /// claims.
    pub(crate) fn grants_of_member(
        &self,
        user_id: &str,
        organization_id: &str,
    ) -> (Vec<String>, Vec<String>) {
        let Ok(membership) = self.membership(user_id, organization_id) else {
            return Default::default();
        };
        let roles = self.member_roles(membership);
        let permissions = self.member_permissions(&roles).into_iter();
        (
            roles.iter().map(|row| row.role.name.clone()).collect(),
            permissions.map(|one| one.name.clone()).collect(),
        )
    }
}

/// Returns a permission as roles contain it.
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
