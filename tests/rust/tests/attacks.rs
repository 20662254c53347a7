//! The attack suite against the Rust core: each case with its documented outcome, and with bounded work.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, ensure};
use cpu_time::ThreadTime;
use peak_alloc::PeakAlloc;
use scalekit::token::{KeySet, TokenValidation};
use scalekit::webhook::{Purpose, SignatureHeaders, Verifier, WebhookError};
use scalekit_conformance::attacks::{Cases, Keys, Outcome, PayloadCase, TokenCase};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// The clock stands still here, so that cases about a single second can be had.
const NOW: u64 = 1_800_000_000;

/// What a case may cost beside its input, however large that is. Processor time, so that a busy machine does not count.
const TIME: Duration = Duration::from_secs(2);
const BYTES: usize = 4 << 20;

fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(NOW)
}

/// The reason and the message of a refusal, or the subject.
type Verdict = Result<Option<String>, (Option<&'static str>, String)>;

fn bounded(verify: impl FnOnce() -> Verdict) -> Result<Verdict> {
    MEMORY.reset_peak_usage();
    let (before, started) = (MEMORY.current_usage(), ThreadTime::now());
    let verdict = verify();
    let (took, used) = (started.elapsed(), MEMORY.peak_usage() - before);
    ensure!(took < TIME, "it took {took:?}");
    ensure!(used < BYTES, "it used {used} bytes");
    Ok(verdict)
}

fn token_verdict(keys: &KeySet, case: &TokenCase) -> Verdict {
    let checks = TokenValidation {
        issuer: case.issuer.clone().map(|issuer| vec![issuer]),
        audience: Some(case.audience.clone()).filter(|audience| !audience.is_empty()),
        required_scopes: case.required_scopes.clone(),
        leeway: case.leeway,
        as_of: None,
    };
    let claims = keys
        .validate(&case.token, &checks, now())
        .and_then(|verified| verified.claims());
    match claims {
        Ok(claims) => Ok(claims.subject().map(str::to_owned)),
        Err(error) => Err((Some(error.reason()), error.to_string())),
    }
}

fn payload_verdict(case: &PayloadCase) -> Verdict {
    let purpose = if case.interceptor {
        Purpose::Interceptor
    } else {
        Purpose::Webhook
    };
    let pairs = case.headers.iter().map(|(name, value)| (name, value.as_str()));
    let headers = SignatureHeaders::from_pairs(purpose, pairs);
    // As `scalekit::webhook::verify`, which takes no clock: the headers come first.
    let missing = headers.id.is_empty() || headers.timestamp.is_empty() || headers.signature.is_empty();
    let verified = match Verifier::new(&case.secret) {
        Err(_) if missing => Err(WebhookError::MissingHeaders),
        Err(error) => Err(error),
        Ok(verifier) => verifier.verify_at(&headers, &case.body, now()),
    };
    verified.map(|()| None).map_err(|error| (None, error.to_string()))
}

/// Why a verdict is not the right one.
fn compare(outcome: &Outcome, verdict: &Verdict) -> Result<()> {
    match verdict {
        Ok(subject) => {
            ensure!(outcome.accepted, "accepted");
            ensure!(
                outcome.subject.is_none() || outcome.subject == *subject,
                "sub is {subject:?}"
            );
        }
        Err((reason, message)) => {
            ensure!(!outcome.accepted, "refused: {message}");
            ensure!(
                outcome.reason.as_deref() == *reason,
                "refused for {reason:?}: {message}"
            );
            let expected = outcome.message.as_deref().context("no message")?;
            // The messages of webhooks are whole, those of tokens may go on.
            let right = if reason.is_some() {
                message.starts_with(expected)
            } else {
                message == expected
            };
            ensure!(right, "{message:?} instead of {expected:?}");
        }
    }
    Ok(())
}

#[test]
fn every_case_has_its_outcome_and_bounded_work() -> Result<()> {
    let keys = Keys::read()?;
    let set = KeySet::parse(keys.jwks()?.as_bytes())?;
    let cases = Cases::make(&keys, NOW, "https://attacker.example", true)?;
    // Twice: that a token has been seen before makes no difference.
    let tokens = cases.tokens.iter().chain(&cases.tokens).map(|case| {
        let verdict = bounded(|| token_verdict(&set, case));
        (
            &case.name,
            verdict.and_then(|verdict| compare(&case.outcome, &verdict)),
        )
    });
    let payloads = cases.payloads.iter().map(|case| {
        let verdict = bounded(|| payload_verdict(case));
        (
            &case.name,
            verdict.and_then(|verdict| compare(&case.outcome, &verdict)),
        )
    });
    let wrong: Vec<_> = tokens
        .chain(payloads)
        .filter_map(|(name, result)| Some(format!("{name}: {}", result.err()?)))
        .collect();
    assert!(wrong.is_empty(), "{} cases:\n{}", wrong.len(), wrong.join("\n"));
    assert!(cases.tokens.len() > 250 && cases.payloads.len() > 150);
    Ok(())
}
