//! Verification of webhooks and interceptor requests.

use std::time::SystemTime;

use scalekit_bindings::guard;
use scalekit_bindings::webhooks::{Purpose, SignatureHeaders};

use crate::call::HttpHeader;
use crate::client::NativeClient;
use crate::failure::NativeError;
use crate::tokens::clock;

#[uniffi::export]
impl NativeClient {
    /// Verifies the signature of a webhook. `headers` may contain all headers of the request.
    /// `now_ms` is the time in milliseconds since 1970; default: the system clock.
    ///
    /// # Errors
    /// A header is missing, the secret is invalid, or the signature or the time does not match.
    pub fn verify_webhook(
        &self,
        secret: String,
        headers: Vec<HttpHeader>,
        payload: Vec<u8>,
        now_ms: Option<f64>,
    ) -> Result<(), NativeError> {
        guard::run(|| self.verify(Purpose::Webhook, &secret, &headers, &payload, now_ms))
    }

    /// Verifies the signature of an interceptor request, like
    /// [`verify_webhook`](Self::verify_webhook).
    ///
    /// # Errors
    /// As [`verify_webhook`](Self::verify_webhook).
    pub fn verify_interceptor(
        &self,
        secret: String,
        headers: Vec<HttpHeader>,
        payload: Vec<u8>,
        now_ms: Option<f64>,
    ) -> Result<(), NativeError> {
        guard::run(|| self.verify(Purpose::Interceptor, &secret, &headers, &payload, now_ms))
    }
}

impl NativeClient {
    fn verify(
        &self,
        purpose: Purpose,
        secret: &str,
        headers: &[HttpHeader],
        payload: &[u8],
        now_ms: Option<f64>,
    ) -> Result<(), NativeError> {
        let pairs = headers
            .iter()
            .map(|header| (&header.name, header.value.as_str()));
        let headers = SignatureHeaders::from_pairs(purpose, pairs);
        let now = now_ms.map_or_else(SystemTime::now, clock);
        Ok(self
            .core
            .verify_webhook_at(secret, &headers, payload, now)?)
    }
}
