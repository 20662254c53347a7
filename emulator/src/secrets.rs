//! Secrets that are shown once and stored as hashes.

use std::collections::BTreeMap;

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Hashes of secrets, by secret id.
pub(crate) type Hashes = BTreeMap<String, String>;

/// The number of characters of a secret that are shown to identify it.
const SUFFIX: usize = 4;

/// Returns a prefix followed by 256 random bits as text.
pub(crate) fn random_token(prefix: &str) -> String {
    let mut bytes = [0; 32];
    if aws_lc_rs::rand::fill(&mut bytes).is_err() {
        // Without system entropy, the values are still unique.
        bytes.fill_with(|| fastrand::u8(..));
    }
    format!("{prefix}_{}", URL_SAFE_NO_PAD.encode(bytes))
}

/// Returns the hash of a secret. Secrets are long and random, so the hash needs neither a salt nor
/// a constant-time comparison.
pub(crate) fn hash(secret: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, secret.as_bytes()))
}

/// Returns the end of a secret, or an empty text if the secret is short.
pub(crate) fn suffix(secret: &str) -> String {
    let start = secret.len().saturating_sub(SUFFIX);
    let shown = if start > SUFFIX {
        secret.get(start..)
    } else {
        None
    };
    shown.unwrap_or_default().to_owned()
}
