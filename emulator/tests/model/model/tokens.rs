//! API tokens.

use serde_json::{Value, json};

use super::organizations::metadata;
use super::{Model, Picks};
use crate::machine::Tokens;
use crate::step::{Fail, Step, call, walk};

const DESCRIPTIONS: [&str; 3] = ["", "Nightly", "Weekly"];
const TEAMS: [&str; 3] = ["", "data", "ops"];

#[derive(Clone, Debug)]
pub(super) struct Token {
    id: String,
    /// What the holder presents.
    text: String,
    pub(super) organization: String,
    pub(super) user: Option<String>,
    description: String,
    team: String,
}

impl Model {
    pub(super) fn act_tokens(&mut self, what: Tokens, picks: &mut Picks<'_>) -> Step {
        match what {
            Tokens::Create => self.create_token(picks),
            Tokens::Validate => {
                let text = self.pick_token(picks);
                let found = self.token(&text);
                let expected = found.map(|one| json!({ "token_info": self.shown_token(one) }));
                let body = json!({ "token": text });
                call("POST", "/api/v1/tokens:validate".into(), body, expected)
            }
            Tokens::Invalidate => {
                let text = self.pick_token(picks);
                // Its id does as well; what is not there is invalid already.
                let by_id = picks.of(&[true, false, false]);
                let found = self.tokens.iter().find(|one| one.text == text);
                let named = found.map_or(text.clone(), |one| if by_id { &one.id } else { &text }.clone());
                self.tokens.retain(|one| one.text != text);
                let body = json!({ "token": named });
                call("POST", "/api/v1/tokens:invalidate".into(), body, Ok(json!({})))
            }
            Tokens::List => {
                let organization = self.pick_organization(picks);
                let user = picks.of(&[true, false]).then(|| self.pick_user(picks));
                self.list_tokens(&organization, user.as_deref(), 2)
            }
            Tokens::Update => self.update_token(picks),
        }
    }

    fn pick_token(&self, picks: &mut Picks<'_>) -> String {
        picks.id("api", self.tokens.iter().map(|one| &one.text))
    }

    /// The error must not carry more of a token than its end.
    fn token(&self, text: &str) -> Result<&Token, Fail> {
        let found = self.tokens.iter().find(|one| one.text == text);
        found.ok_or_else(|| Fail::not_found("token", &text[text.len() - 4..]))
    }

    fn shown_token(&self, one: &Token) -> Value {
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

    fn create_token(&mut self, picks: &mut Picks<'_>) -> Step {
        let user = picks.of(&[true, false]).then(|| self.pick_user(picks));
        let known = user.as_deref().and_then(|user| self.user(user).ok());
        let organization = self.pick_home(known, picks);
        let (description, team) = (picks.of(&DESCRIPTIONS), picks.of(&TEAMS));
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
                json!({ "token": new.text, "token_id": new.id, "token_info": self.shown_token(&new) })
            });
        call("POST", "/api/v1/tokens".into(), body, expected)
    }

    fn update_token(&mut self, picks: &mut Picks<'_>) -> Step {
        let text = self.pick_token(picks);
        let (description, team) = (picks.of(&DESCRIPTIONS), picks.of(&TEAMS));
        let claims = metadata("team", team);
        let body = json!({ "token": text, "description": description, "custom_claims": claims });
        // Claims are replaced as a whole, if there are any.
        let expected = self.token(&text).cloned().map(|mut one| {
            one.description = description.into();
            if !team.is_empty() {
                one.team = team.into();
            }
            let mut all = self.tokens.iter_mut();
            *all.find(|known| known.id == one.id).unwrap() = one.clone();
            json!({ "token_info": self.shown_token(&one) })
        });
        call("POST", "/api/v1/tokens:update".into(), body, expected)
    }

    pub(super) fn list_tokens(&self, organization: &str, user: Option<&str>, size: usize) -> Step {
        let wanted = |one: &&Token| {
            one.organization == organization && user.is_none_or(|user| one.user.as_deref() == Some(user))
        };
        let own = self.tokens.iter().filter(wanted);
        let rows = own.map(|one| self.shown_token(one)).collect();
        let filter = user.map_or(String::new(), |user| format!("&user_id={user}"));
        let path = format!("/api/v1/tokens?organization_id={organization}{filter}");
        walk(
            path,
            "tokens",
            size,
            self.organization(organization).map(|_| rows),
        )
    }
}
