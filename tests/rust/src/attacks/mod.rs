//! The attack suite: tables of recipes in `tests/attacks`, made into tokens and payloads for a given time.
//!
//! Recipes are needed because tokens and signatures depend on the time of the run. Rust's runner makes its cases here;
//! runners of other languages get the same cases from [`server`].

mod keys;
mod payload;
mod pieces;
mod recipe;
pub mod server;
mod template;
mod token;

use std::path::PathBuf;

use anyhow::{Context, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;

pub use keys::Keys;
pub use payload::PayloadCase;
pub use pieces::Piece;
pub use recipe::Clock;
pub use token::TokenCase;

/// All cases for one time.
#[derive(Debug, Serialize)]
pub struct Cases {
    /// Tokens, to be validated with the keys that are served.
    pub tokens: Vec<TokenCase>,
    /// Webhooks and calls of interceptors.
    pub payloads: Vec<PayloadCase>,
}

/// What must come out of a case.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// Whether it is right.
    pub accepted: bool,
    /// `TokenError::reason()` of a token that is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// How the documented message of the refusal begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// `sub` of a token that is accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
}

impl Cases {
    /// Makes all cases as of `now`, in seconds since 1970. `url` is where an attacker's keys are to be found; cases that
    /// need an exact clock are left out unless `exact`.
    ///
    /// # Errors
    /// A recipe cannot be followed; the error names it.
    pub fn make(keys: &Keys, now: u64, url: &str, exact: bool) -> Result<Self> {
        let templates = template::Templates::new(keys, now, url)?;
        let wanted = |clock: &Clock| exact || *clock == Clock::Any;
        let mut cases = Self {
            tokens: Vec::new(),
            payloads: Vec::new(),
        };
        let reasons = read("reasons.toml")?;
        for recipe in recipes::<recipe::Token>("tokens")?
            .into_iter()
            .filter(|recipe| wanted(&recipe.clock))
        {
            let case = token::make(&recipe, keys, &templates, &reasons);
            cases.tokens.push(case.with_context(|| recipe.name.clone())?);
        }
        for recipe in recipes::<recipe::Payload>("payloads")?
            .into_iter()
            .filter(|recipe| wanted(&recipe.clock))
        {
            let case = payload::make(&recipe, &templates);
            cases.payloads.push(case.with_context(|| recipe.name.clone())?);
        }
        Ok(cases)
    }
}

fn folder() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "..", "attacks"].iter().collect()
}

fn read<T: DeserializeOwned>(name: &str) -> Result<T> {
    let path = folder().join(name);
    let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    toml::from_str(&text).with_context(|| path.display().to_string())
}

/// All recipes of a folder, in the order of its files.
fn recipes<T: DeserializeOwned>(name: &str) -> Result<Vec<T>> {
    let mut files = std::fs::read_dir(folder().join(name))?
        .map(|entry| Ok(format!("{name}/{}", entry?.file_name().display())))
        .collect::<Result<Vec<_>>>()?;
    files.sort();
    let mut all = Vec::new();
    for file in files {
        all.extend(read::<recipe::File<T>>(&file)?.case);
    }
    Ok(all)
}
