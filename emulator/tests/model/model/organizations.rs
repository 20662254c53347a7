use serde_json::{Value, json};

use super::{Model, Picks, only};
use crate::machine::Organizations;
use crate::step::{Fail, Outcome, Step, call, get, walk};

/// Few, so that they are taken now and then.
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
    pub(super) most_users: i32,
    /// The role that members get here by default.
    pub(super) default_role: Option<String>,
}

impl Organization {
    fn shown(&self) -> Value {
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

    fn fits(&self, query: &str) -> bool {
        let query = query.to_lowercase();
        let texts = ["org_", &self.name, &self.external, &self.slug];
        texts.iter().any(|text| text.to_lowercase().contains(&query))
    }
}

/// A map of one entry; none without a value.
pub(super) fn metadata(key: &str, value: &str) -> Value {
    if value.is_empty() {
        Value::Null
    } else {
        json!({ key: value })
    }
}

impl Model {
    pub(super) fn act_organizations(&mut self, what: Organizations, picks: &mut Picks<'_>) -> Step {
        match what {
            Organizations::Create => self.create_organization(picks),
            Organizations::Get => self.get_organization(&self.pick_organization(picks)),
            Organizations::GetByExternalId => {
                let external = picks.of(&EXTERNAL[1..]);
                let found = self.organizations.iter().find(|one| one.external == external);
                let expected = found.ok_or_else(|| Fail::not_found("organization", external));
                get(
                    format!("/api/v1/organizations:external/{external}"),
                    expected.map(|one| only("organization", one.shown())),
                )
            }
            Organizations::Update => self.update_organization(picks),
            Organizations::Delete => {
                let id = self.pick_organization(picks);
                let path = format!("/api/v1/organizations/{id}");
                call("DELETE", path, Value::Null, self.delete_organization(&id))
            }
            Organizations::List => self.list_organizations(usize::from(picks.next() % 5) + 1),
            Organizations::ListByExternalId => {
                let external = picks.of(&EXTERNAL[1..]);
                let rows = self.organizations.iter().filter(|one| one.external == external);
                let path = format!("/api/v1/organizations?external_id={external}");
                walk(
                    path,
                    "organizations",
                    2,
                    Ok(rows.map(Organization::shown).collect()),
                )
            }
            Organizations::Search => {
                let query = picks.of(&QUERIES);
                let rows = self.organizations.iter().rev().filter(|one| one.fits(query));
                let path = format!("/api/v1/organizations:search?query={query}");
                walk(
                    path,
                    "organizations",
                    2,
                    Ok(rows.map(Organization::shown).collect()),
                )
            }
            Organizations::Limit => {
                let id = self.pick_organization(picks);
                let most = picks.of(&[2, 4, 6, 100]);
                let expected = self.organization(&id).cloned().map(|mut one| {
                    one.most_users = most;
                    *self.organization_mut(&id) = one;
                    json!({ "settings": { "max_allowed_users": most } })
                });
                let path = format!("/api/v1/organizations/{id}/settings/usermanagement");
                let body = json!({ "settings": { "max_allowed_users": most } });
                call("PATCH", path, body, expected)
            }
        }
    }

    pub(super) fn organization_mut(&mut self, id: &str) -> &mut Organization {
        self.organizations.iter_mut().find(|one| one.id == id).unwrap()
    }

    /// The newest first.
    pub(super) fn list_organizations(&self, size: usize) -> Step {
        let rows = self.organizations.iter().rev().map(Organization::shown);
        walk(
            "/api/v1/organizations".into(),
            "organizations",
            size,
            Ok(rows.collect()),
        )
    }

    pub(super) fn get_organization(&self, id: &str) -> Step {
        let expected = self.organization(id).map(|one| only("organization", one.shown()));
        get(format!("/api/v1/organizations/{id}"), expected)
    }

    fn names_are_free(&self, own: &str, external: &str, slug: &str) -> Result<(), Fail> {
        let taken = |value: &str, of: fn(&Organization) -> &String| {
            let mut others = self.organizations.iter().filter(|one| one.id != own);
            !value.is_empty() && others.any(|one| of(one) == value)
        };
        let exists = |value| Err(Fail::exists("RESOURCE_ALREADY_EXISTS", "organization", value));
        if taken(external, |one| &one.external) {
            exists(external)
        } else if taken(slug, |one| &one.slug) {
            exists(slug)
        } else {
            Ok(())
        }
    }

    fn create_organization(&mut self, picks: &mut Picks<'_>) -> Step {
        let (name, external) = (picks.of(&NAMES), picks.of(&EXTERNAL));
        let (slug, plan) = (picks.of(&SLUGS), picks.of(&PLANS));
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
                most_users: 0,
                default_role: None,
            };
            self.organizations.push(new.clone());
            only("organization", new.shown())
        });
        call("POST", "/api/v1/organizations".into(), body, expected)
    }

    /// What is absent stays, what is empty is cleared; metadata is replaced as a whole.
    fn update_organization(&mut self, picks: &mut Picks<'_>) -> Step {
        let id = self.pick_organization(picks);
        let field = picks.of(&["display_name", "external_id", "slug", "metadata", "nothing"]);
        let (mut body, mut new) = (json!({}), self.organization(&id).cloned());
        let value = match field {
            "display_name" => picks.of(&NAMES),
            "external_id" => picks.of(&EXTERNAL),
            "slug" => picks.of(&SLUGS),
            "metadata" => picks.of(&PLANS[1..]),
            _ => "",
        };
        if field == "metadata" {
            body[field] = metadata("plan", value);
        } else if field != "nothing" {
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
            Ok(only("organization", new.shown()))
        });
        call("PATCH", format!("/api/v1/organizations/{id}"), body, expected)
    }

    /// All that is its own goes with it; its users stay.
    fn delete_organization(&mut self, id: &str) -> Outcome {
        self.organization(id)?;
        self.domains.retain(|one| one.organization != id);
        self.connections.retain(|one| one.organization != id);
        self.directories.retain(|one| one.organization != id);
        self.clients.retain(|one| one.organization != id);
        self.tokens.retain(|one| one.organization != id);
        self.roles.retain(|one| one.organization.as_deref() != Some(id));
        for user in self.users.clone() {
            self.leave(&user.id, id);
        }
        self.organizations.retain(|one| one.id != id);
        Ok(json!({}))
    }
}
