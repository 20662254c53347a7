//! API tokens.

use serde_json::{Value, json};

use super::organizations::metadata;
use super::{Choices, Model};
use crate::machine::Tokens;
use crate::step::{ExpectedError, Step, call, list};

const DESCRIPTIONS: [&str; 3] = ["", "Nightly", "Weekly"];
const TEAMS: [&str; 3] = ["", "data", "ops"];

#[derive(Clone, Debug)]
pub(super) struct Token {
    id: String,
    /// The secret text of the token.
    text: String,
    pub(super) organization: String,
    pub(super) user: Option<String>,
    description: String,
    team: String,
}

impl Model {
    pub(super) fn perform_tokens(&mut self, operation: Tokens, choices: &mut Choices<'_>) -> Step {
        match operation {
            Tokens::Create => self.create_token(choices),
            Tokens::Validate => {
                let text = self.choose_token(choices);
                let found = self.token(&text);
                let expected = found.map(|one| json!({ "token_info": self.token_json(one) }));
                let body = json!({ "token": text });
                call("POST", "/api/v1/tokens:validate".into(), body, expected)
            }
            Tokens::Invalidate => {
                let text = self.choose_token(choices);
                // The ID of the token is accepted too. Invalidating an unknown token succeeds.
                let by_id = choices.of(&[true, false, false]);
                let found = self.tokens.iter().find(|one| one.text == text);
                let named = found.map_or(text.clone(), |one| {
                    if by_id { &one.id } else { &text }.clone()
                });
                self.tokens.retain(|one| one.text != text);
                let body = json!({ "token": named });
                call(
                    "POST",
                    "/api/v1/tokens:invalidate".into(),
                    body,
                    Ok(json!({})),
                )
            }
            Tokens::List => {
                let organization = self.choose_organization(choices);
                let user = choices
                    .of(&[true, false])
                    .then(|| self.choose_user(choices));
                self.list_tokens(&organization, user.as_deref(), 2)
            }
            Tokens::Update => self.update_token(choices),
        }
    }

    fn choose_token(&self, choices: &mut Choices<'_>) -> String {
        choices.id("api", self.tokens.iter().map(|one| &one.text))
    }

    /// The error contains only the last characters of the token.
    fn token(&self, text: &str) -> Result<&Token, ExpectedError> {
        let found = self.tokens.iter().find(|one| one.text == text);
        found.ok_or_else(|| ExpectedError::not_found("token", &text[text.len() - 4..]))
    }

    fn token_json(&self, one: &Token) -> Value {
        let organization = self.organization(&one.organization).unwrap();
        let user = one.user.as_ref().map(|id| self.user(id).unwrap());
        let membership = user.and_then(|user| user.membership(&one.organization));
        let roles = membership.map(|own| self.roles_of(own));
        let roles = roles.into_iter().flatten().map(|role| role.name.clone());
        json!({
            "token_id": one.id,
            "organization_id": one.organization,
            "organization_external_id": organization.external,
            "user_id": one.user,
            "user_external_id": user.map(|user| &user.external),
            "email": user.map(|user| &user.email),
            "roles": roles.collect::<Vec<_>>(),
            "custom_claims": metadata("team", &one.team),
            "created_at": "<time>",
            "description": one.description,
            "token_suffix": "<text>",
        })
    }

    fn create_token(&mut self, choices: &mut Choices<'_>) -> Step {
        let user = choices
            .of(&[true, false])
            .then(|| self.choose_user(choices));
        let known = user.as_deref().and_then(|user| self.user(user).ok());
        let organization = self.choose_home(known, choices);
        let (description, team) = (choices.of(&DESCRIPTIONS), choices.of(&TEAMS));
        let body = json!({
            "organization_id": organization,
            "user_id": user.as_deref().unwrap_or_default(),
            "description": description,
            "custom_claims": metadata("team", team),
        });
        let member = user
            .as_deref()
            .map_or(Ok(()), |user| self.member(&organization, user).map(|_| ()));
        let expected = self
            .organization(&organization)
            .map(|_| ())
            .and(member)
            .map(|()| {
                let new = Token {
                    id: self.symbol("apit"),
                    text: self.symbol("secret"),
                    organization,
                    user,
                    description: description.into(),
                    team: team.into(),
                };
                self.tokens.push(new.clone());
                json!({ "token": new.text, "token_id": new.id, "token_info": self.token_json(&new) })
            });
        call("POST", "/api/v1/tokens".into(), body, expected)
    }

    fn update_token(&mut self, choices: &mut Choices<'_>) -> Step {
        let text = self.choose_token(choices);
        let (description, team) = (choices.of(&DESCRIPTIONS), choices.of(&TEAMS));
        let claims = metadata("team", team);
        let body = json!({ "token": text, "description": description, "custom_claims": claims });
        // If the request has claims, they replace all claims.
        let expected = self.token(&text).cloned().map(|mut one| {
            one.description = description.into();
            if !team.is_empty() {
                one.team = team.into();
            }
            let mut all = self.tokens.iter_mut();
            *all.find(|known| known.id == one.id).unwrap() = one.clone();
            json!({ "token_info": self.token_json(&one) })
        });
        call("POST", "/api/v1/tokens:update".into(), body, expected)
    }

    pub(super) fn list_tokens(&self, organization: &str, user: Option<&str>, size: usize) -> Step {
        let listed = |one: &&Token| {
            one.organization == organization
                && user.is_none_or(|user| one.user.as_deref() == Some(user))
        };
        let own = self.tokens.iter().filter(listed);
        let rows = own.map(|one| self.token_json(one)).collect();
        let filter = user.map_or(String::new(), |user| format!("&user_id={user}"));
        let path = format!("/api/v1/tokens?organization_id={organization}{filter}");
        list(
            path,
            "tokens",
            size,
            self.organization(organization).map(|_| rows),
        )
    }
}
