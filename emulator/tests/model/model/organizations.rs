use serde_json::{Value, json};

use super::{Choices, Model, only};
use crate::machine::Organizations;
use crate::step::{ExpectedError, Outcome, Step, call, get, list};

/// Only a few values, so that conflicts occur.
const EXTERNAL: [&str; 5] = ["", "ext-1", "ext-2", "ext-3", "ext-4"];
const SLUGS: [&str; 4] = ["", "slug-1", "slug-2", "slug-3"];
const NAMES: [&str; 3] = ["Acme", "Globex", "Initech"];
const PLANS: [&str; 3] = ["", "free", "pro"];
const QUERIES: [&str; 6] = ["ACM", "ext-", "slug-2", "nothing", "org_", "tech"];

#[derive(Clone, Debug)]
pub(super) struct Organization {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) external: String,
    slug: String,
    plan: String,
    pub(super) max_users: i32,
    /// The default role of new members.
    pub(super) default_role: Option<String>,
}

impl Organization {
    fn to_json(&self) -> Value {
        json!({
            "id": self.id,
            "create_time": "<time>",
            "update_time": "<time>",
            "display_name": self.name,
            "external_id": self.external,
            "slug": self.slug,
            "metadata": metadata("plan", &self.plan),
        })
    }

    fn matches(&self, query: &str) -> bool {
        let query = query.to_lowercase();
        let texts = ["org_", &self.name, &self.external, &self.slug];
        texts
            .iter()
            .any(|text| text.to_lowercase().contains(&query))
    }
}

/// Returns a map with one entry, or null if the value is empty.
pub(super) fn metadata(key: &str, value: &str) -> Value {
    if value.is_empty() {
        Value::Null
    } else {
        json!({ key: value })
    }
}

impl Model {
    pub(super) fn perform_organizations(
        &mut self,
        operation: Organizations,
        choices: &mut Choices<'_>,
    ) -> Step {
        match operation {
            Organizations::Create => self.create_organization(choices),
            Organizations::Get => self.get_organization(&self.choose_organization(choices)),
            Organizations::GetByExternalId => {
                let external = choices.of(&EXTERNAL[1..]);
                let found = self
                    .organizations
                    .iter()
                    .find(|one| one.external == external);
                let expected =
                    found.ok_or_else(|| ExpectedError::not_found("organization", external));
                get(
                    format!("/api/v1/organizations:external/{external}"),
                    expected.map(|one| only("organization", one.to_json())),
                )
            }
            Organizations::Update => self.update_organization(choices),
            Organizations::Delete => {
                let id = self.choose_organization(choices);
                let path = format!("/api/v1/organizations/{id}");
                call("DELETE", path, Value::Null, self.delete_organization(&id))
            }
            Organizations::List => self.list_organizations(usize::from(choices.next() % 5) + 1),
            Organizations::ListByExternalId => {
                let external = choices.of(&EXTERNAL[1..]);
                let rows = self
                    .organizations
                    .iter()
                    .filter(|one| one.external == external);
                let path = format!("/api/v1/organizations?external_id={external}");
                list(
                    path,
                    "organizations",
                    2,
                    Ok(rows.map(Organization::to_json).collect()),
                )
            }
            Organizations::Search => {
                let query = choices.of(&QUERIES);
                let rows = self
                    .organizations
                    .iter()
                    .rev()
                    .filter(|one| one.matches(query));
                let path = format!("/api/v1/organizations:search?query={query}");
                list(
                    path,
                    "organizations",
                    2,
                    Ok(rows.map(Organization::to_json).collect()),
                )
            }
            Organizations::Limit => {
                let id = self.choose_organization(choices);
                let limit = choices.of(&[2, 4, 6, 100]);
                let expected = self.organization(&id).cloned().map(|mut one| {
                    one.max_users = limit;
                    *self.organization_mut(&id) = one;
                    json!({ "settings": { "max_allowed_users": limit } })
                });
                let path = format!("/api/v1/organizations/{id}/settings/usermanagement");
                let body = json!({ "settings": { "max_allowed_users": limit } });
                call("PATCH", path, body, expected)
            }
        }
    }

