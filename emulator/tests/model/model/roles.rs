//! Roles of the environment and of organizations.

use serde_json::{Value, json};

use super::permissions::NAMES as PERMISSIONS;
use super::{Choices, Model, only};
use crate::machine::Roles;
use crate::step::{ExpectedError, Outcome, Step, call, get};

pub(super) const NAMES: [&str; 6] = ["alpha", "beta", "gamma", "delta", "member", "admin"];

#[derive(Clone, Debug)]
pub(super) struct Role {
    pub(super) id: String,
    pub(super) name: String,
    display_name: String,
    description: String,
    pub(super) extends: Option<String>,
    pub(super) permissions: Vec<String>,
    /// `None` for a role of the environment.
    pub(super) organization: Option<String>,
    pub(super) for_creators: bool,
    pub(super) for_members: bool,
}

/// Returns the initial roles of an environment.
pub(super) fn initial() -> Vec<Role> {
    let role = |number: u32, name: &str, display_name: &str| Role {
        id: format!("$role.{number}"),
        name: name.into(),
        display_name: display_name.into(),
        description: String::new(),
        extends: None,
        permissions: Vec::new(),
        organization: None,
        for_creators: name == "admin",
        for_members: name == "member",
    };
    vec![role(0, "admin", "Admin"), role(1, "member", "Member")]
}

impl Role {
    /// Returns the JSON of the role in memberships.
    pub(super) fn member_json(&self) -> Value {
        json!({ "id": self.id, "name": self.name, "display_name": self.display_name })
    }
}

impl Model {
    pub(super) fn perform_roles(&mut self, operation: Roles, choices: &mut Choices<'_>) -> Step {
        let organization = choices
            .of(&[true, false, false])
            .then(|| self.choose_organization(choices));
        let scope = organization.as_deref();
        let base = scope.map_or("/api/v1".to_owned(), |id| {
            format!("/api/v1/organizations/{id}")
        });
        let known = scope.map_or(Ok(()), |id| self.organization(id).map(|_| ()));
        let name = choices.of(&NAMES);
        let path = format!("{base}/roles/{name}");
        match operation {
            Roles::Create => {
                let (mut body, changes) = changes(choices);
                body["name"] = name.into();
                body["display_name"] = json!(format!("The {name}"));
                let expected = known.and_then(|()| self.create_role(scope, name, changes));
                call("POST", format!("{base}/roles"), body, expected)
            }
            Roles::Update => {
                let (mut body, changes) = changes(choices);
                let display_name = choices.of(&["", "Renamed"]);
                if !display_name.is_empty() {
                    body["display_name"] = display_name.into();
                }
                let expected =
                    known.and_then(|()| self.update_role(scope, name, display_name, changes));
                call("PUT", path, body, expected)
            }
            Roles::Get => {
                let include = choices.of(&["", "permissions", "permissions:all"]);
                let role = known.and_then(|()| self.role(scope, name));
                let expected = role.map(|role| only("role", self.role_json(role, include)));
                get(format!("{path}?include={include}"), expected)
            }
            Roles::Delete => {
                let successor = choices.of(&[None, Some("alpha"), Some("beta"), Some("member")]);
                let query =
                    successor.map_or(String::new(), |name| format!("?reassign_role_name={name}"));
                let expected = known.and_then(|()| self.delete_role(scope, name, successor));
                call("DELETE", format!("{path}{query}"), Value::Null, expected)
            }
            Roles::DeleteBase => {
                let expected = known
                    .and_then(|()| self.role(scope, name).cloned())
                    .map(|role| {
                        self.role_mut(&role.id).extends = None;
                        json!({})
                    });
                call("DELETE", format!("{path}/base"), Value::Null, expected)
            }
            Roles::List => {
                let include = choices.of(&["", "permissions", "permissions:all"]);
                match scope {
                    Some(id) => self.list_organization_roles(id, include),
                    None => self.list_roles(include),
                }
            }
        }
    }

    /// Returns the role with this name and exactly this scope.
    pub(super) fn role(&self, scope: Option<&str>, name: &str) -> Result<&Role, ExpectedError> {
        let own = |one: &&Role| one.name == name && one.organization.as_deref() == scope;
        let found = self.roles.iter().find(own);
        found.ok_or_else(|| ExpectedError::not_found("role", name))
    }

    /// Returns the role of the organization with this name, or else the role of the environment.
    pub(super) fn role_in(&self, scope: Option<&str>, name: &str) -> Result<&Role, ExpectedError> {
        self.role(scope, name).or_else(|_| self.role(None, name))
    }

    pub(super) fn role_mut(&mut self, id: &str) -> &mut Role {
        self.roles.iter_mut().find(|one| one.id == id).unwrap()
    }

    pub(super) fn base_of(&self, role: &Role) -> Option<&Role> {
        let base = role.extends.as_ref()?;
        self.role_in(role.organization.as_deref(), base).ok()
    }

    /// Returns a role and all roles that it extends, directly or indirectly.
    fn ancestry<'m>(&'m self, role: &'m Role) -> Vec<&'m Role> {
        std::iter::successors(Some(role), |role| self.base_of(role)).collect()
    }

