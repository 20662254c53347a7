//! What JavaScript holds of a client.

use std::ops::Deref;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use scalekit::webhook::{SignatureHeaders, Verifier};
use scalekit::{Client, Error};

/// By how much JavaScript's clock may differ from the system's before it counts as one that a test has set.
const SAME: Duration = Duration::from_secs(1);

/// A client, and what it needs to verify webhooks by JavaScript's clock.
#[derive(Clone)]
pub(crate) struct Handle {
    client: Client,
    webhook_tolerance: Duration,
}

impl Handle {
    pub(crate) fn new(client: Client, webhook_tolerance: Duration) -> Self {
        Self {
            client,
            webhook_tolerance,
        }
    }

    /// Verifies a webhook as of `now`, in milliseconds since 1970: what `Date.now()` says, which tests set. A secret that
    /// has been read before is remembered only while that is the system's clock.
    pub(crate) fn verify_webhook_at(
        &self,
        secret: &str,
        headers: &SignatureHeaders<'_>,
        payload: &[u8],
        now: f64,
    ) -> Result<(), Error> {
        let system = SystemTime::now();
        let now = Duration::try_from_secs_f64(now / 1000.0).map_or(UNIX_EPOCH, |since| UNIX_EPOCH + since);
        let apart = now
            .duration_since(system)
            .unwrap_or_else(|earlier| earlier.duration());
        let incomplete =
            headers.id.is_empty() || headers.timestamp.is_empty() || headers.signature.is_empty();
        // Without the headers the time does not matter, and the client says what is missing.
        if apart < SAME || incomplete {
            return self.client.verify_webhook(secret, headers, payload);
        }
        let verifier = Verifier::new(secret)?.with_tolerance(self.webhook_tolerance);
        Ok(verifier.verify_at(headers, payload, now)?)
    }
}

impl Deref for Handle {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}
