use serde_json::{Value, json};

use super::{Model, Picks, only};
use crate::machine::Permissions;
use crate::step::{Fail, Step, call, get, walk};

pub(super) const NAMES: [&str; 6] = ["read", "write", "erase", "audit:read", "audit:write", "bill"];

#[derive(Clone, Debug)]
pub(super) struct Permission {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) description: String,
}

impl Permission {
    pub(super) fn shown(&self) -> Value {
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
    pub(super) fn act_permissions(&mut self, what: Permissions, picks: &mut Picks<'_>) -> Step {
        let name = picks.of(&NAMES);
        let path = format!("/api/v1/permissions/{name}");
        let found = self.permission(name).cloned();
        match what {
            Permissions::Create => {
                let description = picks.of(&["", "Some", "Other"]);
                let expected = match found {
                    Ok(_) => Err(Fail::exists("ALREADY_EXISTS", "permission", name)),
                    Err(_) => {
                        let new = Permission {
                            id: self.symbol("perm"),
                            name: name.into(),
                            description: description.into(),
                        };
                        self.permissions.push(new.clone());
                        Ok(only("permission", new.shown()))
                    }
                };
                let body = json!({ "name": name, "description": description });
                call("POST", "/api/v1/permissions".into(), body, expected)
            }
            Permissions::Get => get(path, found.map(|one| only("permission", one.shown()))),
            Permissions::Update => {
                let (new_name, description) = (picks.of(&NAMES), picks.of(&["", "New"]));
                let expected = found.and_then(|one| self.update_permission(one, new_name, description));
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
            Permissions::List => self.list_permissions(usize::from(picks.next() % 4) + 1),
        }
    }

    pub(super) fn permission(&self, name: &str) -> Result<&Permission, Fail> {
        let found = self.permissions.iter().find(|one| one.name == name);
        found.ok_or_else(|| Fail::not_found("permission", name))
    }

    /// A new name goes along to the roles; an empty description is kept.
    fn update_permission(&mut self, old: Permission, name: &str, description: &str) -> Result<Value, Fail> {
        if name != old.name && self.permission(name).is_ok() {
            return Err(Fail::exists("ALREADY_EXISTS", "permission", name));
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
        Ok(only("permission", one.shown()))
    }

    pub(super) fn list_permissions(&self, size: usize) -> Step {
        let rows = self.permissions.iter().map(Permission::shown).collect();
        walk("/api/v1/permissions".into(), "permissions", size, Ok(rows))
    }
}
