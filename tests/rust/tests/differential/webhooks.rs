//! Webhooks: the core and `standardwebhooks`.

use std::time::SystemTime;

use http::{HeaderMap, HeaderName, HeaderValue};
use scalekit::webhook::{Purpose, SignatureHeaders, Verifier};
use standardwebhooks::Webhook;

use super::differences::{Difference, Ours, compare};
use super::webhook_cases::{WebhookCase, webhook_cases};

const CASES: usize = 20_000;

const DIFFERENCES: &[Difference<WebhookCase>] = &[
    Difference {
        name: "a secret without prefix",
        ours: Ours::Refuses,
        applies: |case| !case.secret.contains('_'),
        reason: "the documented secret has one, and the key is what follows its underscore",
    },
    Difference {
        name: "a secret with another prefix than whsec_",
        ours: Ours::Accepts,
        applies: |case| case.secret.contains('_') && !case.secret.starts_with("whsec_"),
        reason: "the key is what follows the first underscore, whatever precedes it",
    },
    Difference {
        name: "a secret without padding, or in the URL-safe alphabet",
        ours: Ours::Accepts,
        applies: |case| {
            let text = case.secret.strip_prefix("whsec_");
            text.is_some_and(|text| text.contains(['-', '_']) || text.len() % 4 != 0)
        },
        reason: "Scalekit's secrets are of either kind, and people paste them",
    },
    Difference {
        name: "an empty key",
        ours: Ours::Refuses,
        applies: |case| case.secret == "whsec_",
        reason: "anybody could sign",
    },
    Difference {
        name: "a body that is not UTF-8",
        ours: Ours::Accepts,
        applies: |case| std::str::from_utf8(&case.body).is_err(),
        reason: "bytes were signed, and bytes are verified",
    },
    Difference {
        name: "an empty id",
        ours: Ours::Refuses,
        applies: |case| case.header("id").is_empty(),
        reason: "a required header that is empty is missing",
    },
    Difference {
        name: "names as CGI writes them",
        ours: Ours::Accepts,
        applies: |case| case.headers.iter().any(|(name, _)| name.contains('_')),
        reason: "the headers of every framework are taken as they are",
    },
    Difference {
        name: "times with a sign or leading zeros, signed as the number they stand for",
        ours: Ours::Refuses,
        applies: |case| case.header("timestamp").starts_with(['+', '0']),
        reason: "what is checked is what was signed, to the letter",
    },
    Difference {
        name: "a time with leading zeros, signed with them",
        ours: Ours::Accepts,
        applies: |case| case.header("timestamp").starts_with('0'),
        reason: "it is signed as it stands in the header; standardwebhooks signs the number that it reads",
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
    Webhook::new(&case.secret).ok()?.verify(&case.body, &headers).ok()
}

#[test]
fn every_generated_webhook_is_judged_alike() {
    compare(
        webhook_cases(1, CASES),
        ours,
        standardwebhooks,
        DIFFERENCES,
        CASES / 4,
    );
}
