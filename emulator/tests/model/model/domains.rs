use serde_json::{Value, json};

use super::{Model, Picks, only};
use crate::machine::Domains;
use crate::step::{Fail, Step, call, get};

const NAMES: [&str; 5] = ["acme.com", "Acme.COM", "globex.org", "sub.initech.net", "nowhere"];

#[derive(Clone, Debug)]
pub(super) struct Domain {
    id: String,
    pub(super) organization: String,
    pub(super) name: String,
    /// It only lists addresses that are allowed, and leads nobody to a connection.
    pub(super) allowed: bool,
}

impl Domain {
    pub(super) fn shown(&self) -> Value {
        let (kind, status, method) = if self.allowed {
            ("ALLOWED_EMAIL_DOMAIN", "AUTO_VERIFIED", "NOT_APPLICABLE")
        } else {
            ("ORGANIZATION_DOMAIN", "PENDING", "DNS")
        };
        json!({
            "id": self.id,
            "domain": self.name,
            "environment_id": "<text>",
            "organization_id": self.organization,
            "txt_record_key": "<text>",
            "txt_record_secret": "<text>",
            "verification_status": status,
            "verification_method": method,
            "domain_type": kind,
            "create_time": "<time>",
            "update_time": "<time>",
        })
    }
}

impl Model {
    pub(super) fn act_domains(&mut self, what: Domains, picks: &mut Picks<'_>) -> Step {
        let all = self.domains.iter().map(|one| (&one.id, &one.organization));
        let (id, organization) = match what {
            Domains::Get | Domains::Delete => self.pick_owned("dom", all, picks),
            Domains::Create | Domains::List => (String::new(), self.pick_organization(picks)),
        };
        let path = format!("/api/v1/organizations/{organization}/domains");
        match what {
            Domains::Create => self.create_domain(organization, path, picks),
            Domains::Get => {
                let found = self.domain(&organization, &id);
                get(
                    format!("{path}/{id}"),
                    found.map(|one| only("domain", one.shown())),
                )
            }
            Domains::Delete => {
                let expected = self.domain(&organization, &id).map(|_| json!({}));
                if expected.is_ok() {
                    self.domains.retain(|one| one.id != id);
                }
                call("DELETE", format!("{path}/{id}"), Value::Null, expected)
            }
            Domains::List => {
                let (size, number) = (
                    usize::from(picks.next() % 3) + 1,
                    usize::from(picks.next() % 3) + 1,
                );
                self.list_domains(&organization, size, number)
            }
        }
    }

    fn domain(&self, organization: &str, id: &str) -> Result<&Domain, Fail> {
        self.organization(organization)?;
        let own = |one: &&Domain| one.id == id && one.organization == organization;
        let found = self.domains.iter().find(own);
        found.ok_or_else(|| Fail::not_found("domain", id))
    }

    fn create_domain(&mut self, organization: String, path: String, picks: &mut Picks<'_>) -> Step {
        let (given, allowed) = (picks.of(&NAMES), picks.of(&[false, false, true]));
        let mut body = json!({ "domain": given });
        if allowed {
            body["domain_type"] = "ALLOWED_EMAIL_DOMAIN".into();
        }
        let name = given.to_lowercase();
        let taken = |one: &Domain| one.organization == organization && one.name == name;
        let expected = if let Err(fail) = self.organization(&organization) {
            Err(fail)
        } else if !name.contains('.') {
            Err(Fail::invalid("domain.domain", "domain.name"))
        } else if self.domains.iter().any(taken) {
            Err(Fail::exists("RESOURCE_ALREADY_EXISTS", "domain", &name))
        } else {
            let id = self.symbol("dom");
            let new = Domain {
                id,
                organization,
                name,
                allowed,
            };
            self.domains.push(new.clone());
            Ok(only("domain", new.shown()))
        };
        call("POST", path, body, expected)
    }

    /// Domains have numbered pages.
    pub(super) fn list_domains(&self, organization: &str, size: usize, number: usize) -> Step {
        let own = self.domains.iter().filter(|one| one.organization == organization);
        let page: Vec<Value> = own
            .skip((number - 1) * size)
            .take(size)
            .map(Domain::shown)
            .collect();
        let expected = self
            .organization(organization)
            .map(|_| json!({ "page_size": size, "page_number": number, "domains": page }));
        get(
            format!("/api/v1/organizations/{organization}/domains?page_size={size}&page_number={number}"),
            expected,
        )
    }
}
