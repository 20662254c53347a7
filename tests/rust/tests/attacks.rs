//! Runs the attack suite with the Rust core. Checks the result of each case, and limits its time
//! and memory.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, ensure};
use cpu_time::ThreadTime;
use peak_alloc::PeakAlloc;
use scalekit::token::{KeySet, TokenValidation};
use scalekit::webhook::{Purpose, SignatureHeaders, Verifier, WebhookError};
use scalekit_conformance::attacks::{Cases, Keys, Outcome, PayloadCase, TokenCase};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// A fixed time, for the cases that depend on a single second.
const NOW: u64 = 1_800_000_000;

/// The maximum CPU time of a case. Wall clock time would depend on the load of the machine.
const MAX_TIME: Duration = Duration::from_secs(2);
/// The maximum memory of a case, in addition to its input.
const MAX_BYTES: usize = 4 << 20;

fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(NOW)
}

/// The subject of an accepted case, or the reason and the message of a rejected one.
type CaseResult = Result<Option<String>, (Option<&'static str>, String)>;

fn with_limits(verify: impl FnOnce() -> CaseResult) -> Result<CaseResult> {
    MEMORY.reset_peak_usage();
    let (before, started) = (MEMORY.current_usage(), ThreadTime::now());
    let result = verify();
    let (time, bytes) = (started.elapsed(), MEMORY.peak_usage() - before);
    ensure!(time < MAX_TIME, "took {time:?}");
    ensure!(bytes < MAX_BYTES, "used {bytes} bytes");
    Ok(result)
}

fn validate_token(keys: &KeySet, case: &TokenCase) -> CaseResult {
    let mut checks = TokenValidation::new().required_scopes(case.required_scopes.clone());
    checks.issuer = case.issuer.clone().map(|issuer| vec![issuer]);
    checks.audience = Some(case.audience.clone()).filter(|audience| !audience.is_empty());
    checks.leeway = case.leeway;
    let claims = keys
        .validate(&case.token, &checks, now())
        .and_then(|verified| verified.claims());
    match claims {
        Ok(claims) => Ok(claims.subject().map(str::to_owned)),
        Err(error) => Err((Some(error.reason()), error.to_string())),
    }
}

fn verify_payload(case: &PayloadCase) -> CaseResult {
    let purpose = if case.interceptor {
        Purpose::Interceptor
    } else {
        Purpose::Webhook
    };
    let pairs = case
        .headers
        .iter()
        .map(|(name, value)| (name, value.as_str()));
    let headers = SignatureHeaders::from_pairs(purpose, pairs);
    // Like `scalekit::webhook::verify`, which has no clock parameter: missing headers are reported
    // first.
    let missing =
        headers.id.is_empty() || headers.timestamp.is_empty() || headers.signature.is_empty();
    let verified = match Verifier::new(&case.secret) {
        Err(_) if missing => Err(WebhookError::MissingHeaders),
        Err(error) => Err(error),
        Ok(verifier) => verifier.verify_at(&headers, &case.body, now()),
    };
    verified
        .map(|()| None)
        .map_err(|error| (None, error.to_string()))
}

/// Returns an error if the result differs from the expected one.
fn compare(expected: &Outcome, result: &CaseResult) -> Result<()> {
    match result {
        Ok(subject) => {
            ensure!(expected.accepted, "was accepted");
            ensure!(
                expected.subject.is_none() || expected.subject == *subject,
                "the subject is {subject:?}"
            );
        }
        Err((reason, message)) => {
            ensure!(!expected.accepted, "was rejected: {message}");
            ensure!(
                expected.reason.as_deref() == *reason,
                "was rejected for {reason:?}: {message}"
            );
            let expected = expected
                .message
                .as_deref()
                .context("the case has no message")?;
            // Token cases contain only the beginning of the message.
            let matches = if reason.is_some() {
                message.starts_with(expected)
            } else {
                message == expected
            };
            ensure!(matches, "the message is {message:?}, expected {expected:?}");
        }
    }
    Ok(())
}

#[test]
fn every_case_has_the_expected_result_within_limits() -> Result<()> {
    let keys = Keys::read()?;
    let set = KeySet::parse(keys.jwks()?.as_bytes())?;
    let cases = Cases::make(&keys, NOW, "https://attacker.example", true)?;
    // Twice, because the signature cache must not change the result.
    let tokens = cases.tokens.iter().chain(&cases.tokens).map(|case| {
        let result = with_limits(|| validate_token(&set, case));
        (
            &case.name,
            result.and_then(|result| compare(&case.outcome, &result)),
        )
    });
    let payloads = cases.payloads.iter().map(|case| {
        let result = with_limits(|| verify_payload(case));
        (
            &case.name,
            result.and_then(|result| compare(&case.outcome, &result)),
        )
    });
    let failures: Vec<_> = tokens
        .chain(payloads)
        .filter_map(|(name, result)| Some(format!("{name}: {}", result.err()?)))
        .collect();
    assert!(
        failures.is_empty(),
        "{} cases failed:\n{}",
        failures.len(),
        failures.join("\n")
    );
    assert!(cases.tokens.len() > 250 && cases.payloads.len() > 150);
    Ok(())
}
