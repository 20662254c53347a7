use serde_json::{Value, json};

use super::members::Membership;
use super::organizations::metadata;
use super::{Model, Picks, only};
use crate::machine::Users;
use crate::step::{Fail, Outcome, Step, call, get, walk};

const EMAILS: [&str; 8] = [
    "ann@acme.com",
    "ANN@acme.com",
    "bob@acme.com",
    "cyd@globex.org",
    "dan@globex.org",
    "eve@initech.net",
    "fay@initech.net",
    "gus@initech.net",
];
pub(super) const EXTERNAL: [&str; 5] = ["", "crm-1", "crm-2", "crm-3", "crm-4"];
const GIVEN: [&str; 3] = ["", "Ann", "Bob"];
const FAMILY: [&str; 3] = ["", "Lee", "Ray"];
const QUERIES: [&str; 6] = ["acme", "CRM-", "nn le", "usr_", "nobody", "initech.net"];

#[derive(Clone, Debug)]
pub(super) struct User {
    pub(super) id: String,
    pub(super) email: String,
    pub(super) external: String,
    given: String,
    family: String,
    name: String,
    team: String,
    pub(super) memberships: Vec<Membership>,
}

impl User {
    pub(super) fn membership(&self, organization: &str) -> Option<&Membership> {
        self.memberships
            .iter()
            .find(|own| own.organization == organization)
    }

    fn fits(&self, query: &str) -> bool {
        let query = query.to_lowercase();
        let texts = [
            "usr_",
            &self.email,
            &self.external,
            &self.name,
            &self.given,
            &self.family,
        ];
        texts.iter().any(|text| text.to_lowercase().contains(&query))
    }

    fn full_name(given: &str, family: &str) -> String {
        format!("{given} {family}").trim().to_owned()
    }
}

impl Model {
    pub(super) fn act_users(&mut self, what: Users, picks: &mut Picks<'_>) -> Step {
        match what {
            Users::Create => self.create_user(picks),
            Users::Get => {
                let (path, user) = self.named_user(picks);
                let expected = user.map(|user| only("user", self.shown_user(&user)));
                get(path, expected)
            }
            Users::Update => self.update_user(picks),
            Users::Delete => {
                let (path, user) = self.named_user(picks);
                let expected = user.map(|user| {
                    self.delete_user(&user.id);
                    json!({})
                });
                call("DELETE", path, Value::Null, expected)
            }
            Users::List => self.list_users(usize::from(picks.next() % 5) + 1),
            Users::ListMembers => {
                let organization = self.pick_organization(picks);
                self.list_members(&organization, usize::from(picks.next() % 4) + 1)
            }
            Users::Search => {
                let query = picks.of(&QUERIES);
                let rows = self.users.iter().filter(|user| user.fits(query));
                let rows = rows.map(|user| self.shown_user(user)).collect();
                let query = query.replace(' ', "%20");
                walk(
                    format!("/api/v1/users:search?query={query}"),
                    "users",
                    2,
                    Ok(rows),
                )
            }
            Users::SearchMembers => {
                let (organization, query) = (self.pick_organization(picks), picks.of(&QUERIES));
                let fits = |user: &&User| user.membership(&organization).is_some() && user.fits(query);
                let rows = self
                    .users
                    .iter()
                    .filter(fits)
                    .map(|user| self.shown_user(user))
                    .collect();
                let query = query.replace(' ', "%20");
                let path = format!("/api/v1/organizations/{organization}/users:search?query={query}");
                walk(path, "users", 2, self.organization(&organization).map(|_| rows))
            }
        }
    }

    pub(super) fn user(&self, id: &str) -> Result<&User, Fail> {
        let found = self.users.iter().find(|one| one.id == id);
        found.ok_or_else(|| Fail::not_found("user", id))
    }

    pub(super) fn user_mut(&mut self, id: &str) -> &mut User {
        self.users.iter_mut().find(|one| one.id == id).unwrap()
    }

    /// A user by id or by external id: the path that names one, without what comes before `users`.
    pub(super) fn pick_named(&self, picks: &mut Picks<'_>) -> (String, Result<User, Fail>) {
        if picks.of(&[true, true, false]) {
            let id = self.pick_user(picks);
            (format!("users/{id}"), self.user(&id).cloned())
        } else {
            let external = picks.of(&EXTERNAL[1..]);
            let found = self.users.iter().find(|one| one.external == external).cloned();
            let found = found.ok_or_else(|| Fail::not_found("user", external));
            (format!("users:external/{external}"), found)
        }
    }

    fn named_user(&self, picks: &mut Picks<'_>) -> (String, Result<User, Fail>) {
        let (name, user) = self.pick_named(picks);
        (format!("/api/v1/{name}"), user)
    }

