//! Secrets that are shown once and kept as hashes.

use std::collections::BTreeMap;

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The hashes of secrets, by the ids of the secrets.
pub(crate) type Hashes = BTreeMap<String, String>;

/// How much of a secret is shown later, to tell secrets apart.
const SUFFIX: usize = 4;

/// 256 random bits as text, after a prefix that says what it is.
pub(crate) fn random_token(prefix: &str) -> String {
    let mut bytes = [0; 32];
    if aws_lc_rs::rand::fill(&mut bytes).is_err() {
        // Without entropy from the system there is still a different value each time.
        bytes.fill_with(|| fastrand::u8(..));
    }
    format!("{prefix}_{}", URL_SAFE_NO_PAD.encode(bytes))
}

/// The hash of a secret. Secrets are long and random, so it needs no salt and may be compared as it is.
pub(crate) fn hash(secret: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, secret.as_bytes()))
}

/// The end of a secret; of a short one nothing.
pub(crate) fn suffix(secret: &str) -> String {
    let start = secret.len().saturating_sub(SUFFIX);
    let shown = if start > SUFFIX { secret.get(start..) } else { None };
    shown.unwrap_or_default().to_owned()
}
