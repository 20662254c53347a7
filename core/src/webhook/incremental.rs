//! Verification of a body that arrives in chunks.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::WebhookError;

/// The size of a buffer for an HMAC-SHA256, including padding. Longer signatures do not match.
const MAX_SIGNATURE: usize = 36;

/// A verification that waits for the body; created by [`Verifier::start`](super::Verifier::start).
///
/// ```
/// use scalekit::webhook::{Purpose, SignatureHeaders, Verifier, WebhookError};
///
/// # fn example(headers: SignatureHeaders<'_>, chunks: Vec<Vec<u8>>) -> Result<(), WebhookError> {
/// let mut verification = Verifier::new("whsec_c2VjcmV0LWtleQ==")?.start(&headers)?;
/// for chunk in chunks {
///     verification.update(&chunk);
/// }
/// verification.finish()
/// # }
/// ```
pub struct Verification<'h> {
    context: hmac::Context,
    signatures: &'h str,
}

impl<'h> Verification<'h> {
    pub(super) fn new(key: &hmac::Key, id: &str, timestamp: &str, signatures: &'h str) -> Self {
        let mut context = hmac::Context::with_key(key);
        for part in [id, ".", timestamp, "."] {
            context.update(part.as_bytes());
        }
        Self {
            context,
            signatures,
        }
    }

    /// Adds the next chunk of the body, without a copy.
    pub fn update(&mut self, chunk: &[u8]) {
        self.context.update(chunk);
    }

    /// Compares the signatures. One valid signature suffices; others are skipped. Each comparison
    /// takes constant time.
    ///
    /// # Errors
    /// [`WebhookError::InvalidSignature`]
    pub fn finish(self) -> Result<(), WebhookError> {
        let expected = self.context.sign();
        let valid = self
            .signatures
            .split(' ')
            .filter_map(|entry| entry.strip_prefix("v1,"))
            .any(|encoded| {
                let mut signature = [0; MAX_SIGNATURE];
                STANDARD
                    .decode_slice(encoded, &mut signature)
                    .is_ok_and(|length| {
                        verify_slices_are_equal(expected.as_ref(), &signature[..length]).is_ok()
                    })
            });
        if valid {
            Ok(())
        } else {
            Err(WebhookError::InvalidSignature)
        }
    }
}

impl std::fmt::Debug for Verification<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Verification").finish_non_exhaustive()
    }
}
