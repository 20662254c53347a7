use serde_json::{Value, json};

use super::{Choices, Model, only};
use crate::machine::Domains;
use crate::step::{ExpectedError, Step, call, get};

const NAMES: [&str; 5] = [
    "acme.com",
    "Acme.COM",
    "globex.org",
    "sub.initech.net",
    "nowhere",
];

#[derive(Clone, Debug)]
pub(super) struct Domain {
    id: String,
    pub(super) organization: String,
    pub(super) name: String,
    /// `true` for an allowed email domain, which does not select a connection.
    pub(super) allowed: bool,
}

impl Domain {
    pub(super) fn to_json(&self) -> Value {
        let (domain_type, status, method) = if self.allowed {
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
            "domain_type": domain_type,
            "create_time": "<time>",
            "update_time": "<time>",
        })
    }
}

impl Model {
    pub(super) fn perform_domains(
        &mut self,
        operation: Domains,
        choices: &mut Choices<'_>,
    ) -> Step {
        let all = self.domains.iter().map(|one| (&one.id, &one.organization));
        let (id, organization) = match operation {
            Domains::Get | Domains::Delete => self.choose_owned("dom", all, choices),
            Domains::Create | Domains::List => (String::new(), self.choose_organization(choices)),
        };
        let path = format!("/api/v1/organizations/{organization}/domains");
        match operation {
            Domains::Create => self.create_domain(organization, path, choices),
            Domains::Get => {
                let found = self.domain(&organization, &id);
                get(
                    format!("{path}/{id}"),
                    found.map(|one| only("domain", one.to_json())),
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
                    usize::from(choices.next() % 3) + 1,
                    usize::from(choices.next() % 3) + 1,
                );
                self.list_domains(&organization, size, number)
            }
        }
    }

    fn domain(&self, organization: &str, id: &str) -> Result<&Domain, ExpectedError> {
        self.organization(organization)?;
        let own = |one: &&Domain| one.id == id && one.organization == organization;
        let found = self.domains.iter().find(own);
        found.ok_or_else(|| ExpectedError::not_found("domain", id))
    }

    fn create_domain(
        &mut self,
        organization: String,
        path: String,
        choices: &mut Choices<'_>,
    ) -> Step {
        let (given, allowed) = (choices.of(&NAMES), choices.of(&[false, false, true]));
        let mut body = json!({ "domain": given });
        if allowed {
            body["domain_type"] = "ALLOWED_EMAIL_DOMAIN".into();
        }
        let name = given.to_lowercase();
        let taken = |one: &Domain| one.organization == organization && one.name == name;
        let expected = if let Err(error) = self.organization(&organization) {
            Err(error)
        } else if !name.contains('.') {
            Err(ExpectedError::invalid("domain.domain", "domain.name"))
        } else if self.domains.iter().any(taken) {
            Err(ExpectedError::exists(
                "RESOURCE_ALREADY_EXISTS",
                "domain",
                &name,
            ))
        } else {
            let id = self.symbol("dom");
            let new = Domain {
                id,
                organization,
                name,
                allowed,
            };
            self.domains.push(new.clone());
            Ok(only("domain", new.to_json()))
        };
        call("POST", path, body, expected)
    }

    /// The list of domains has numbered pages instead of page tokens.
    pub(super) fn list_domains(&self, organization: &str, size: usize, number: usize) -> Step {
        let own = self
            .domains
            .iter()
            .filter(|one| one.organization == organization);
        let page: Vec<Value> = own
            .skip((number - 1) * size)
            .take(size)
            .map(Domain::to_json)
            .collect();
        let expected = self
            .organization(organization)
            .map(|_| json!({ "page_size": size, "page_number": number, "domains": page }));
        get(
            format!(
                "/api/v1/organizations/{organization}/domains?page_size={size}&page_number={number}"
            ),
            expected,
        )
    }
}
