use serde_json::{Value, json};

use super::{Model, Picks, only};
use crate::machine::Directories;
use crate::step::{Fail, Step, call, get};

#[derive(Clone, Debug)]
pub(super) struct Directory {
    id: String,
    pub(super) organization: String,
    enabled: bool,
}

impl Directory {
    fn shown(&self) -> Value {
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
    pub(super) fn act_directories(&mut self, what: Directories, picks: &mut Picks<'_>) -> Step {
        let all = self.directories.iter().map(|one| (&one.id, &one.organization));
        let (id, organization) = match what {
            Directories::Create | Directories::List => (String::new(), self.pick_organization(picks)),
            _ => self.pick_owned("dir", all, picks),
        };
        let path = format!("/api/v1/organizations/{organization}/directories");
        if what == Directories::List {
            return self.list_directories(&organization);
        }
        if what == Directories::Create {
            let expected = self.organization(&organization).cloned().map(|_| {
                let new = Directory {
                    id: self.symbol("dir"),
                    organization,
                    enabled: true,
                };
                self.directories.push(new.clone());
                only("directory", new.shown())
            });
            let body = json!({ "directory_type": "SCIM", "directory_provider": "OKTA" });
            return call("POST", path, body, expected);
        }
        let found = self.directory(&organization, &id).cloned();
        let path = format!("{path}/{id}");
        match what {
            Directories::Enable | Directories::Disable => {
                let (word, on) = if what == Directories::Enable {
                    ("enable", true)
                } else {
                    ("disable", false)
                };
                if found.is_ok() {
                    let mut all = self.directories.iter_mut();
                    all.find(|one| one.id == id).unwrap().enabled = on;
                }
                let expected = found.map(|_| json!({ "enabled": on }));
                call("PATCH", format!("{path}:{word}"), Value::Null, expected)
            }
            Directories::Delete => {
                let expected = found.and_then(|one| {
                    if one.enabled {
                        return Err(Fail::precondition("DIRECTORY_ENABLED").about("directory", &id));
                    }
                    self.directories.retain(|one| one.id != id);
                    Ok(json!({}))
                });
                call("DELETE", path, Value::Null, expected)
            }
            _ => get(path, found.map(|one| only("directory", one.shown()))),
        }
    }

    fn directory(&self, organization: &str, id: &str) -> Result<&Directory, Fail> {
        self.organization(organization)?;
        let own = |one: &&Directory| one.id == id && one.organization == organization;
        let found = self.directories.iter().find(own);
        found.ok_or_else(|| Fail::not_found("directory", id))
    }

    pub(super) fn list_directories(&self, organization: &str) -> Step {
        let own = self
            .directories
            .iter()
            .filter(|one| one.organization == organization);
        let rows: Vec<Value> = own.map(Directory::shown).collect();
        let expected = self
            .organization(organization)
            .map(|_| json!({ "directories": rows }));
        get(
            format!("/api/v1/organizations/{organization}/directories"),
            expected,
        )
    }
}
