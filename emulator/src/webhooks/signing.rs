//! Webhook secrets, signatures and secret rotation.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use serde::{Deserialize, Serialize};

const PREFIX: &str = "whsec_";

/// How long the old secret stays valid after a rotation by default, in seconds: one day.
const OVERLAP: i64 = 24 * 3600;

/// The current secret, and old secrets that are still valid.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Signer {
    secret: String,
    /// Old secrets with their expiry times, in Unix seconds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    retiring: Vec<(String, i64)>,
}

/// A secret rotation.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Rotation {
    /// The new secret: `whsec_` followed by base64. If it is missing, a secret is generated.
    secret: Option<String>,
    /// How long the old secret stays valid, in seconds. The default is one day.
    overlap_seconds: Option<i64>,
}

impl Rotation {
    /// # Errors
    /// Returns an error message if the new secret is invalid.
    pub(crate) fn check(&self) -> Result<(), String> {
        check_secret(self.secret.as_deref())
    }
}

/// # Errors
/// Returns an error message if the secret is invalid.
pub(crate) fn check_secret(secret: Option<&str>) -> Result<(), String> {
    match secret {
        Some(secret) if key(secret).is_none_or(|key| key.is_empty()) => {
            Err("secret must be whsec_ followed by base64".to_owned())
        }
        _ => Ok(()),
    }
}

impl Signer {
    /// Creates a signer with a valid secret, or with a new one.
    pub(crate) fn new(secret: Option<String>) -> Self {
        Self {
            secret: secret.unwrap_or_else(new_secret),
            retiring: Vec::new(),
        }
    }

    /// Replaces the secret. The old one stays valid for the overlap time.
    pub(crate) fn rotate(&mut self, rotation: Rotation, now: i64) {
        let new = rotation.secret.unwrap_or_else(new_secret);
        let old = std::mem::replace(&mut self.secret, new);
        let expires_at = now.saturating_add(rotation.overlap_seconds.unwrap_or(OVERLAP));
        self.retiring.retain(|(_, expires_at)| *expires_at > now);
        self.retiring.insert(0, (old, expires_at));
    }

    /// Returns one signature per valid secret.
    pub(crate) fn signature(&self, id: &str, timestamp: i64, body: &[u8]) -> String {
        let retiring = self
            .retiring
            .iter()
            .filter(|(_, expires_at)| *expires_at > timestamp);
        let secrets = std::iter::once(&self.secret).chain(retiring.map(|(secret, _)| secret));
        let signatures: Vec<String> = secrets
            .map(|secret| sign(secret, id, timestamp, body))
            .collect();
        signatures.join(" ")
    }
}

fn new_secret() -> String {
    let mut bytes = [0; 24];
    bytes.fill_with(|| fastrand::u8(..));
    format!("{PREFIX}{}", STANDARD.encode(bytes))
}

/// Returns the HMAC-SHA256 of id, timestamp and body.
fn sign(secret: &str, id: &str, timestamp: i64, body: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, &key(secret).unwrap_or_default());
    let mut context = hmac::Context::with_key(&key);
    context.update(format!("{id}.{timestamp}.").as_bytes());
    context.update(body);
    format!("v1,{}", STANDARD.encode(context.sign()))
}

fn key(secret: &str) -> Option<Vec<u8>> {
    let text = secret.strip_prefix(PREFIX)?;
    STANDARD
        .decode(text)
        .or_else(|_| URL_SAFE.decode(text))
        .ok()
}
