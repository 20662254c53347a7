//! The secrets that a client has read already.

use std::sync::Arc;
use std::time::SystemTime;

use arc_swap::ArcSwapOption;
use aws_lc_rs::constant_time::verify_slices_are_equal;

use super::{SignatureHeaders, Verification, Verifier};
use crate::client::Client;
use crate::error::Error;
use crate::secret::Secret;

/// Webhook and interceptor, each with its successor while secrets are replaced.
const KEPT: usize = 4;

/// The verifiers of the secrets that were used last, newest first; wiped with the client.
#[derive(Default)]
pub(crate) struct KeptVerifiers(ArcSwapOption<Vec<(Secret, Arc<Verifier>)>>);

impl KeptVerifiers {
    fn find(&self, secret: &str) -> Option<Arc<Verifier>> {
        let kept = self.0.load();
        let mut kept = kept.as_deref()?.iter();
        let same =
            |known: &Secret| verify_slices_are_equal(known.expose().as_bytes(), secret.as_bytes()).is_ok();
        kept.find(|(known, _)| same(known))
            .map(|(_, verifier)| Arc::clone(verifier))
    }

    fn keep(&self, secret: &str, verifier: &Arc<Verifier>) {
        self.0.rcu(|kept| {
            let new = (Secret::from(secret), Arc::clone(verifier));
            let kept = kept.as_deref().into_iter().flatten().cloned();
            Some(Arc::new(
                [new].into_iter().chain(kept).take(KEPT).collect::<Vec<_>>(),
            ))
        });
    }
}

impl Client {
    /// Verifies a webhook or interceptor payload as of now, with the tolerance of
    /// [`ClientBuilder::webhook_tolerance`](crate::ClientBuilder::webhook_tolerance). No network.
    ///
    /// ```
    /// use scalekit::webhook::{Purpose, SignatureHeaders};
    ///
    /// let client = scalekit::Client::builder("https://acme.scalekit.com", "skc_1", "secret").build()?;
    /// let headers = SignatureHeaders::from_pairs(Purpose::Webhook, [("webhook-id", "msg_1")]);
    /// let error = client.verify_webhook("whsec_c2VjcmV0", &headers, b"{}").unwrap_err();
    /// assert_eq!(error.message(), "Missing required headers");
    /// # Ok::<(), scalekit::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::WebhookVerification`](crate::ErrorKind::WebhookVerification), whose message is that of the
    /// [`WebhookError`](super::WebhookError).
    pub fn verify_webhook(
        &self,
        secret: &str,
        headers: &SignatureHeaders<'_>,
        payload: &[u8],
    ) -> Result<(), Error> {
        self.verify_webhook_at(secret, headers, payload, SystemTime::now())
    }

    /// As [`verify_webhook`](Self::verify_webhook), as of `now`: for a program whose clock is not the system's.
    ///
    /// # Errors
    /// As there.
    pub fn verify_webhook_at(
        &self,
        secret: &str,
        headers: &SignatureHeaders<'_>,
        payload: &[u8],
        now: SystemTime,
    ) -> Result<(), Error> {
        Ok(self.verifier(secret, headers)?.verify_at(headers, payload, now)?)
    }

    /// Checks headers and secret as [`verify_webhook`](Self::verify_webhook) does and waits for the body, which may
    /// come in pieces.
    ///
    /// # Errors
    /// As [`verify_webhook`](Self::verify_webhook).
    pub fn start_webhook<'h>(
        &self,
        secret: &str,
        headers: &'h SignatureHeaders<'_>,
    ) -> Result<Verification<'h>, Error> {
        Ok(self.verifier(secret, headers)?.start(headers)?)
    }

    /// That of a secret. Headers that are missing are found first.
    fn verifier(&self, secret: &str, headers: &SignatureHeaders<'_>) -> Result<Arc<Verifier>, Error> {
        headers.check_present()?;
        if let Some(verifier) = self.verifiers().find(secret) {
            return Ok(verifier);
        }
        let verifier = Arc::new(Verifier::new(secret)?.with_tolerance(self.config().webhook_tolerance));
        self.verifiers().keep(secret, &verifier);
        Ok(verifier)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::webhook::Purpose;

    fn client(tolerance: u64) -> Client {
        let builder = Client::builder("https://acme.scalekit.com", "skc_1", "secret");
        builder
            .webhook_tolerance(Duration::from_secs(tolerance))
            .build()
            .unwrap()
    }

    fn headers(timestamp: &str) -> SignatureHeaders<'_> {
        let pairs = [
            ("webhook-id", "m"),
            ("webhook-timestamp", timestamp),
            ("webhook-signature", "v1,x"),
        ];
        SignatureHeaders::from_pairs(Purpose::Webhook, pairs)
    }

    #[test]
    fn the_secrets_used_last_are_kept_and_no_others() {
        let client = client(300);
        for secret in ["w_AAAA", "w_AAAB", "w_AAAC", "w_AAAD", "w_AAAE"] {
            client.start_webhook(secret, &headers("0")).unwrap_err();
        }
        assert!(client.verifiers().find("w_AAAA").is_none());
        assert!(client.verifiers().find("w_AAAB").is_some() && client.verifiers().find("w_AAAE").is_some());
        assert!(client.verifiers().find("w_AAA").is_none());
        assert!(client.start_webhook("bad", &headers("0")).is_err());
        assert!(client.verifiers().find("bad").is_none());
    }

    #[test]
    fn the_tolerance_is_the_client_s() {
        let message = |client: &Client| {
            client
                .verify_webhook("w_AAAA", &headers("5"), b"")
                .unwrap_err()
                .to_string()
        };
        assert!(message(&client(300)).contains("Message timestamp too old"));
        assert!(message(&client(100 * 365 * 86_400)).contains("Invalid signature"));
    }

    #[test]
    fn the_clock_may_be_another_one() {
        let then = SystemTime::UNIX_EPOCH + Duration::from_secs(5);
        let error = client(300)
            .verify_webhook_at("w_AAAA", &headers("5"), b"", then)
            .unwrap_err();
        assert_eq!(error.message(), "Invalid signature");
    }
}