    pub(super) fn shown_user(&self, user: &User) -> Value {
        let memberships = user.memberships.iter().map(|own| self.shown_membership(own));
        json!({
            "id": user.id,
            "environment_id": "<text>",
            "create_time": "<time>",
            "update_time": "<time>",
            "email": user.email,
            "external_id": user.external,
            "metadata": metadata("team", &user.team),
            "memberships": memberships.collect::<Vec<_>>(),
            "user_profile": {
                "id": "<text>",
                "given_name": user.given,
                "family_name": user.family,
                "name": user.name,
            },
        })
    }

    fn external_is_free(&self, own: &str, external: &str) -> Result<(), Fail> {
        let mut others = self.users.iter().filter(|one| one.id != own);
        if !external.is_empty() && others.any(|one| one.external == external) {
            return Err(Fail::exists("RESOURCE_ALREADY_EXISTS", "user", external));
        }
        Ok(())
    }

    fn create_user(&mut self, picks: &mut Picks<'_>) -> Step {
        let organization = self.pick_organization(picks);
        let (email, external) = (picks.of(&EMAILS), picks.of(&EXTERNAL));
        let (given, family) = (picks.of(&GIVEN), picks.of(&FAMILY));
        let (query, invited) = picks.of(&[("", true), ("?send_invitation_email=false", false)]);
        let (roles, membership) = super::members::wanted_roles(picks);
        let mut body = json!({
            "email": email,
            "user_profile": { "given_name": given, "family_name": family },
            "membership": membership,
        });
        if !external.is_empty() {
            body["external_id"] = external.into();
        }
        let mut created = || -> Outcome {
            let own = self.new_membership(&organization, &roles, invited)?;
            let same = |one: &User| one.email.eq_ignore_ascii_case(email);
            if self.users.iter().any(same) {
                return Err(Fail::exists("RESOURCE_ALREADY_EXISTS", "user", email));
            }
            self.external_is_free("", external)?;
            let new = User {
                id: self.symbol("usr"),
                email: email.into(),
                external: external.into(),
                given: given.into(),
                family: family.into(),
                name: User::full_name(given, family),
                team: String::new(),
                memberships: vec![own],
            };
            self.users.push(new.clone());
            Ok(only("user", self.shown_user(&new)))
        };
        let expected = created();
        let path = format!("/api/v1/organizations/{organization}/users{query}");
        call("POST", path, body, expected)
    }

    /// What is absent stays. A full name that nobody gives follows its parts.
    fn update_user(&mut self, picks: &mut Picks<'_>) -> Step {
        let (path, user) = self.named_user(picks);
        let field = picks.of(&["external_id", "given_name", "family_name", "name", "metadata"]);
        let (external, given) = (picks.of(&EXTERNAL), picks.of(&GIVEN));
        let (family, team) = (picks.of(&FAMILY), picks.of(&["data", "ops"]));
        let body = match field {
            "external_id" => json!({ "external_id": external }),
            "given_name" => json!({ "user_profile": { "given_name": given } }),
            "family_name" => json!({ "user_profile": { "family_name": family } }),
            "name" => json!({ "user_profile": { "name": "Somebody Else", "given_name": given } }),
            _ => json!({ "metadata": { "team": team } }),
        };
        let expected = user.and_then(|mut user| {
            match field {
                "external_id" => {
                    self.external_is_free(&user.id, external)?;
                    user.external = external.into();
                }
                "given_name" => user.given = given.into(),
                "family_name" => user.family = family.into(),
                "name" => (user.name, user.given) = ("Somebody Else".into(), given.into()),
                _ => user.team = team.into(),
            }
            if field == "given_name" || field == "family_name" {
                user.name = User::full_name(&user.given, &user.family);
            }
            *self.user_mut(&user.id) = user.clone();
            Ok(only("user", self.shown_user(&user)))
        });
        call("PATCH", path, body, expected)
    }

    /// Tokens go with their user; sessions end, and stay to be looked at.
    pub(super) fn delete_user(&mut self, id: &str) {
        self.end_sessions(id, None);
        self.tokens.retain(|one| one.user.as_deref() != Some(id));
        self.users.retain(|one| one.id != id);
    }

    pub(super) fn list_users(&self, size: usize) -> Step {
        let rows = self.users.iter().map(|user| self.shown_user(user)).collect();
        walk("/api/v1/users".into(), "users", size, Ok(rows))
    }

    pub(super) fn list_members(&self, organization: &str, size: usize) -> Step {
        let members = self
            .users
            .iter()
            .filter(|user| user.membership(organization).is_some());
        let rows = members.map(|user| self.shown_user(user)).collect();
        let path = format!("/api/v1/organizations/{organization}/users");
        walk(path, "users", size, self.organization(organization).map(|_| rows))
    }
}
