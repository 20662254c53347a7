//! Tokens: recipe in, finished token out.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use minijinja::Value;
use serde::Serialize;

use super::recipe::{self, Expected, Sign};
use super::template::{Made, Templates, value};
use super::{Keys, Outcome, pieces};

/// How often a recipe is tried with another number `n` until its token is as it needs to be. What the recipes look for
/// turns up once in 256 tries.
const TRIES: u64 = 5000;

/// A token, what to ask of it, and what must come out.
#[derive(Debug, Serialize)]
pub struct TokenCase {
    /// What is attacked and how.
    pub name: String,
    /// The finished token.
    #[serde(serialize_with = "pieces::serialize")]
    pub token: String,
    /// The issuer to ask for.
    pub issuer: Option<String>,
    /// The audiences to ask for.
    pub audience: Vec<String>,
    /// The scopes to ask for.
    pub required_scopes: Vec<String>,
    /// By how much clocks may differ; only cases with an exact clock set it.
    #[serde(skip)]
    pub leeway: Option<Duration>,
    /// What must come out.
    #[serde(flatten)]
    pub outcome: Outcome,
}

pub(super) fn make(
    name: &str,
    recipe: &recipe::Token,
    keys: &Keys,
    templates: &Templates,
    reasons: &BTreeMap<String, String>,
) -> Result<TokenCase> {
    let searches = recipe.payload.contains("{{ n }}");
    let mut n = 0;
    let token = loop {
        match token(recipe, keys, templates, n) {
            Err(_) if searches && n < TRIES => n += 1,
            result => break result?,
        }
    };
    Ok(TokenCase {
        name: name.to_owned(),
        token,
        issuer: recipe.issuer.clone(),
        audience: recipe.audience.clone(),
        required_scopes: recipe.required_scopes.clone(),
        leeway: recipe.leeway.map(Duration::from_secs),
        outcome: outcome(&recipe.expected, reasons)?,
    })
}

fn token(recipe: &recipe::Token, keys: &Keys, templates: &Templates, n: u64) -> Result<String> {
    ensure!(
        (recipe.sign == Sign::Hs256) || recipe.hmac_key.is_empty(),
        "hmac_key without HS256"
    );
    let read = |template: &str, made: &Made| {
        if recipe.latin1 {
            templates.latin1(template, made)
        } else {
            templates.bytes(template, made)
        }
    };
    let mut made = Made::from([("n", Value::from(n))]);
    made.insert("header", value(read(&recipe.header, &made)?));
    made.insert("payload", value(read(&recipe.payload, &made)?));
    let signed = templates.bytes(&recipe.signed, &made)?;
    let hmac_key = templates.bytes(&recipe.hmac_key, &made)?;
    let signature = keys.sign(&recipe.key, recipe.sign, &signed, &hmac_key)?;
    made.insert("signed", value(signed));
    made.insert("signature", Value::from_bytes(signature));
    templates.text(&recipe.token, &made)
}

fn outcome(expected: &Expected, reasons: &BTreeMap<String, String>) -> Result<Outcome> {
    ensure!(
        expected.accepted == expected.refused.is_none(),
        "either accepted or refused"
    );
    let message = match &expected.refused {
        None => None,
        Some(reason) => {
            let usual = reasons
                .get(reason)
                .with_context(|| format!("no message for {reason}"))?;
            let message = expected.message.as_ref().unwrap_or(usual);
            ensure!(message.starts_with(usual), "not a message for {reason}");
            Some(message.clone())
        }
    };
    Ok(Outcome {
        accepted: expected.accepted,
        reason: expected.refused.clone(),
        message,
        subject: expected.subject.clone(),
    })
}
