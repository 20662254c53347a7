//! Secrets that sign what is posted, and how one takes over from another.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use serde::{Deserialize, Serialize};

const PREFIX: &str = "whsec_";

/// How long two secrets overlap unless somebody says otherwise, in seconds: a day.
const OVERLAP: i64 = 24 * 3600;

/// A secret, and those before it that still sign.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Signer {
    secret: String,
    /// With the time when each of them ends, in seconds since 1970.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    retiring: Vec<(String, i64)>,
}

/// A new secret for an endpoint.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Rotation {
    /// `whsec_` and base64; absent for a new one.
    secret: Option<String>,
    /// How long the old secret signs too; absent for a day.
    overlap_seconds: Option<i64>,
}

impl Rotation {
    /// # Errors
    /// What is wrong with it, in words.
    pub(crate) fn check(&self) -> Result<(), String> {
        check_secret(self.secret.as_deref())
    }
}

/// # Errors
/// What is wrong with it, in words.
pub(crate) fn check_secret(secret: Option<&str>) -> Result<(), String> {
    match secret {
        Some(secret) if key(secret).is_none_or(|key| key.is_empty()) => {
            Err("secret must be whsec_ and base64".to_owned())
        }
        _ => Ok(()),
    }
}

impl Signer {
    /// With a secret that was checked, or with a new one.
    pub(crate) fn new(secret: Option<String>) -> Self {
        Self {
            secret: secret.unwrap_or_else(new_secret),
            retiring: Vec::new(),
        }
    }

    /// Takes a new secret; the one before it goes on signing for a while.
    pub(crate) fn rotate(&mut self, rotation: Rotation, now: i64) {
        let new = rotation.secret.unwrap_or_else(new_secret);
        let old = std::mem::replace(&mut self.secret, new);
        let until = now.saturating_add(rotation.overlap_seconds.unwrap_or(OVERLAP));
        self.retiring.retain(|(_, until)| *until > now);
        self.retiring.insert(0, (old, until));
    }

    /// One signature for each secret that is good at this time.
    pub(crate) fn signature(&self, id: &str, timestamp: i64, body: &[u8]) -> String {
        let retiring = self.retiring.iter().filter(|(_, until)| *until > timestamp);
        let secrets = std::iter::once(&self.secret).chain(retiring.map(|(secret, _)| secret));
        let signatures: Vec<String> = secrets.map(|secret| sign(secret, id, timestamp, body)).collect();
        signatures.join(" ")
    }
}

fn new_secret() -> String {
    let mut bytes = [0; 24];
    bytes.fill_with(|| fastrand::u8(..));
    format!("{PREFIX}{}", STANDARD.encode(bytes))
}

/// HMAC-SHA256 over id, time and body.
fn sign(secret: &str, id: &str, timestamp: i64, body: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, &key(secret).unwrap_or_default());
    let mut context = hmac::Context::with_key(&key);
    context.update(format!("{id}.{timestamp}.").as_bytes());
    context.update(body);
    format!("v1,{}", STANDARD.encode(context.sign()))
}

fn key(secret: &str) -> Option<Vec<u8>> {
    let text = secret.strip_prefix(PREFIX)?;
    STANDARD.decode(text).or_else(|_| URL_SAFE.decode(text)).ok()
}
