//! Machine clients of organizations, with their secrets.

use serde_json::{Value, json};

use super::{Choices, Model, only};
use crate::machine::Clients;
use crate::step::{ExpectedError, Outcome, Step, call, get, list};

#[derive(Clone, Debug)]
pub(super) struct Client {
    id: String,
    pub(super) organization: String,
    name: String,
    description: String,
    team: String,
    secrets: Vec<String>,
}

/// Returns the JSON of a secret. Only the response to its creation contains the plain text.
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
    fn to_json(&self, plain: bool) -> Value {
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
    pub(super) fn perform_clients(
        &mut self,
        operation: Clients,
        choices: &mut Choices<'_>,
    ) -> Step {
        let all = self.clients.iter().map(|one| (&one.id, &one.organization));
        let (id, organization) = match operation {
            Clients::Create | Clients::List => (String::new(), self.choose_organization(choices)),
            _ => self.choose_owned("m2morg", all, choices),
        };
        let path = format!("/api/v1/organizations/{organization}/clients");
        match operation {
            Clients::Create => return self.create_client(organization, path, choices),
            Clients::List => {
                return self.list_clients(&organization, usize::from(choices.next() % 4) + 1);
            }
            _ => {}
        }
        let path = format!("{path}/{id}");
        let found = self.client(&organization, &id).cloned();
        match operation {
            Clients::Update => {
                let (description, team) = (
                    choices.of(&["", "Imports", "Exports"]),
                    choices.of(&["", "data", "ops"]),
                );
                let mut body = json!({ "description": description });
                if !team.is_empty() {
                    body["custom_claims"] = json!([{ "key": "team", "value": team }]);
                }
                // Empty fields are not changed.
                let expected = found.map(|mut one| {
                    if !description.is_empty() {
                        one.description = description.into();
                    }
                    if !team.is_empty() {
                        one.team = team.into();
                    }
                    self.store_client(&one);
                    only("client", one.to_json(false))
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
                let secret = choices.id("sks", secrets);
                let expected = found.and_then(|one| self.delete_secret(one, &secret));
                call(
                    "DELETE",
                    format!("{path}/secrets/{secret}"),
                    Value::Null,
                    expected,
                )
            }
            _ => get(path, found.map(|one| only("client", one.to_json(false)))),
        }
    }

    fn client(&self, organization: &str, id: &str) -> Result<&Client, ExpectedError> {
        self.organization(organization)?;
        let own = |one: &&Client| one.id == id && one.organization == organization;
        let found = self.clients.iter().find(own);
        found.ok_or_else(|| ExpectedError::not_found("client", id))
    }

    fn store_client(&mut self, new: &Client) {
        let mut all = self.clients.iter_mut();
        *all.find(|one| one.id == new.id).unwrap() = new.clone();
    }

    fn create_client(
        &mut self,
        organization: String,
        path: String,
        choices: &mut Choices<'_>,
    ) -> Step {
        let (name, team) = (
            choices.of(&["Importer", "Exporter"]),
            choices.of(&["", "data"]),
        );
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
            json!({ "client": new.to_json(true), "plain_secret": "<text>" })
        });
        call("POST", path, body, expected)
    }

    fn delete_secret(&mut self, mut one: Client, secret: &str) -> Outcome {
        if !one.secrets.iter().any(|known| known == secret) {
            return Err(ExpectedError::not_found("secret", secret));
        }
        if one.secrets.len() == 1 {
            return Err(ExpectedError::precondition("LAST_CLIENT_SECRET").about("secret", secret));
        }
        one.secrets.retain(|known| known != secret);
        self.store_client(&one);
        Ok(json!({}))
    }

    pub(super) fn list_clients(&self, organization: &str, size: usize) -> Step {
        let own = self
            .clients
            .iter()
            .filter(|one| one.organization == organization);
        let rows = own.map(|one| one.to_json(false)).collect();
        let expected = self.organization(organization).map(|_| rows);
        list(
            format!("/api/v1/organizations/{organization}/clients"),
            "clients",
            size,
            expected,
        )
    }
}
