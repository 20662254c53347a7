//! The attack suite: builds tokens and payloads for a given time from the recipes in
//! `tests/attacks`.
//!
//! The tables contain recipes because tokens and signatures depend on the time of the run. The Rust
//! runner builds its cases with this module. The runners of other languages get the same cases from
//! [`server`].

mod keys;
mod payload;
mod pieces;
mod recipe;
pub mod server;
mod sessions;
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

/// All cases for a given time.
#[derive(Debug, Serialize)]
pub struct Cases {
    /// Tokens. They must be validated with the published keys.
    pub tokens: Vec<TokenCase>,
    /// Webhooks and interceptor calls.
    pub payloads: Vec<PayloadCase>,
}

/// The expected result of a case.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// `true` if the case must be accepted.
    pub accepted: bool,
    /// `TokenError::reason()` of a rejected token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The beginning of the documented error message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// `sub` of an accepted token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
}

impl Cases {
    /// Builds all cases for the time `now`, in seconds since 1970.
    ///
    /// `url` is the server with the attacker's keys. Cases that need an exact clock are included
    /// only if `exact` is set.
    ///
    /// # Errors
    /// A recipe is invalid. The error names the recipe.
    pub fn make(keys: &Keys, now: u64, url: &str, exact: bool) -> Result<Self> {
        let templates = template::Templates::new(keys, now, url)?;
        let included = |clock| exact || clock == Clock::Any;
        let mut cases = Self {
            tokens: Vec::new(),
            payloads: Vec::new(),
        };
        let reasons = read("reasons.toml")?;
        for (name, recipe) in recipes::<recipe::Token>("tokens")? {
            if included(recipe.clock) {
                let case = token::make(&name, &recipe, keys, &templates, &reasons);
                cases.tokens.push(case.context(name)?);
            }
        }
        for (name, recipe) in recipes::<recipe::Payload>("payloads")? {
            if included(recipe.clock) {
                let case = payload::make(&name, &recipe, &templates);
                cases.payloads.push(case.context(name)?);
            }
        }
        Ok(cases)
    }
}

fn folder() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "..", "attacks"]
        .iter()
        .collect()
}

fn read<T: DeserializeOwned>(name: impl AsRef<Path>) -> Result<T> {
    let path = folder().join(name);
    let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    toml::from_str(&text).with_context(|| path.display().to_string())
}

/// Returns all recipes of a folder with their full names, sorted by file name.
fn recipes<T: DeserializeOwned + recipe::Named>(folder_name: &str) -> Result<Vec<(String, T)>> {
    let mut files = std::fs::read_dir(folder().join(folder_name))?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<Vec<_>>>()?;
    files.sort();
    let mut all = Vec::new();
    for file in files {
        let topic = file.file_stem().unwrap_or_default().to_string_lossy();
        for recipe in read::<recipe::File<T>>(&file)?.case {
            all.push((format!("{topic}: {}", recipe.name()), recipe));
        }
    }
    let names: BTreeSet<_> = all.iter().map(|(name, _)| name).collect();
    ensure!(
        names.len() == all.len(),
        "two cases in {folder_name} have the same name"
    );
    Ok(all)
}