    /// Returns the effective permissions. Each one has the name of the nearest role that grants it.
    pub(super) fn effective<'m>(&'m self, role: &'m Role) -> Vec<(&'m str, &'m str)> {
        let mut all: Vec<(&str, &str)> = Vec::new();
        for role in self.ancestry(role) {
            for own in &role.permissions {
                if !all.iter().any(|(known, _)| known == own) {
                    all.push((own, &role.name));
                }
            }
        }
        all
    }

    pub(super) fn role_json(&self, role: &Role, include: &str) -> Value {
        let all = match include {
            "permissions" => role
                .permissions
                .iter()
                .map(|own| (own.as_str(), role.name.as_str()))
                .collect(),
            "permissions:all" => self.effective(role),
            _ => Vec::new(),
        };
        let permissions = all.into_iter().map(|(name, from)| {
            let mut value = self.permission(name).unwrap().to_json();
            value["role_name"] = from.into();
            value
        });
        let default = match &role.organization {
            Some(id) => self.organization(id).unwrap().default_role.as_ref() == Some(&role.name),
            None => role.for_members,
        };
        json!({
            "id": role.id,
            "name": role.name,
            "display_name": role.display_name,
            "description": role.description,
            "default_creator": role.for_creators,
            "default_member": default,
            "extends": role.extends,
            "permissions": permissions.collect::<Vec<_>>(),
            "dependent_roles_count": self.dependents(role).len(),
            "is_org_role": role.organization.is_some(),
        })
    }

    pub(super) fn dependents(&self, role: &Role) -> Vec<&Role> {
        let extends = |one: &&Role| self.base_of(one).is_some_and(|base| base.id == role.id);
        self.roles.iter().filter(extends).collect()
    }

    /// Returns the names of existing permissions. Unknown names are ignored.
    fn known_permissions(&self, names: &[&str]) -> Vec<String> {
        let known = names.iter().filter(|name| self.permission(name).is_ok());
        known.map(|name| (*name).to_owned()).collect()
    }

    fn can_extend(&self, scope: Option<&str>, name: &str, base: &str) -> Result<(), ExpectedError> {
        let cycle = ExpectedError::invalid("role.extends", "role.extends.cycle");
        if base == name {
            return Err(cycle);
        }
        let ancestry = self.ancestry(self.role_in(scope, base)?);
        let is_same = |one: &&Role| one.name == name && one.organization.as_deref() == scope;
        if ancestry.iter().any(is_same) {
            Err(cycle)
        } else {
            Ok(())
        }
    }

    fn create_role(&mut self, scope: Option<&str>, name: &str, changes: Changes) -> Outcome {
        if self.role_in(scope, name).is_ok() {
            return Err(ExpectedError::exists("ROLE_KEYNAME_CONFLICT", "role", name));
        }
        if let Some(base) = changes.extends {
            self.can_extend(scope, name, base)?;
        }
        let new = Role {
            id: self.symbol("role"),
            name: name.into(),
            display_name: format!("The {name}"),
            description: changes.description.into(),
            extends: changes.extends.map(str::to_owned),
            permissions: self.known_permissions(&changes.permissions),
            organization: scope.map(str::to_owned),
            for_creators: false,
            for_members: false,
        };
        self.roles.push(new.clone());
        Ok(only("role", self.role_json(&new, "permissions")))
    }

    fn update_role(
        &mut self,
        scope: Option<&str>,
        name: &str,
        display_name: &str,
        changes: Changes,
    ) -> Outcome {
        let id = self.role(scope, name)?.id.clone();
        if let Some(base) = changes.extends {
            self.can_extend(scope, name, base)?;
        }
        let permissions = self.known_permissions(&changes.permissions);
        let role = self.role_mut(&id);
        if let Some(base) = changes.extends {
            role.extends = Some(base.into());
        }
        if !display_name.is_empty() {
            role.display_name = display_name.into();
        }
        if !changes.description.is_empty() {
            role.description = changes.description.into();
        }
        if !changes.permissions.is_empty() {
            role.permissions = permissions;
        }
        Ok(only(
            "role",
            self.role_json(self.role(scope, name)?, "permissions"),
        ))
    }

    pub(super) fn list_roles(&self, include: &str) -> Step {
        let own = self.roles.iter().filter(|one| one.organization.is_none());
        let rows: Vec<Value> = own.map(|one| self.role_json(one, include)).collect();
        get(
            format!("/api/v1/roles?include={include}"),
            Ok(json!({ "roles": rows })),
        )
    }

    pub(super) fn list_organization_roles(&self, id: &str, include: &str) -> Step {
        let own = self
            .roles
            .iter()
            .filter(|one| one.organization.as_deref() == Some(id));
        let rows: Vec<Value> = own.map(|one| self.role_json(one, include)).collect();
        let expected = self.organization(id).map(|_| json!({ "roles": rows }));
        get(
            format!("/api/v1/organizations/{id}/roles?include={include}"),
            expected,
        )
    }
}

/// The properties of a new or updated role.
struct Changes {
    description: &'static str,
    extends: Option<&'static str>,
    permissions: Vec<&'static str>,
}

fn changes(choices: &mut Choices<'_>) -> (Value, Changes) {
    let description = choices.of(&["", "Described"]);
    let extends = choices.of(&[
        None,
        None,
        None,
        Some("alpha"),
        Some("beta"),
        Some("member"),
        Some("admin"),
        Some("unknown"),
    ]);
    let number = usize::from(choices.next() % 4);
    let start = usize::from(choices.next());
    let permissions: Vec<&str> = (0..number)
        .map(|index| PERMISSIONS[(start + index) % PERMISSIONS.len()])
        .collect();
    let mut body = json!({ "permissions": permissions });
    if !description.is_empty() {
        body["description"] = description.into();
    }
    if let Some(base) = extends {
        body["extends"] = base.into();
    }
    let changes = Changes {
        description,
        extends,
        permissions,
    };
    (body, changes)
}
