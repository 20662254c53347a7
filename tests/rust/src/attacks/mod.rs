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

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
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
        let wanted = |clock| exact || clock == Clock::Any;
        let mut cases = Self {
            tokens: Vec::new(),
            payloads: Vec::new(),
        };
        let reasons = read("reasons.toml")?;
        for (name, recipe) in recipes::<recipe::Token>("tokens")? {
            if wanted(recipe.clock) {
                let case = token::make(&name, &recipe, keys, &templates, &reasons);
                cases.tokens.push(case.context(name)?);
            }
        }
        for (name, recipe) in recipes::<recipe::Payload>("payloads")? {
            if wanted(recipe.clock) {
                let case = payload::make(&name, &recipe, &templates);
                cases.payloads.push(case.context(name)?);
            }
        }
        Ok(cases)
    }
}

fn folder() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "..", "attacks"].iter().collect()
}

fn read<T: DeserializeOwned>(name: impl AsRef<Path>) -> Result<T> {
    let path = folder().join(name);
    let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    toml::from_str(&text).with_context(|| path.display().to_string())
}

/// All recipes of a folder with their full names, in the order of its files.
fn recipes<T: DeserializeOwned + recipe::Named>(folder_name: &str) -> Result<Vec<(String, T)>> {
    let mut files = std::fs::read_dir(folder().join(folder_name))?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<Vec<_>>>()?;
    files.sort();
    let mut all = Vec::new();
    for file in files {
        let about = file.file_stem().unwrap_or_default().to_string_lossy();
        for recipe in read::<recipe::File<T>>(&file)?.case {
            all.push((format!("{about}: {}", recipe.name()), recipe));
        }
    }
    let names: BTreeSet<_> = all.iter().map(|(name, _)| name).collect();
    ensure!(
        names.len() == all.len(),
        "two cases of {folder_name} share a name"
    );
    Ok(all)
}
