//! Verification of webhooks and interceptor requests.

pub use scalekit::webhook::{Purpose, SignatureHeaders, Verification};

/// Returns the purpose of a request: an interceptor's or a webhook's.
pub fn purpose(interceptor: bool) -> Purpose {
    if interceptor {
        Purpose::Interceptor
    } else {
        Purpose::Webhook
    }
}

/// Returns `true` if the verification reads the header `name`.
pub fn is_signature_header(purpose: Purpose, name: &str) -> bool {
    SignatureHeaders::from_pairs(purpose, [(name, "any")]) != SignatureHeaders::default()
}
