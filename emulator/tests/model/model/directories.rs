use serde_json::{Value, json};

use super::{Choices, Model, only};
use crate::machine::Directories;
use crate::step::{ExpectedError, Step, call, get};

#[derive(Clone, Debug)]
pub(super) struct Directory {
    id: String,
    pub(super) organization: String,
    enabled: bool,
}

impl Directory {
    fn to_json(&self) -> Value {
        json!({
            "id": self.id,
            "name": "OKTA SCIM directory",
            "directory_type": "SCIM",
            "directory_provider": "OKTA",
            "organization_id": self.organization,
            "enabled": self.enabled,
            "directory_endpoint": format!("<url>/api/v1/directories/{}/scim/v2", self.id),
            "stats": {},
        })
    }
}

impl Model {
    pub(super) fn perform_directories(
        &mut self,
        operation: Directories,
        choices: &mut Choices<'_>,
    ) -> Step {
        let all = self
            .directories
            .iter()
            .map(|one| (&one.id, &one.organization));
        let (id, organization) = match operation {
            Directories::Create | Directories::List => {
                (String::new(), self.choose_organization(choices))
            }
            _ => self.choose_owned("dir", all, choices),
        };
        let path = format!("/api/v1/organizations/{organization}/directories");
        if operation == Directories::List {
            return self.list_directories(&organization);
        }
        if operation == Directories::Create {
            let expected = self.organization(&organization).cloned().map(|_| {
                let new = Directory {
                    id: self.symbol("dir"),
                    organization,
                    enabled: true,
                };
                self.directories.push(new.clone());
                only("directory", new.to_json())
            });
            let body = json!({ "directory_type": "SCIM", "directory_provider": "OKTA" });
            return call("POST", path, body, expected);
        }
        let found = self.directory(&organization, &id).cloned();
        let path = format!("{path}/{id}");
        match operation {
            Directories::Enable | Directories::Disable => {
                let (action, enabled) = if operation == Directories::Enable {
                    ("enable", true)
                } else {
                    ("disable", false)
                };
                if found.is_ok() {
                    let mut all = self.directories.iter_mut();
                    all.find(|one| one.id == id).unwrap().enabled = enabled;
                }
                let expected = found.map(|_| json!({ "enabled": enabled }));
                call("PATCH", format!("{path}:{action}"), Value::Null, expected)
            }
            Directories::Delete => {
                let expected = found.and_then(|one| {
                    if one.enabled {
                        return Err(ExpectedError::precondition("DIRECTORY_ENABLED")
                            .about("directory", &id));
                    }
                    self.directories.retain(|one| one.id != id);
                    Ok(json!({}))
                });
                call("DELETE", path, Value::Null, expected)
            }
            _ => get(path, found.map(|one| only("directory", one.to_json()))),
        }
    }

    fn directory(&self, organization: &str, id: &str) -> Result<&Directory, ExpectedError> {
        self.organization(organization)?;
        let own = |one: &&Directory| one.id == id && one.organization == organization;
        let found = self.directories.iter().find(own);
        found.ok_or_else(|| ExpectedError::not_found("directory", id))
    }

    pub(super) fn list_directories(&self, organization: &str) -> Step {
        let own = self
            .directories
            .iter()
            .filter(|one| one.organization == organization);
        let rows: Vec<Value> = own.map(Directory::to_json).collect();
        let expected = self
            .organization(organization)
            .map(|_| json!({ "directories": rows }));
        get(
            format!("/api/v1/organizations/{organization}/directories"),
            expected,
        )
    }
}
