use serde_json::{Value, json};

use super::members::Membership;
use super::organizations::metadata;
use super::{Choices, Model, only};
use crate::machine::Users;
use crate::step::{ExpectedError, Outcome, Step, call, get, list};

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

    fn matches(&self, query: &str) -> bool {
        let query = query.to_lowercase();
        let texts = [
            "usr_",
            &self.email,
            &self.external,
            &self.name,
            &self.given,
            &self.family,
        ];
        texts
            .iter()
            .any(|text| text.to_lowercase().contains(&query))
    }

    fn full_name(given: &str, family: &str) -> String {
        format!("{given} {family}").trim().to_owned()
    }
}

impl Model {
    pub(super) fn perform_users(&mut self, operation: Users, choices: &mut Choices<'_>) -> Step {
        match operation {
            Users::Create => self.create_user(choices),
            Users::Get => {
                let (path, user) = self.named_user(choices);
                let expected = user.map(|user| only("user", self.user_json(&user)));
                get(path, expected)
            }
            Users::Update => self.update_user(choices),
            Users::Delete => {
                let (path, user) = self.named_user(choices);
                let expected = user.map(|user| {
                    self.delete_user(&user.id);
                    json!({})
                });
                call("DELETE", path, Value::Null, expected)
            }
            Users::List => self.list_users(usize::from(choices.next() % 5) + 1),
            Users::ListMembers => {
                let organization = self.choose_organization(choices);
                self.list_members(&organization, usize::from(choices.next() % 4) + 1)
            }
            Users::Search => {
                let query = choices.of(&QUERIES);
                let rows = self.users.iter().filter(|user| user.matches(query));
                let rows = rows.map(|user| self.user_json(user)).collect();
                let query = query.replace(' ', "%20");
                list(
                    format!("/api/v1/users:search?query={query}"),
                    "users",
                    2,
                    Ok(rows),
                )
            }
            Users::SearchMembers => {
                let (organization, query) =
                    (self.choose_organization(choices), choices.of(&QUERIES));
                let matches =
                    |user: &&User| user.membership(&organization).is_some() && user.matches(query);
                let rows = self
                    .users
                    .iter()
                    .filter(matches)
                    .map(|user| self.user_json(user))
                    .collect();
                let query = query.replace(' ', "%20");
                let path =
                    format!("/api/v1/organizations/{organization}/users:search?query={query}");
                list(
                    path,
                    "users",
                    2,
                    self.organization(&organization).map(|_| rows),
                )
            }
        }
    }

    pub(super) fn user(&self, id: &str) -> Result<&User, ExpectedError> {
        let found = self.users.iter().find(|one| one.id == id);
        found.ok_or_else(|| ExpectedError::not_found("user", id))
    }

    pub(super) fn user_mut(&mut self, id: &str) -> &mut User {
        self.users.iter_mut().find(|one| one.id == id).unwrap()
    }

    /// Chooses a user by ID or by external ID. Returns the path, starting with `users`, and the
    /// user.
    pub(super) fn choose_named(
        &self,
        choices: &mut Choices<'_>,
    ) -> (String, Result<User, ExpectedError>) {
        if choices.of(&[true, true, false]) {
            let id = self.choose_user(choices);
            (format!("users/{id}"), self.user(&id).cloned())
        } else {
            let external = choices.of(&EXTERNAL[1..]);
            let found = self
                .users
                .iter()
                .find(|one| one.external == external)
                .cloned();
            let found = found.ok_or_else(|| ExpectedError::not_found("user", external));
            (format!("users:external/{external}"), found)
        }
    }

    fn named_user(&self, choices: &mut Choices<'_>) -> (String, Result<User, ExpectedError>) {
        let (name, user) = self.choose_named(choices);
        (format!("/api/v1/{name}"), user)
    }

    pub(super) fn user_json(&self, user: &User) -> Value {
        let memberships = user.memberships.iter().map(|own| self.membership_json(own));
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

    fn external_is_free(&self, own: &str, external: &str) -> Result<(), ExpectedError> {
        let mut others = self.users.iter().filter(|one| one.id != own);
        if !external.is_empty() && others.any(|one| one.external == external) {
            return Err(ExpectedError::exists(
                "RESOURCE_ALREADY_EXISTS",
                "user",
                external,
            ));
        }
        Ok(())
    }

    fn create_user(&mut self, choices: &mut Choices<'_>) -> Step {
        let organization = self.choose_organization(choices);
        let (email, external) = (choices.of(&EMAILS), choices.of(&EXTERNAL));
        let (given, family) = (choices.of(&GIVEN), choices.of(&FAMILY));
        let (query, invited) = choices.of(&[("", true), ("?send_invitation_email=false", false)]);
        let (roles, membership) = super::members::choose_roles(choices);
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
                return Err(ExpectedError::exists(
                    "RESOURCE_ALREADY_EXISTS",
                    "user",
                    email,
                ));
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
            Ok(only("user", self.user_json(&new)))
        };
        let expected = created();
        let path = format!("/api/v1/organizations/{organization}/users{query}");
        call("POST", path, body, expected)
    }

    /// Absent fields are not changed. Without a full name, the name is derived from given and
    /// family name.
    fn update_user(&mut self, choices: &mut Choices<'_>) -> Step {
        let (path, user) = self.named_user(choices);
        let field = choices.of(&[
            "external_id",
            "given_name",
            "family_name",
            "name",
            "metadata",
        ]);
        let (external, given) = (choices.of(&EXTERNAL), choices.of(&GIVEN));
        let (family, team) = (choices.of(&FAMILY), choices.of(&["data", "ops"]));
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
            Ok(only("user", self.user_json(&user)))
        });
        call("PATCH", path, body, expected)
    }

    /// Deletes the user and the user's tokens. Sessions end, but are not deleted.
    pub(super) fn delete_user(&mut self, id: &str) {
        self.end_sessions(id, None);
        self.tokens.retain(|one| one.user.as_deref() != Some(id));
        self.users.retain(|one| one.id != id);
    }

    pub(super) fn list_users(&self, size: usize) -> Step {
        let rows = self.users.iter().map(|user| self.user_json(user)).collect();
        list("/api/v1/users".into(), "users", size, Ok(rows))
    }

    pub(super) fn list_members(&self, organization: &str, size: usize) -> Step {
        let members = self
            .users
            .iter()
            .filter(|user| user.membership(organization).is_some());
        let rows = members.map(|user| self.user_json(user)).collect();
        let path = format!("/api/v1/organizations/{organization}/users");
        list(
            path,
            "users",
            size,
            self.organization(organization).map(|_| rows),
        )
    }
}