    pub(super) fn organization_mut(&mut self, id: &str) -> &mut Organization {
        self.organizations
            .iter_mut()
            .find(|one| one.id == id)
            .unwrap()
    }

    /// The list starts with the newest organization.
    pub(super) fn list_organizations(&self, size: usize) -> Step {
        let rows = self.organizations.iter().rev().map(Organization::to_json);
        list(
            "/api/v1/organizations".into(),
            "organizations",
            size,
            Ok(rows.collect()),
        )
    }

    pub(super) fn get_organization(&self, id: &str) -> Step {
        let expected = self
            .organization(id)
            .map(|one| only("organization", one.to_json()));
        get(format!("/api/v1/organizations/{id}"), expected)
    }

    fn names_are_free(&self, own: &str, external: &str, slug: &str) -> Result<(), ExpectedError> {
        let taken = |value: &str, of: fn(&Organization) -> &String| {
            let mut others = self.organizations.iter().filter(|one| one.id != own);
            !value.is_empty() && others.any(|one| of(one) == value)
        };
        let exists = |value| {
            Err(ExpectedError::exists(
                "RESOURCE_ALREADY_EXISTS",
                "organization",
                value,
            ))
        };
        if taken(external, |one| &one.external) {
            exists(external)
        } else if taken(slug, |one| &one.slug) {
            exists(slug)
        } else {
            Ok(())
        }
    }

    fn create_organization(&mut self, choices: &mut Choices<'_>) -> Step {
        let (name, external) = (choices.of(&NAMES), choices.of(&EXTERNAL));
        let (slug, plan) = (choices.of(&SLUGS), choices.of(&PLANS));
        let mut body = json!({ "display_name": name, "metadata": metadata("plan", plan) });
        for (field, value) in [("external_id", external), ("slug", slug)] {
            if !value.is_empty() {
                body[field] = value.into();
            }
        }
        let expected = self.names_are_free("", external, slug).map(|()| {
            let new = Organization {
                id: self.symbol("org"),
                name: name.into(),
                external: external.into(),
                slug: slug.into(),
                plan: plan.into(),
                max_users: 0,
                default_role: None,
            };
            self.organizations.push(new.clone());
            only("organization", new.to_json())
        });
        call("POST", "/api/v1/organizations".into(), body, expected)
    }

    /// Absent fields are not changed, empty fields are cleared, and metadata is replaced
    /// completely.
    fn update_organization(&mut self, choices: &mut Choices<'_>) -> Step {
        let id = self.choose_organization(choices);
        let field = choices.of(&["display_name", "external_id", "slug", "metadata", "none"]);
        let (mut body, mut new) = (json!({}), self.organization(&id).cloned());
        let value = match field {
            "display_name" => choices.of(&NAMES),
            "external_id" => choices.of(&EXTERNAL),
            "slug" => choices.of(&SLUGS),
            "metadata" => choices.of(&PLANS[1..]),
            _ => "",
        };
        if field == "metadata" {
            body[field] = metadata("plan", value);
        } else if field != "none" {
            body[field] = value.into();
        }
        if let Ok(new) = &mut new {
            match field {
                "display_name" => new.name = value.into(),
                "external_id" => new.external = value.into(),
                "slug" => new.slug = value.into(),
                "metadata" => new.plan = value.into(),
                _ => {}
            }
        }
        let expected = new.and_then(|new| {
            self.names_are_free(&id, &new.external, &new.slug)?;
            *self.organization_mut(&id) = new.clone();
            Ok(only("organization", new.to_json()))
        });
        call(
            "PATCH",
            format!("/api/v1/organizations/{id}"),
            body,
            expected,
        )
    }

    /// Deletes the organization and its resources. The users are not deleted.
    fn delete_organization(&mut self, id: &str) -> Outcome {
        self.organization(id)?;
        self.domains.retain(|one| one.organization != id);
        self.connections.retain(|one| one.organization != id);
        self.directories.retain(|one| one.organization != id);
        self.clients.retain(|one| one.organization != id);
        self.tokens.retain(|one| one.organization != id);
        self.roles
            .retain(|one| one.organization.as_deref() != Some(id));
        for user in self.users.clone() {
            self.leave(&user.id, id);
        }
        self.organizations.retain(|one| one.id != id);
        Ok(json!({}))
    }
}
