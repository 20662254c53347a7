//! Verification of webhooks and interceptor calls: HMAC-SHA256 as specified by Standard Webhooks.
//!
//! No I/O; the time can be a parameter. The body is not copied.

mod headers;
mod incremental;
mod secret;
#[cfg(feature = "client")]
mod secret_cache;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_lc_rs::hmac;

pub use headers::{Purpose, SignatureHeaders};
pub use incremental::Verification;
pub use secret::SecretError;
#[cfg(feature = "client")]
pub(crate) use secret_cache::SecretCache;

use crate::config::defaults;
use crate::error::Error;

/// The reason why a payload was rejected. The messages are the same in every language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WebhookError {
    /// Id, timestamp or signature is missing or empty.
    #[error("Missing required headers")]
    MissingHeaders,
    /// The secret is not `<prefix>_<base64>`, or its key is empty.
    #[error("Invalid secret")]
    InvalidSecret(#[source] SecretError),
    /// The timestamp is not a whole number of seconds.
    #[error("Invalid Signature Headers")]
    InvalidHeaders,
    /// The timestamp is too far in the past.
    #[error("Message timestamp too old")]
    TooOld,
    /// The timestamp is too far in the future.
    #[error("Message timestamp too new")]
    TooNew,
    /// No signature matches the id, timestamp and body.
    #[error("Invalid signature")]
    InvalidSignature,
}

/// A verifier for the secret of one webhook endpoint or interceptor.
///
/// ```
/// use scalekit::webhook::{Purpose, SignatureHeaders, Verifier, WebhookError};
///
/// let verifier = Verifier::new("whsec_c2VjcmV0LWtleQ==")?;
/// let headers = SignatureHeaders::from_pairs(Purpose::Webhook, [("webhook-id", "msg_1")]);
/// assert_eq!(verifier.verify(&headers, b"{}"), Err(WebhookError::MissingHeaders));
/// # Ok::<(), WebhookError>(())
/// ```
#[derive(Clone)]
pub struct Verifier {
    key: hmac::Key,
    tolerance: Duration,
}

impl Verifier {
    /// Parses a secret: a prefix, `_`, and the key as base64 (standard or URL-safe). White space,
    /// missing or additional padding, and bits beyond the last whole byte are ignored.
    ///
    /// # Errors
    /// [`WebhookError::InvalidSecret`]
    pub fn new(secret: &str) -> Result<Self, WebhookError> {
        let key = secret::decode(secret).map_err(WebhookError::InvalidSecret)?;
        Ok(Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, &key),
            tolerance: defaults::WEBHOOK_TOLERANCE,
        })
    }

    /// Sets how far a timestamp may differ from the current time, in either direction. Default: 5
    /// minutes.
    #[must_use]
    pub fn with_tolerance(mut self, tolerance: Duration) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// Verifies a payload.
    ///
    /// # Errors
    /// The first reason to reject the payload.
    pub fn verify(
        &self,
        headers: &SignatureHeaders<'_>,
        payload: &[u8],
    ) -> Result<(), WebhookError> {
        self.verify_at(headers, payload, SystemTime::now())
    }

    /// Verifies a payload at the time `now`.
    ///
    /// # Errors
    /// The first reason to reject the payload.
    pub fn verify_at(
        &self,
        headers: &SignatureHeaders<'_>,
        payload: &[u8],
        now: SystemTime,
    ) -> Result<(), WebhookError> {
        let mut verification = self.start_at(headers, now)?;
        verification.update(payload);
        verification.finish()
    }

    /// Checks the headers and returns a verification that takes the body in chunks.
    ///
    /// # Errors
    /// The first reason to reject the payload.
    pub fn start<'h>(
        &self,
        headers: &'h SignatureHeaders<'_>,
    ) -> Result<Verification<'h>, WebhookError> {
        self.start_at(headers, SystemTime::now())
    }

    /// Like [`start`](Self::start), at the time `now`.
    ///
    /// # Errors
    /// The first reason to reject the payload.
    pub fn start_at<'h>(
        &self,
        headers: &'h SignatureHeaders<'_>,
        now: SystemTime,
    ) -> Result<Verification<'h>, WebhookError> {
        headers.check_present()?;
        self.check_time(&headers.timestamp, now)?;
        Ok(Verification::new(
            &self.key,
            &headers.id,
            &headers.timestamp,
            &headers.signature,
        ))
    }

    /// Accepts only digits, so that no other text has the same meaning as the signed timestamp.
    fn check_time(&self, timestamp: &str, now: SystemTime) -> Result<(), WebhookError> {
        let plain = timestamp.len() <= 12 && timestamp.bytes().all(|byte| byte.is_ascii_digit());
        let sent: u64 = timestamp
            .parse()
            .ok()
            .filter(|_| plain)
            .ok_or(WebhookError::InvalidHeaders)?;
        let sent = Duration::from_secs(sent);
        let now = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        if sent.saturating_add(self.tolerance) < now {
            return Err(WebhookError::TooOld);
        }
        if sent > now.saturating_add(self.tolerance) {
            return Err(WebhookError::TooNew);
        }
        Ok(())
    }
}

/// Verifies a payload with a secret. The checks run in this order: headers, secret, time,
/// signature. [`Client::verify_webhook`](crate::Client::verify_webhook) does the same with the
/// client's settings.
///
/// # Errors
/// [`ErrorKind::WebhookVerification`](crate::ErrorKind::WebhookVerification)
pub fn verify(secret: &str, headers: &SignatureHeaders<'_>, payload: &[u8]) -> Result<(), Error> {
    headers.check_present()?;
    Ok(Verifier::new(secret)?.verify(headers, payload)?)
}

impl std::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Verifier")
            .field("tolerance", &self.tolerance)
            .finish_non_exhaustive()
    }
}

impl From<WebhookError> for Error {
    fn from(reason: WebhookError) -> Self {
        let error = Self::webhook(reason.to_string());
        match reason {
            WebhookError::InvalidSecret(reason) => error.with_source(reason),
            _ => error,
        }
    }
}

#[cfg(test)]
mod tests;
