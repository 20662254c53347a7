//! Who wants to hear of what.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use serde::{Deserialize, Serialize};

const PREFIX: &str = "whsec_";

/// The pauses before further attempts: a second at first, two minutes in the end.
const RETRY_DELAYS_MS: [u64; 4] = [1_000, 5_000, 30_000, 120_000];

/// How long two secrets overlap unless somebody says otherwise, in seconds: a day.
const OVERLAP: i64 = 24 * 3600;

/// An endpoint to be added.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewEndpoint {
    /// Where deliveries are posted to.
    pub(crate) url: String,
    /// `whsec_` and base64; absent for a new one.
    #[serde(default)]
    pub(crate) secret: Option<String>,
    /// Types of events, such as `user.created`, or their beginnings with a star: `user.*`; empty for all.
    #[serde(default)]
    pub(crate) events: Vec<String>,
    /// The pauses before further attempts, in milliseconds; absent for those of the service.
    #[serde(default)]
    pub(crate) retry_delays_ms: Option<Vec<u64>>,
}

/// A new secret for an endpoint.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Rotation {
    /// `whsec_` and base64; absent for a new one.
    secret: Option<String>,
    /// How long deliveries are signed with the old secret too; absent for a day.
    overlap_seconds: Option<i64>,
}

/// An endpoint.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Endpoint {
    pub(crate) id: u64,
    pub(crate) url: String,
    pub(crate) secret: String,
    /// The secrets before it that still sign, and when each of them ends, in seconds since 1970.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    retiring: Vec<(String, i64)>,
    pub(crate) events: Vec<String>,
    pub(super) retry_delays_ms: Vec<u64>,
}

impl NewEndpoint {
    /// # Errors
    /// What is wrong with it, in words.
    pub(crate) fn check(&self) -> Result<(), String> {
        check_url(&self.url)?;
        check_secret(self.secret.as_deref())
    }
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
pub(crate) fn check_url(url: &str) -> Result<(), String> {
    let url = url::Url::parse(url).map_err(|error| format!("url: {error}"))?;
    if matches!(url.scheme(), "http" | "https") {
        return Ok(());
    }
    Err("url must be http or https".to_owned())
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

/// A secret, as endpoints show it.
pub(crate) fn new_secret() -> String {
    let mut bytes = [0; 24];
    bytes.fill_with(|| fastrand::u8(..));
    format!("{PREFIX}{}", STANDARD.encode(bytes))
}

impl Endpoint {
    pub(super) fn new(id: u64, new: NewEndpoint) -> Self {
        let delays = new.retry_delays_ms;
        Self {
            id,
            url: new.url,
            secret: new.secret.unwrap_or_else(new_secret),
            retiring: Vec::new(),
            events: new.events,
            retry_delays_ms: delays.unwrap_or_else(|| RETRY_DELAYS_MS.to_vec()),
        }
    }

    /// Takes a new secret; the one before it goes on signing for a while.
    pub(super) fn rotate(&mut self, rotation: Rotation, now: i64) {
        let new = rotation.secret.unwrap_or_else(new_secret);
        let old = std::mem::replace(&mut self.secret, new);
        let until = now.saturating_add(rotation.overlap_seconds.unwrap_or(OVERLAP));
        self.retiring.retain(|(_, until)| *until > now);
        self.retiring.insert(0, (old, until));
    }

    pub(super) fn wants(&self, event: &str) -> bool {
        let matches = |wanted: &String| match wanted.strip_suffix('*') {
            Some(start) => event.starts_with(start),
            None => wanted == event,
        };
        self.events.is_empty() || self.events.iter().any(matches)
    }

    /// The `webhook-signature` of a delivery: one for each secret that is good at its time.
    pub(super) fn signature(&self, id: &str, timestamp: i64, body: &[u8]) -> String {
        let retiring = self.retiring.iter().filter(|(_, until)| *until > timestamp);
        let secrets = std::iter::once(&self.secret).chain(retiring.map(|(secret, _)| secret));
        let signatures: Vec<String> = secrets.map(|secret| sign(secret, id, timestamp, body)).collect();
        signatures.join(" ")
    }
}

/// HMAC-SHA256 over id, time and body.
pub(crate) fn sign(secret: &str, id: &str, timestamp: i64, body: &[u8]) -> String {
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
