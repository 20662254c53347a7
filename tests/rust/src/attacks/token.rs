//! Builds tokens from recipes.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use minijinja::Value;
use serde::Serialize;

use super::recipe::{self, Expected, Sign};
use super::template::{Templates, Variables, value};
use super::{Keys, Outcome, pieces};

/// The maximum number of values of `n` to try until a token has the required form. On average, one
/// in 256 has it.
const TRIES: u64 = 5000;

/// A token, the options for its validation, and the expected result.
#[derive(Debug, Serialize)]
pub struct TokenCase {
    /// The name of the case.
    pub name: String,
    /// The token.
    #[serde(serialize_with = "pieces::serialize")]
    pub token: String,
    /// The required issuer.
    pub issuer: Option<String>,
    /// The accepted audiences.
    pub audience: Vec<String>,
    /// The required scopes.
    pub required_scopes: Vec<String>,
    /// The leeway. Only cases with an exact clock set it.
    #[serde(skip)]
    pub leeway: Option<Duration>,
    /// The expected result.
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
    let uses_n = recipe.payload.contains("{{ n }}");
    let mut n = 0;
    let token = loop {
        match token(recipe, keys, templates, n) {
            Err(_) if uses_n && n < TRIES => n += 1,
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
        "hmac_key needs sign = 'HS256'"
    );
    let render = |template: &str, variables: &Variables| {
        if recipe.latin1 {
            templates.latin1(template, variables)
        } else {
            templates.bytes(template, variables)
        }
    };
    let mut variables = Variables::from([("n", Value::from(n))]);
    variables.insert("header", value(render(&recipe.header, &variables)?));
    variables.insert("payload", value(render(&recipe.payload, &variables)?));
    let signed = templates.bytes(&recipe.signed, &variables)?;
    let hmac_key = templates.bytes(&recipe.hmac_key, &variables)?;
    let signature = keys.sign(&recipe.key, recipe.sign, &signed, &hmac_key)?;
    variables.insert("signed", value(signed));
    variables.insert("signature", Value::from_bytes(signature));
    templates.text(&recipe.token, &variables)
}

fn outcome(expected: &Expected, reasons: &BTreeMap<String, String>) -> Result<Outcome> {
    ensure!(
        expected.accepted == expected.rejected.is_none(),
        "a case must be either accepted or rejected"
    );
    let message = match &expected.rejected {
        None => None,
        Some(reason) => {
            let prefix = reasons
                .get(reason)
                .with_context(|| format!("reasons.toml has no message for {reason}"))?;
            let message = expected.message.as_ref().unwrap_or(prefix);
            ensure!(
                message.starts_with(prefix),
                "the message does not match the reason {reason}"
            );
            Some(message.clone())
        }
    };
    Ok(Outcome {
        accepted: expected.accepted,
        reason: expected.rejected.clone(),
        message,
        subject: expected.subject.clone(),
    })
}
