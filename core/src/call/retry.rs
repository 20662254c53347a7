//! Whether and when a request is sent again. No I/O, no clock of its own.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::{HeaderMap, header};

use crate::operation::{Operation, Verb};

/// The longest wait before the first repetition; it doubles with each one.
const FIRST_WAIT: Duration = Duration::from_millis(200);

/// The longest wait that the doubling reaches.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// Beyond any deadline, and small enough to be added to any clock.
const LATEST: Duration = Duration::from_secs(u32::MAX as u64);

/// What may be done with a request that did not lead to an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Safety {
    /// It may be sent again whatever happened to it.
    Idempotent,
    /// It may be sent again only if it surely was not processed.
    Once,
    /// It is sent once, whatever happens.
    Never,
}

impl Safety {
    pub(crate) fn of(operation: &Operation, verb: Verb) -> Self {
        match verb {
            _ if operation.tool => Self::Never,
            Verb::Get | Verb::Put | Verb::Delete => Self::Idempotent,
            Verb::Post | Verb::Patch => Self::Once,
        }
    }
}

/// How an attempt failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// No connection came about, so nothing was sent.
    NotConnected,
    /// The connection broke after it had been established.
    Broken,
    /// An answer came.
    Answered {
        status: u16,
        retry_after: Option<Duration>,
        tool_error: bool,
    },
    /// Trying again would end the same way.
    Final,
}

/// Whether the request may be sent again after this outcome.
pub(crate) fn may_repeat(outcome: Outcome, safety: Safety) -> bool {
    match (outcome, safety) {
        (_, Safety::Never) | (Outcome::Final, _) => false,
        (Outcome::NotConnected, _) => true,
        (Outcome::Broken, safety) => safety == Safety::Idempotent,
        (Outcome::Answered { tool_error: true, .. }, _) => false,
        (Outcome::Answered { status: 429, .. }, _) => true,
        (
            Outcome::Answered {
                status: 502..=504, ..
            },
            safety,
        ) => safety == Safety::Idempotent,
        (Outcome::Answered { .. }, _) => false,
    }
}

/// How long to wait before the next attempt; `None` when there is none. `attempt` counts from 1, `random` lies in
/// `0.0..1.0`.
pub(crate) fn wait(
    outcome: Outcome,
    safety: Safety,
    attempt: u32,
    max: u32,
    random: f64,
) -> Option<Duration> {
    if attempt >= max || !may_repeat(outcome, safety) {
        return None;
    }
    let ceiling = FIRST_WAIT
        .saturating_mul(1 << (attempt - 1).min(16))
        .min(LONGEST_WAIT);
    let jitter = ceiling.mul_f64(random);
    match outcome {
        // Without a time, a quota that is used up would only be used up more.
        Outcome::Answered {
            status: 429,
            retry_after,
            ..
        } => retry_after.map(|after| after.max(jitter)),
        Outcome::Answered {
            retry_after: Some(after),
            ..
        } => Some(after.max(jitter)),
        _ => Some(jitter),
    }
}

/// The `Retry-After` of an answer (RFC 9110, section 10.2.3): seconds or a date, which counts from `now`.
pub(crate) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let wait = if digits {
        text.parse().map_or(LATEST, Duration::from_secs)
    } else {
        let date = jiff::fmt::rfc2822::DateTimeParser::new()
            .parse_timestamp(text)
            .ok()?;
        let date = u64::try_from(date.as_second()).unwrap_or_default();
        let now = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        Duration::from_secs(date).saturating_sub(now)
    };
    Some(wait.min(LATEST))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    fn answered(status: u16, retry_after: Option<u64>) -> Outcome {
        Outcome::Answered {
            status,
            retry_after: retry_after.map(Duration::from_secs),
            tool_error: false,
        }
    }

    #[test]
    fn only_what_is_safe_is_repeated() {
        use Safety::{Idempotent, Never, Once};
        let table = [
            (Outcome::NotConnected, [true, true, false]),
            (Outcome::Broken, [true, false, false]),
            (Outcome::Final, [false, false, false]),
            (answered(502, None), [true, false, false]),
            (answered(503, Some(1)), [true, false, false]),
            (answered(504, None), [true, false, false]),
            (answered(429, Some(1)), [true, true, false]),
            (answered(500, Some(1)), [false, false, false]),
            (answered(400, None), [false, false, false]),
            (
                Outcome::Answered {
                    status: 503,
                    retry_after: None,
                    tool_error: true,
                },
                [false, false, false],
            ),
            (
                Outcome::Answered {
                    status: 429,
                    retry_after: None,
                    tool_error: true,
                },
                [false, false, false],
            ),
        ];
        for (outcome, expected) in table {
            let found = [Idempotent, Once, Never].map(|safety| may_repeat(outcome, safety));
            assert_eq!(found, expected, "{outcome:?}");
        }
    }

    #[test]
    fn the_wait_grows_with_full_jitter_up_to_a_bound() {
        let wait = |attempt, random| wait(Outcome::Broken, Safety::Idempotent, attempt, 100, random);
        assert_eq!(wait(1, 0.0), Some(Duration::ZERO));
        assert_eq!(wait(1, 0.5), Some(Duration::from_millis(100)));
        assert_eq!(wait(3, 0.5), Some(Duration::from_millis(400)));
        assert_eq!(wait(90, 1.0), Some(LONGEST_WAIT));
    }

    #[test]
    fn the_budget_ends_it() {
        assert!(wait(Outcome::Broken, Safety::Idempotent, 3, 4, 0.5).is_some());
        assert_eq!(wait(Outcome::Broken, Safety::Idempotent, 4, 4, 0.5), None);
    }

    #[test]
    fn the_service_s_own_time_counts() {
        let wait = |outcome| wait(outcome, Safety::Idempotent, 1, 4, 0.5);
        assert_eq!(wait(answered(503, Some(7))), Some(Duration::from_secs(7)));
        assert_eq!(wait(answered(503, Some(0))), Some(Duration::from_millis(100)));
        assert_eq!(wait(answered(429, Some(7))), Some(Duration::from_secs(7)));
        assert_eq!(wait(answered(429, None)), None);
    }

    #[test]
    fn reads_seconds_and_dates() {
        let now = UNIX_EPOCH + Duration::from_secs(784_111_777);
        let read = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::RETRY_AFTER, HeaderValue::from_str(text).unwrap());
            retry_after(&headers, now)
        };
        assert_eq!(read("120"), Some(Duration::from_secs(120)));
        for late in [
            "99999999999999999999999",
            "18446744073709551615",
            "Wed, 01 Jan 3000 00:00:00 GMT",
        ] {
            assert_eq!(read(late), Some(LATEST));
        }
        assert_eq!(
            read("Sun, 06 Nov 1994 08:49:47 GMT"),
            Some(Duration::from_secs(10))
        );
        assert_eq!(read("Sun, 06 Nov 1994 08:49:07 GMT"), Some(Duration::ZERO));
        for nonsense in ["", "-1", "1.5", "soon"] {
            assert_eq!(read(nonsense), None, "{nonsense}");
        }
        assert_eq!(retry_after(&HeaderMap::new(), now), None);
    }

    proptest! {
        #[test]
        fn any_header_is_survived(text in "[\\x20-\\x7e]{0,40}") {
            let mut headers = HeaderMap::new();
            headers.insert(header::RETRY_AFTER, HeaderValue::from_str(&text).unwrap());
            let _ = retry_after(&headers, UNIX_EPOCH);
        }
    }
}
