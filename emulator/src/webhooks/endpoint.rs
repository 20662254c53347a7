//! Webhook endpoints and their event filters.

use serde::{Deserialize, Serialize};

use super::signing::{Signer, check_secret};
use crate::registry::Numbered;

/// The default delays between delivery attempts.
const RETRY_DELAYS_MS: [u64; 4] = [1_000, 5_000, 30_000, 120_000];

/// An endpoint to add.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewEndpoint {
    /// The URL that receives the deliveries.
    pub(crate) url: String,
    /// `whsec_` followed by base64. If it is missing, a secret is generated.
    #[serde(default)]
    pub(crate) secret: Option<String>,
    /// Event types such as `user.created`, or prefixes such as `user.*`. Empty means all events.
    #[serde(default)]
    pub(crate) events: Vec<String>,
    /// The delays between delivery attempts, in milliseconds. If missing, the service's delays are
    /// used.
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
    /// Returns an error message if the URL or the secret is invalid.
    pub(crate) fn check(&self) -> Result<(), String> {
        check_url(&self.url)?;
        check_secret(self.secret.as_deref())
    }
}

/// # Errors
/// Returns an error message if the URL is invalid.
pub(crate) fn check_url(url: &str) -> Result<(), String> {
    let url = url::Url::parse(url).map_err(|error| format!("url: {error}"))?;
    if matches!(url.scheme(), "http" | "https") {
        return Ok(());
    }
    Err("url must be http or https".to_owned())
}

impl Numbered for Endpoint {
    fn id(&self) -> u64 {
        self.id
    }
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

    pub(super) fn accepts(&self, event: &str) -> bool {
        let matches = |pattern: &String| match pattern.strip_suffix('*') {
            Some(prefix) => event.starts_with(prefix),
            None => pattern == event,
        };
        self.events.is_empty() || self.events.iter().any(matches)
    }
}
