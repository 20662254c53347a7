//! Compares webhook verification with `standardwebhooks`.

use std::time::SystemTime;

use http::{HeaderMap, HeaderName, HeaderValue};
use scalekit::webhook::{Purpose, SignatureHeaders, Verifier};
use standardwebhooks::Webhook;

use super::differences::{Difference, Ours, compare};
use super::webhook_cases::{WebhookCase, webhook_cases};

const CASES: usize = 20_000;

const DIFFERENCES: &[Difference<WebhookCase>] = &[
    Difference {
        name: "secret without a prefix",
        ours: Ours::Rejects,
        applies: |case| !case.secret.contains('_'),
        reason: "documented secrets have a prefix; the key is the text after the underscore",
    },
    Difference {
        name: "secret with a prefix other than whsec_",
        ours: Ours::Accepts,
        applies: |case| case.secret.contains('_') && !case.secret.starts_with("whsec_"),
        reason: "the key is the text after the first underscore; the prefix does not matter",
    },
    Difference {
        name: "secret without padding or in the URL-safe alphabet",
        ours: Ours::Accepts,
        applies: |case| {
            let text = case.secret.strip_prefix("whsec_");
            text.is_some_and(|text| text.contains(['-', '_']) || text.len() % 4 != 0)
        },
        reason: "Scalekit secrets exist in both alphabets, with and without padding",
    },
    Difference {
        name: "empty key",
        ours: Ours::Rejects,
        applies: |case| case.secret == "whsec_",
        reason: "everyone could sign with an empty key",
    },
    Difference {
        name: "body that is not UTF-8",
        ours: Ours::Accepts,
        applies: |case| std::str::from_utf8(&case.body).is_err(),
        reason: "the signature covers bytes, not text",
    },
    Difference {
        name: "empty id",
        ours: Ours::Rejects,
        applies: |case| case.header("id").is_empty(),
        reason: "an empty required header counts as missing",
    },
    Difference {
        name: "CGI header names",
        ours: Ours::Accepts,
        applies: |case| case.headers.iter().any(|(name, _)| name.contains('_')),
        reason: "this library accepts the header names of all frameworks",
    },
    Difference {
        name: "timestamp with a sign or leading zeros, signed without them",
        ours: Ours::Rejects,
        applies: |case| case.header("timestamp").starts_with(['+', '0']),
        reason: "the signature must cover the text of the header",
    },
    Difference {
        name: "timestamp with leading zeros, signed with them",
        ours: Ours::Accepts,
        applies: |case| case.header("timestamp").starts_with('0'),
        reason: "the signature covers the text of the header; standardwebhooks uses the parsed number",
    },
];

fn ours(case: &WebhookCase) -> Option<()> {
    let pairs = case.headers.iter().map(|(name, value)| (name, value));
    let headers = SignatureHeaders::from_pairs(Purpose::Webhook, pairs);
    Verifier::new(&case.secret)
        .ok()?
        .verify_at(&headers, &case.body, SystemTime::now())
        .ok()
}

fn standardwebhooks(case: &WebhookCase) -> Option<()> {
    let mut headers = HeaderMap::new();
    for (name, value) in &case.headers {
        headers.append(
            HeaderName::try_from(name).ok()?,
            HeaderValue::from_str(value).ok()?,
        );
    }
    Webhook::new(&case.secret)
        .ok()?
        .verify(&case.body, &headers)
        .ok()
}

#[test]
fn generated_webhooks_have_the_same_result_as_standardwebhooks() {
    compare(
        webhook_cases(1, CASES),
        ours,
        standardwebhooks,
        DIFFERENCES,
        CASES / 4,
    );
}
