//! The signature headers of a webhook or interceptor call.

use std::borrow::Cow;

use super::WebhookError;

/// The kind of a payload, which determines the header names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// `webhook-id`, `webhook-timestamp`, `webhook-signature`.
    Webhook,
    /// `interceptor-…`; a missing header falls back to `webhook-…`.
    Interceptor,
}

/// The three headers of a signed payload.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SignatureHeaders<'h> {
    /// The message id.
    pub id: Cow<'h, str>,
    /// The time of the message in seconds since 1970.
    pub timestamp: Cow<'h, str>,
    /// The space-separated signatures.
    pub signature: Cow<'h, str>,
}

impl<'h> SignatureHeaders<'h> {
    /// The headers with their values, for a framework that reads headers by name.
    pub fn new(
        id: impl Into<Cow<'h, str>>,
        timestamp: impl Into<Cow<'h, str>>,
        signature: impl Into<Cow<'h, str>>,
    ) -> Self {
        Self {
            id: id.into(),
            timestamp: timestamp.into(),
            signature: signature.into(),
        }
    }

    /// Selects the signature headers of any list of headers. Names are compared without case; `_`
    /// equals `-`, and the prefix `HTTP_` of CGI variables is ignored.
    ///
    /// ```
    /// use scalekit::webhook::{Purpose, SignatureHeaders};
    /// let meta = [("HTTP_WEBHOOK_ID", "msg_1"), ("HTTP_WEBHOOK_TIMESTAMP", "5"), ("HTTP_WEBHOOK_SIGNATURE", "v1,x")];
    /// assert_eq!(SignatureHeaders::from_pairs(Purpose::Webhook, meta).id, "msg_1");
    /// ```
    pub fn from_pairs<N, V>(purpose: Purpose, headers: impl IntoIterator<Item = (N, V)>) -> Self
    where
        N: AsRef<[u8]>,
        V: Into<Cow<'h, str>>,
    {
        let mut own = Self::default();
        let mut fallback = Self::default();
        for (name, value) in headers {
            let Some((prefix, field)) = known(name.as_ref()) else {
                continue;
            };
            let found = match (purpose, prefix) {
                (Purpose::Webhook, Prefix::Webhook)
                | (Purpose::Interceptor, Prefix::Interceptor) => &mut own,
                (Purpose::Interceptor, Prefix::Webhook) => &mut fallback,
                (Purpose::Webhook, Prefix::Interceptor) => continue,
            };
            let slot = match field {
                Field::Id => &mut found.id,
                Field::Timestamp => &mut found.timestamp,
                Field::Signature => &mut found.signature,
            };
            if slot.is_empty() {
                *slot = value.into();
            }
        }
        own.or(fallback)
    }

    /// Looks up each header by its lower-case name, such as `webhook-id`.
    pub fn from_lookup<V>(purpose: Purpose, lookup: impl Fn(&str) -> Option<V>) -> Self
    where
        V: Into<Cow<'h, str>>,
    {
        let find = |prefix: &str, field: &str| {
            lookup(&format!("{prefix}-{field}"))
                .map(Into::into)
                .unwrap_or_default()
        };
        let all = |prefix: &str| Self {
            id: find(prefix, "id"),
            timestamp: find(prefix, "timestamp"),
            signature: find(prefix, "signature"),
        };
        match purpose {
            Purpose::Webhook => all("webhook"),
            Purpose::Interceptor => all("interceptor").or(all("webhook")),
        }
    }

    pub(crate) fn check_present(&self) -> Result<(), WebhookError> {
        let missing = self.id.is_empty() || self.timestamp.is_empty() || self.signature.is_empty();
        if missing {
            Err(WebhookError::MissingHeaders)
        } else {
            Ok(())
        }
    }

    fn or(self, other: Self) -> Self {
        let choose = |own: Cow<'h, str>, other| if own.is_empty() { other } else { own };
        Self {
            id: choose(self.id, other.id),
            timestamp: choose(self.timestamp, other.timestamp),
            signature: choose(self.signature, other.signature),
        }
    }
}

enum Prefix {
    Webhook,
    Interceptor,
}

enum Field {
    Id,
    Timestamp,
    Signature,
}

fn known(name: &[u8]) -> Option<(Prefix, Field)> {
    let name = match name.split_at_checked(5) {
        Some((start, rest)) if same(start, b"http-") => rest,
        _ => name,
    };
    let (prefix, field) = match (name.split_at_checked(8), name.split_at_checked(12)) {
        (Some((start, field)), _) if same(start, b"webhook-") => (Prefix::Webhook, field),
        (_, Some((start, field))) if same(start, b"interceptor-") => (Prefix::Interceptor, field),
        _ => return None,
    };
    match field {
        field if same(field, b"id") => Some((prefix, Field::Id)),
        field if same(field, b"timestamp") => Some((prefix, Field::Timestamp)),
        field if same(field, b"signature") => Some((prefix, Field::Signature)),
        _ => None,
    }
}

fn same(name: &[u8], expected: &[u8]) -> bool {
    let normalize = |byte: &u8| {
        if *byte == b'_' {
            b'-'
        } else {
            byte.to_ascii_lowercase()
        }
    };
    name.len() == expected.len()
        && name
            .iter()
            .zip(expected)
            .all(|(found, expected)| normalize(found) == *expected)
}
