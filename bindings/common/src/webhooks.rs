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

/// Returns `true` for the headers that a verification may read, in any spelling of the name.
pub fn is_signature_header(name: &str) -> bool {
    // An interceptor may also use the headers of webhooks.
    let purpose = Purpose::Interceptor;
    SignatureHeaders::from_pairs(purpose, [(name, "any")]) != SignatureHeaders::default()
}
