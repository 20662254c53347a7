//! A verification under way, for a body that comes in pieces.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::WebhookError;

/// What 44 characters of base64 may decode to; a signature with more is no HMAC-SHA256.
const ROOM: usize = 36;

/// A verification that waits for the body; made by [`Verifier::start`](super::Verifier::start).
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
        Self { context, signatures }
    }

    /// Takes the next piece of the body; nothing of it is copied.
    pub fn update(&mut self, piece: &[u8]) {
        self.context.update(piece);
    }

    /// Compares with the signatures: any valid one suffices, others are passed over. Each is compared in constant time
    /// over its full length.
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
                let mut signature = [0; ROOM];
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
