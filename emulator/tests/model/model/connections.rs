use serde_json::{Value, json};

use super::{Model, Picks, only};
use crate::machine::Connections;
use crate::step::{Fail, Step, call, get};

/// A SAML connection of an organization.
#[derive(Clone, Debug)]
pub(super) struct Connection {
    id: String,
    pub(super) organization: String,
    enabled: bool,
    completed: bool,
}

impl Model {
    pub(super) fn act_connections(&mut self, what: Connections, picks: &mut Picks<'_>) -> Step {
        if what == Connections::List {
            let organization = picks
                .of(&[true, true, false])
                .then(|| self.pick_organization(picks));
            return self.list_connections(organization.as_deref(), picks.of(&[true, false]));
        }
        let all = self.connections.iter().map(|one| (&one.id, &one.organization));
        let (id, organization) = match what {
            Connections::Create | Connections::List => (String::new(), self.pick_organization(picks)),
            _ => self.pick_owned("conn", all, picks),
        };
        let path = format!("/api/v1/organizations/{organization}/connections");
        if what == Connections::Create {
            let expected = self.organization(&organization).cloned().map(|_| {
                let new = Connection {
                    id: self.symbol("conn"),
                    organization,
                    enabled: false,
                    completed: false,
                };
                self.connections.push(new.clone());
                only("connection", self.shown_connection(&new))
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
        match what {
            Connections::Enable | Connections::Disable => {
                let (word, on) = if what == Connections::Enable {
                    ("enable", true)
                } else {
                    ("disable", false)
                };
                if found.is_ok() {
                    let own = self.connections.iter_mut().find(|one| one.id == id).unwrap();
                    own.enabled = on;
                    own.completed |= on;
                }
                let expected = found.map(|_| json!({ "enabled": on }));
                call("PATCH", format!("{path}:{word}"), Value::Null, expected)
            }
            Connections::Delete => {
                if found.is_ok() {
                    self.connections.retain(|one| one.id != id);
                }
                call("DELETE", path, Value::Null, found.map(|_| json!({})))
            }
            _ => get(
                path,
                found.map(|one| only("connection", self.shown_connection(&one))),
            ),
        }
    }

    fn connection(&self, organization: &str, id: &str) -> Result<&Connection, Fail> {
        self.organization(organization)?;
        let own = |one: &&Connection| one.id == id && one.organization == organization;
        let found = self.connections.iter().find(own);
        found.ok_or_else(|| Fail::not_found("connection", id))
    }

    fn shown_connection(&self, one: &Connection) -> Value {
        let place = format!("<url>/sso/v1/saml/{}", one.id);
        let domains = self.domains.iter();
        let leading = domains.filter(|domain| domain.organization == one.organization && !domain.allowed);
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
                "sp_entity_id": place,
                "sp_assertion_url": format!("{place}/callback"),
                "sp_metadata_url": format!("{place}/metadata"),
                "idp_name_id_format": "NAME_ID_FORMAT_NIL",
                "sp_slo_url": format!("{place}/slo"),
            },
            "domains": leading.map(super::domains::Domain::shown).collect::<Vec<_>>(),
        })
    }

    /// Without `all`, those that are enabled.
    pub(super) fn list_connections(&self, organization: Option<&str>, all: bool) -> Step {
        let known = organization.map_or(Ok(()), |id| self.organization(id).map(|_| ()));
        let wanted = self
            .connections
            .iter()
            .filter(|one| (all || one.enabled) && organization.is_none_or(|id| one.organization == id));
        let rows: Vec<Value> = wanted
            .map(|one| {
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
