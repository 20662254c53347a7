//! Who wants to hear of what.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use serde::{Deserialize, Serialize};

const PREFIX: &str = "whsec_";

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
}

/// An endpoint.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Endpoint {
    pub(crate) id: u64,
    pub(crate) url: String,
    pub(crate) secret: String,
    pub(crate) events: Vec<String>,
}

impl NewEndpoint {
    /// # Errors
    /// What is wrong with it, in words.
    pub(crate) fn check(&self) -> Result<(), String> {
        let url = url::Url::parse(&self.url).map_err(|error| format!("url: {error}"))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err("url must be http or https".to_owned());
        }
        match &self.secret {
            Some(secret) if key(secret).is_none_or(|key| key.is_empty()) => {
                Err("secret must be whsec_ and base64".to_owned())
            }
            _ => Ok(()),
        }
    }
}

impl Endpoint {
    pub(super) fn new(id: u64, new: NewEndpoint) -> Self {
        let secret = new.secret.unwrap_or_else(|| {
            let mut bytes = [0; 24];
            bytes.fill_with(|| fastrand::u8(..));
            format!("{PREFIX}{}", STANDARD.encode(bytes))
        });
        Self {
            id,
            url: new.url,
            secret,
            events: new.events,
        }
    }

    pub(super) fn wants(&self, event: &str) -> bool {
        let matches = |wanted: &String| match wanted.strip_suffix('*') {
            Some(start) => event.starts_with(start),
            None => wanted == event,
        };
        self.events.is_empty() || self.events.iter().any(matches)
    }

    /// The `webhook-signature` of a delivery: HMAC-SHA256 over id, time and body.
    pub(super) fn signature(&self, id: &str, timestamp: i64, body: &[u8]) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &key(&self.secret).unwrap_or_default());
        let mut context = hmac::Context::with_key(&key);
        context.update(format!("{id}.{timestamp}.").as_bytes());
        context.update(body);
        format!("v1,{}", STANDARD.encode(context.sign()))
    }
}

fn key(secret: &str) -> Option<Vec<u8>> {
    let text = secret.strip_prefix(PREFIX)?;
    STANDARD.decode(text).or_else(|_| URL_SAFE.decode(text)).ok()
}
