//! Who wants to hear of what.

use serde::{Deserialize, Serialize};

use super::signing::{Signer, check_secret};

/// The pauses before further attempts: a second at first, two minutes in the end.
const RETRY_DELAYS_MS: [u64; 4] = [1_000, 5_000, 30_000, 120_000];

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

/// An endpoint.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Endpoint {
    pub(crate) id: u64,
    pub(crate) url: String,
    #[serde(flatten)]
    pub(super) signer: Signer,
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

/// # Errors
/// What is wrong with it, in words.
pub(crate) fn check_url(url: &str) -> Result<(), String> {
    let url = url::Url::parse(url).map_err(|error| format!("url: {error}"))?;
    if matches!(url.scheme(), "http" | "https") {
        return Ok(());
    }
    Err("url must be http or https".to_owned())
}

impl Endpoint {
    pub(super) fn new(id: u64, new: NewEndpoint) -> Self {
        let delays = new.retry_delays_ms;
        Self {
            id,
            url: new.url,
            signer: Signer::new(new.secret),
            events: new.events,
            retry_delays_ms: delays.unwrap_or_else(|| RETRY_DELAYS_MS.to_vec()),
        }
    }

    pub(super) fn wants(&self, event: &str) -> bool {
        let matches = |wanted: &String| match wanted.strip_suffix('*') {
            Some(start) => event.starts_with(start),
            None => wanted == event,
        };
        self.events.is_empty() || self.events.iter().any(matches)
    }
}
