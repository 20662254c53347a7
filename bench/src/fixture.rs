//! The file with a key set and tokens. All sides of a comparison read it.

use anyhow::{Context, Result, anyhow};
use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A key set and tokens that it verifies.
#[derive(Debug, Serialize, Deserialize)]
pub struct Fixture {
    /// The key set (RFC 7517).
    pub jwks: Value,
    /// The tokens.
    pub tokens: Vec<String>,
}

impl Fixture {
    /// Reads a file that `crypto make` wrote.
    ///
    /// # Errors
    /// The file cannot be read or is invalid.
    pub fn read(path: &str) -> Result<Self> {
        let text = std::fs::read_to_string(path).with_context(|| path.to_owned())?;
        Ok(serde_json::from_str(&text)?)
    }

    /// Returns the key, parsed by the crypto library.
    ///
    /// # Errors
    /// The key set has no RSA key.
    pub fn key(&self) -> Result<ParsedPublicKey> {
        let number = |name: &str| -> Result<Vec<u8>> {
            let text = self.jwks["keys"][0][name]
                .as_str()
                .context("the key is incomplete")?;
            Ok(URL_SAFE_NO_PAD.decode(text)?)
        };
        let public = PublicKeyComponents {
            n: number("n")?,
            e: number("e")?,
        };
        public
            .to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256)
            .map_err(|error| anyhow!("{error}"))
    }

    /// Returns the signed content and the signature of each token.
    ///
    /// # Errors
    /// A token is malformed.
    pub fn signatures(&self) -> Result<Vec<(&str, Vec<u8>)>> {
        let parts = self.tokens.iter().map(|token| {
            let (signed, signature) = token.rsplit_once('.').context("malformed token")?;
            Ok((signed, URL_SAFE_NO_PAD.decode(signature)?))
        });
        parts.collect()
    }
}
