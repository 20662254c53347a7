//! Machine clients of organizations, with their secrets.

use serde_json::{Value, json};

use super::{Model, Picks, only};
use crate::machine::Clients;
use crate::step::{Fail, Outcome, Step, call, get, walk};

#[derive(Clone, Debug)]
pub(super) struct Client {
    id: String,
    pub(super) organization: String,
    name: String,
    description: String,
    team: String,
    secrets: Vec<String>,
}

/// A secret; its plain text is shown when it is made and never again.
fn secret(id: &str, plain: bool) -> Value {
    json!({
        "id": id,
        "create_time": "<time>",
        "update_time": "<time>",
        "status": "ACTIVE",
        "secret_suffix": "<text>",
        "plain_secret": if plain { "<text>" } else { "" },
    })
}

impl Client {
    fn shown(&self, plain: bool) -> Value {
        let secrets = self.secrets.iter().map(|id| secret(id, plain));
        let claim = json!([{ "key": "team", "value": self.team }]);
        json!({
            "client_id": self.id,
            "organization_id": self.organization,
            "name": self.name,
            "description": self.description,
            "custom_claims": if self.team.is_empty() { json!([]) } else { claim },
            "expiry": "3600",
            "secrets": secrets.collect::<Vec<_>>(),
            "create_time": "<time>",
            "update_time": "<time>",
        })
    }
}

impl Model {
    pub(super) fn act_clients(&mut self, what: Clients, picks: &mut Picks<'_>) -> Step {
        let all = self.clients.iter().map(|one| (&one.id, &one.organization));
        let (id, organization) = match what {
            Clients::Create | Clients::List => (String::new(), self.pick_organization(picks)),
            _ => self.pick_owned("m2morg", all, picks),
        };
        let path = format!("/api/v1/organizations/{organization}/clients");
        match what {
            Clients::Create => return self.create_client(organization, path, picks),
            Clients::List => return self.list_clients(&organization, usize::from(picks.next() % 4) + 1),
            _ => {}
        }
        let path = format!("{path}/{id}");
        let found = self.client(&organization, &id).cloned();
        match what {
            Clients::Update => {
                let (description, team) = (
                    picks.of(&["", "Imports", "Exports"]),
                    picks.of(&["", "data", "ops"]),
                );
                let mut body = json!({ "description": description });
                if !team.is_empty() {
                    body["custom_claims"] = json!([{ "key": "team", "value": team }]);
                }
                // What is empty is kept.
                let expected = found.map(|mut one| {
                    if !description.is_empty() {
                        one.description = description.into();
                    }
                    if !team.is_empty() {
                        one.team = team.into();
                    }
                    self.store_client(&one);
                    only("client", one.shown(false))
                });
                call("PATCH", path, body, expected)
            }
            Clients::Delete => {
                if found.is_ok() {
                    self.clients.retain(|one| one.id != id);
                }
                call("DELETE", path, Value::Null, found.map(|_| json!({})))
            }
            Clients::AddSecret => {
                let expected = found.map(|mut one| {
                    let new = self.symbol("sks");
                    one.secrets.push(new.clone());
                    self.store_client(&one);
                    json!({ "plain_secret": "<text>", "secret": secret(&new, true) })
                });
                call("POST", format!("{path}/secrets"), Value::Null, expected)
            }
            Clients::DeleteSecret => {
                let secrets = found.iter().flat_map(|one| &one.secrets);
                let secret = picks.id("sks", secrets);
                let expected = found.and_then(|one| self.delete_secret(one, &secret));
                call(
                    "DELETE",
                    format!("{path}/secrets/{secret}"),
                    Value::Null,
                    expected,
                )
            }
            _ => get(path, found.map(|one| only("client", one.shown(false)))),
        }
    }

    fn client(&self, organization: &str, id: &str) -> Result<&Client, Fail> {
        self.organization(organization)?;
        let own = |one: &&Client| one.id == id && one.organization == organization;
        let found = self.clients.iter().find(own);
        found.ok_or_else(|| Fail::not_found("client", id))
    }

    fn store_client(&mut self, new: &Client) {
        let mut all = self.clients.iter_mut();
        *all.find(|one| one.id == new.id).unwrap() = new.clone();
    }

    fn create_client(&mut self, organization: String, path: String, picks: &mut Picks<'_>) -> Step {
        let (name, team) = (picks.of(&["Importer", "Exporter"]), picks.of(&["", "data"]));
        let mut body = json!({ "name": name });
        if !team.is_empty() {
            body["custom_claims"] = json!([{ "key": "team", "value": team }]);
        }
        let expected = self.organization(&organization).cloned().map(|_| {
            let new = Client {
                id: self.symbol("m2morg"),
                organization,
                name: name.into(),
                description: String::new(),
                team: team.into(),
                secrets: vec![self.symbol("sks")],
            };
            self.clients.push(new.clone());
            json!({ "client": new.shown(true), "plain_secret": "<text>" })
        });
        call("POST", path, body, expected)
    }

    fn delete_secret(&mut self, mut one: Client, secret: &str) -> Outcome {
        if !one.secrets.iter().any(|known| known == secret) {
            return Err(Fail::not_found("secret", secret));
        }
        if one.secrets.len() == 1 {
            return Err(Fail::precondition("LAST_CLIENT_SECRET").about("secret", secret));
        }
        one.secrets.retain(|known| known != secret);
        self.store_client(&one);
        Ok(json!({}))
    }

    pub(super) fn list_clients(&self, organization: &str, size: usize) -> Step {
        let own = self.clients.iter().filter(|one| one.organization == organization);
        let rows = own.map(|one| one.shown(false)).collect();
        let expected = self.organization(organization).map(|_| rows);
        walk(
            format!("/api/v1/organizations/{organization}/clients"),
            "clients",
            size,
            expected,
        )
    }
}
