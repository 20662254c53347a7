use serde_json::{Value, json};

use super::{Choices, Model, only};
use crate::machine::Connections;
use crate::step::{ExpectedError, Step, call, get};

/// A SAML connection of an organization.
#[derive(Clone, Debug)]
pub(super) struct Connection {
    id: String,
    pub(super) organization: String,
    enabled: bool,
    completed: bool,
}

impl Model {
    pub(super) fn perform_connections(
        &mut self,
        operation: Connections,
        choices: &mut Choices<'_>,
    ) -> Step {
        if operation == Connections::List {
            let organization = choices
                .of(&[true, true, false])
                .then(|| self.choose_organization(choices));
            return self.list_connections(organization.as_deref(), choices.of(&[true, false]));
        }
        let all = self
            .connections
            .iter()
            .map(|one| (&one.id, &one.organization));
        let (id, organization) = match operation {
            Connections::Create | Connections::List => {
                (String::new(), self.choose_organization(choices))
            }
            _ => self.choose_owned("conn", all, choices),
        };
        let path = format!("/api/v1/organizations/{organization}/connections");
        if operation == Connections::Create {
            let expected = self.organization(&organization).cloned().map(|_| {
                let new = Connection {
                    id: self.symbol("conn"),
                    organization,
                    enabled: false,
                    completed: false,
                };
                self.connections.push(new.clone());
                only("connection", self.connection_json(&new))
            });
            return call(
                "POST",
                path,
                json!({ "type": "SAML", "provider": "OKTA" }),
                expected,
            );
        }
        let found = self.connection(&organization, &id).cloned();
        let path = format!("{path}/{id}");
        match operation {
            Connections::Enable | Connections::Disable => {
                let (action, enabled) = if operation == Connections::Enable {
                    ("enable", true)
                } else {
                    ("disable", false)
                };
                if found.is_ok() {
                    let own = self
                        .connections
                        .iter_mut()
                        .find(|one| one.id == id)
                        .unwrap();
                    own.enabled = enabled;
                    own.completed |= enabled;
                }
                let expected = found.map(|_| json!({ "enabled": enabled }));
                call("PATCH", format!("{path}:{action}"), Value::Null, expected)
            }
            Connections::Delete => {
                if found.is_ok() {
                    self.connections.retain(|one| one.id != id);
                }
                call("DELETE", path, Value::Null, found.map(|_| json!({})))
            }
            _ => get(
                path,
                found.map(|one| only("connection", self.connection_json(&one))),
            ),
        }
    }

    fn connection(&self, organization: &str, id: &str) -> Result<&Connection, ExpectedError> {
        self.organization(organization)?;
        let own = |one: &&Connection| one.id == id && one.organization == organization;
        let found = self.connections.iter().find(own);
        found.ok_or_else(|| ExpectedError::not_found("connection", id))
    }

    fn connection_json(&self, one: &Connection) -> Value {
        let base = format!("<url>/sso/v1/saml/{}", one.id);
        let domains = self.domains.iter();
        let leading =
            domains.filter(|domain| domain.organization == one.organization && !domain.allowed);
        json!({
            "id": one.id,
            "provider": "OKTA",
            "type": "SAML",
            "status": if one.completed { "COMPLETED" } else { "DRAFT" },
            "enabled": one.enabled,
            "organization_id": one.organization,
            "create_time": "<time>",
            "update_time": "<time>",
            "saml_config": {
                "sp_entity_id": base,
                "sp_assertion_url": format!("{base}/callback"),
                "sp_metadata_url": format!("{base}/metadata"),
                "idp_name_id_format": "NAME_ID_FORMAT_NIL",
                "sp_slo_url": format!("{base}/slo"),
            },
            "domains": leading.map(super::domains::Domain::to_json).collect::<Vec<_>>(),
        })
    }

    /// Without `all`, the list contains only enabled connections.
    pub(super) fn list_connections(&self, organization: Option<&str>, all: bool) -> Step {
        let known = organization.map_or(Ok(()), |id| self.organization(id).map(|_| ()));
        let listed = self.connections.iter().filter(|one| {
            (all || one.enabled) && organization.is_none_or(|id| one.organization == id)
        });
        let rows: Vec<Value> = listed
            .map(|one| {
                let domains = self.domains.iter();
                let leading = domains
                    .filter(|domain| domain.organization == one.organization && !domain.allowed);
                json!({
                    "id": one.id,
                    "provider": "OKTA",
                    "type": "SAML",
                    "status": if one.completed { "COMPLETED" } else { "DRAFT" },
                    "enabled": one.enabled,
                    "organization_id": one.organization,
                    "organization_name": self.organization(&one.organization).unwrap().name,
                    "domains": leading.map(|domain| &domain.name).collect::<Vec<_>>(),
                    "created_at": "<time>",
                })
            })
            .collect();
        let organization = organization.map(|id| format!("organization_id={id}"));
        let include = all.then(|| "include=all".to_owned());
        let query: Vec<String> = organization.into_iter().chain(include).collect();
        let path = format!("/api/v1/connections?{}", query.join("&"));
        get(path, known.map(|()| json!({ "connections": rows })))
    }
}
