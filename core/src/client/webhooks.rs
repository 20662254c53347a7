//! Webhook verification with the client's settings.

use std::sync::Arc;
use std::time::SystemTime;

use serde::de::DeserializeOwned;

use super::Client;
use crate::error::Error;
use crate::webhook::{SignatureHeaders, Verification, Verifier};

impl Client {
    /// Verifies a webhook or interceptor payload, with the tolerance of
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
    /// [`ErrorKind::WebhookVerification`](crate::ErrorKind::WebhookVerification), with the message
    /// of the [`WebhookError`](crate::webhook::WebhookError). Missing headers are reported before
    /// an invalid secret.
    pub fn verify_webhook(
        &self,
        secret: &str,
        headers: &SignatureHeaders<'_>,
        payload: &[u8],
    ) -> Result<(), Error> {
        self.verify_webhook_at(secret, headers, payload, SystemTime::now())
    }

    /// Verifies a webhook, as [`verify_webhook`](Self::verify_webhook) does, and returns its event.
    ///
    /// ```no_run
    /// use scalekit::api::raw::events::ScalekitEvent;
    /// use scalekit::webhook::SignatureHeaders;
    ///
    /// # fn example(client: scalekit::Client, headers: &SignatureHeaders<'_>, body: &[u8]) -> scalekit::Result<()> {
    /// let event: ScalekitEvent = client.parse_webhook("whsec_c2VjcmV0", headers, body)?;
    /// if event.r#type == "organization.created" {
    ///     println!("{:?}", event.organization_id);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`verify_webhook`](Self::verify_webhook), and
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument) if the payload has a valid
    /// signature but is not such an event.
    pub fn parse_webhook<E: DeserializeOwned>(
        &self,
        secret: &str,
        headers: &SignatureHeaders<'_>,
        payload: &[u8],
    ) -> Result<E, Error> {
        self.verify_webhook(secret, headers, payload)?;
        // Not the text of the parser's error, which may contain a part of the payload.
        serde_json::from_slice(payload).map_err(|_| {
            Error::invalid_argument("the payload has a valid signature but is not such an event")
        })
    }

    /// Like [`verify_webhook`](Self::verify_webhook), at the time `now`.
    ///
    /// # Errors
    /// As [`verify_webhook`](Self::verify_webhook).
    pub fn verify_webhook_at(
        &self,
        secret: &str,
        headers: &SignatureHeaders<'_>,
        payload: &[u8],
        now: SystemTime,
    ) -> Result<(), Error> {
        Ok(self
            .verifier(secret, headers)?
            .verify_at(headers, payload, now)?)
    }

    /// Checks headers and secret and returns a verification that takes the body in chunks.
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

    fn verifier(
        &self,
        secret: &str,
        headers: &SignatureHeaders<'_>,
    ) -> Result<Arc<Verifier>, Error> {
        headers.check_present()?;
        Ok(self
            .secrets()
            .verifier(secret, self.config().webhook_tolerance)?)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use aws_lc_rs::hmac;
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use serde_json::Value;

    use super::*;
    use crate::error::ErrorKind;
    use crate::token::seconds;
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
    fn the_client_sets_the_tolerance() {
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
    fn a_valid_webhook_is_parsed() {
        let parse = |payload: &str| {
            let now = seconds(SystemTime::now()).to_string();
            let now = now.split('.').next().unwrap_or_default();
            let key = hmac::Key::new(hmac::HMAC_SHA256, &[0, 0, 0]);
            let signature = hmac::sign(&key, format!("m.{now}.{payload}").as_bytes());
            let signature = format!("v1,{}", STANDARD.encode(signature));
            let mut headers = headers(now);
            headers.signature = signature.as_str().into();
            client(300).parse_webhook::<Value>("w_AAAA", &headers, payload.as_bytes())
        };
        let event = parse(r#"{"type":"organization.created","new":1}"#).unwrap();
        assert_eq!(
            (&event["type"], &event["new"]),
            (&"organization.created".into(), &1.into())
        );
        let error = parse("a-secret").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert!(!error.to_string().contains("a-secret"));
        let error = client(300).parse_webhook::<Value>("w_AAAA", &headers("5"), b"{}");
        assert_eq!(error.unwrap_err().kind(), ErrorKind::WebhookVerification);
    }

    #[test]
    fn the_caller_may_set_the_time() {
        let then = SystemTime::UNIX_EPOCH + Duration::from_secs(5);
        let error = client(300)
            .verify_webhook_at("w_AAAA", &headers("5"), b"", then)
            .unwrap_err();
        assert_eq!(error.message(), "Invalid signature");
    }
}
