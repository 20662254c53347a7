use serde_json::{Value, json};

use super::{Choices, Model, only};
use crate::machine::Permissions;
use crate::step::{ExpectedError, Step, call, get, list};

pub(super) const NAMES: [&str; 6] = [
    "read",
    "write",
    "erase",
    "audit:read",
    "audit:write",
    "bill",
];

#[derive(Clone, Debug)]
pub(super) struct Permission {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) description: String,
}

impl Permission {
    pub(super) fn to_json(&self) -> Value {
        json!({
            "id": self.id,
            "name": self.name,
            "description": self.description,
            "create_time": "<time>",
            "update_time": "<time>",
        })
    }
}

impl Model {
    pub(super) fn perform_permissions(
        &mut self,
        operation: Permissions,
        choices: &mut Choices<'_>,
    ) -> Step {
        let name = choices.of(&NAMES);
        let path = format!("/api/v1/permissions/{name}");
        let found = self.permission(name).cloned();
        match operation {
            Permissions::Create => {
                let description = choices.of(&["", "Some", "Other"]);
                let expected = match found {
                    Ok(_) => Err(ExpectedError::exists("ALREADY_EXISTS", "permission", name)),
                    Err(_) => {
                        let new = Permission {
                            id: self.symbol("perm"),
                            name: name.into(),
                            description: description.into(),
                        };
                        self.permissions.push(new.clone());
                        Ok(only("permission", new.to_json()))
                    }
                };
                let body = json!({ "name": name, "description": description });
                call("POST", "/api/v1/permissions".into(), body, expected)
            }
            Permissions::Get => get(path, found.map(|one| only("permission", one.to_json()))),
            Permissions::Update => {
                let (new_name, description) = (choices.of(&NAMES), choices.of(&["", "New"]));
                let expected =
                    found.and_then(|one| self.update_permission(one, new_name, description));
                let body = json!({ "name": new_name, "description": description });
                call("PUT", path, body, expected)
            }
            Permissions::Delete => {
                self.permissions.retain(|one| one.name != name);
                for role in &mut self.roles {
                    role.permissions.retain(|own| own != name);
                }
                call("DELETE", path, Value::Null, found.map(|_| json!({})))
            }
            Permissions::List => self.list_permissions(usize::from(choices.next() % 4) + 1),
        }
    }

    pub(super) fn permission(&self, name: &str) -> Result<&Permission, ExpectedError> {
        let found = self.permissions.iter().find(|one| one.name == name);
        found.ok_or_else(|| ExpectedError::not_found("permission", name))
    }

    /// Roles get the new name too. An empty description is ignored.
    fn update_permission(
        &mut self,
        old: Permission,
        name: &str,
        description: &str,
    ) -> Result<Value, ExpectedError> {
        if name != old.name && self.permission(name).is_ok() {
            return Err(ExpectedError::exists("ALREADY_EXISTS", "permission", name));
        }
        for role in &mut self.roles {
            for own in role.permissions.iter_mut().filter(|own| **own == old.name) {
                *own = name.into();
            }
        }
        let mut all = self.permissions.iter_mut();
        let one = all.find(|one| one.id == old.id).unwrap();
        one.name = name.into();
        if !description.is_empty() {
            one.description = description.into();
        }
        Ok(only("permission", one.to_json()))
    }

    pub(super) fn list_permissions(&self, size: usize) -> Step {
        let rows = self.permissions.iter().map(Permission::to_json).collect();
        list("/api/v1/permissions".into(), "permissions", size, Ok(rows))
    }
}
