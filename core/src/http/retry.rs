//! Decides whether and when a request is sent again. No I/O, no clock.

use std::time::{Duration, SystemTime};

use http::{HeaderMap, header};

use crate::schema::{Operation, Verb};

/// The upper bound of the wait before the first retry. It doubles with each retry.
const FIRST_WAIT: Duration = Duration::from_millis(200);

/// The upper bound of any wait that the service did not request.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// Longer than any deadline, and short enough that adding it to a clock cannot overflow.
const LATEST: Duration = Duration::from_secs(u32::MAX as u64);

/// Whether a failed request may be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Safety {
    /// Repeating it has no further effect, so it may always be sent again.
    Idempotent,
    /// It may be sent again only if the service has not processed it.
    Once,
    /// It is never sent again.
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
    /// The connection failed, so nothing was sent.
    NotConnected,
    /// The connection broke after it was established.
    Broken,
    /// The service sent an error response.
    Responded {
        status: u16,
        retry_after: Option<Duration>,
        tool_error: bool,
    },
    /// Another attempt would fail in the same way.
    Final,
}

/// Returns `true` if the request may be sent again after this outcome.
pub(crate) fn may_repeat(outcome: Outcome, safety: Safety) -> bool {
    match (outcome, safety) {
        (_, Safety::Never) | (Outcome::Final, _) => false,
        (Outcome::NotConnected, _) => true,
        (Outcome::Broken, safety) => safety == Safety::Idempotent,
        (
            Outcome::Responded {
                tool_error: true, ..
            },
            _,
        ) => false,
        (Outcome::Responded { status: 429, .. }, _) => true,
        (
            Outcome::Responded {
                status: 502..=504, ..
            },
            safety,
        ) => safety == Safety::Idempotent,
        (Outcome::Responded { .. }, _) => false,
    }
}

/// Returns how long to wait before the next attempt, or `None` if the request must not be sent
/// again. `attempt` counts from 1; `random` is in `0.0..1.0`.
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
        // Without `Retry-After`, another request would only exceed the quota further.
        Outcome::Responded {
            status: 429,
            retry_after,
            ..
        } => retry_after.map(|after| after.max(jitter)),
        Outcome::Responded {
            retry_after: Some(after),
            ..
        } => Some(after.max(jitter)),
        _ => Some(jitter),
    }
}

/// Parses `Retry-After` (RFC 9110, section 10.2.3): seconds, or a date relative to `now`.
pub(crate) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let wait = if digits {
        text.parse().map_or(LATEST, Duration::from_secs)
    } else {
        let date = httpdate::parse_http_date(text).ok()?;
        date.duration_since(now).unwrap_or_default()
    };
    Some(wait.min(LATEST))
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    fn responded(status: u16, retry_after: Option<u64>) -> Outcome {
        Outcome::Responded {
            status,
            retry_after: retry_after.map(Duration::from_secs),
            tool_error: false,
        }
    }

    #[test]
    fn only_safe_requests_are_repeated() {
        use Safety::{Idempotent, Never, Once};
        let table = [
            (Outcome::NotConnected, [true, true, false]),
            (Outcome::Broken, [true, false, false]),
            (Outcome::Final, [false, false, false]),
            (responded(502, None), [true, false, false]),
            (responded(503, Some(1)), [true, false, false]),
            (responded(504, None), [true, false, false]),
            (responded(429, Some(1)), [true, true, false]),
            (responded(500, Some(1)), [false, false, false]),
            (responded(400, None), [false, false, false]),
            (
                Outcome::Responded {
                    status: 503,
                    retry_after: None,
                    tool_error: true,
                },
                [false, false, false],
            ),
            (
                Outcome::Responded {
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
    fn the_wait_grows_with_full_jitter_up_to_a_limit() {
        let wait =
            |attempt, random| wait(Outcome::Broken, Safety::Idempotent, attempt, 100, random);
        assert_eq!(wait(1, 0.0), Some(Duration::ZERO));
        assert_eq!(wait(1, 0.5), Some(Duration::from_millis(100)));
        assert_eq!(wait(3, 0.5), Some(Duration::from_millis(400)));
        assert_eq!(wait(90, 1.0), Some(LONGEST_WAIT));
    }

    #[test]
    fn the_number_of_attempts_is_limited() {
        assert!(wait(Outcome::Broken, Safety::Idempotent, 3, 4, 0.5).is_some());
        assert_eq!(wait(Outcome::Broken, Safety::Idempotent, 4, 4, 0.5), None);
    }

    #[test]
    fn retry_after_is_honored() {
        let wait = |outcome| wait(outcome, Safety::Idempotent, 1, 4, 0.5);
        assert_eq!(wait(responded(503, Some(7))), Some(Duration::from_secs(7)));
        assert_eq!(
            wait(responded(503, Some(0))),
            Some(Duration::from_millis(100))
        );
        assert_eq!(wait(responded(429, Some(7))), Some(Duration::from_secs(7)));
        assert_eq!(wait(responded(429, None)), None);
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
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
        // The current form and the two obsolete forms of RFC 9110, section 5.6.7.
        for soon in [
            "Sun, 06 Nov 1994 08:49:47 GMT",
            "Sunday, 06-Nov-94 08:49:47 GMT",
            "Sun Nov  6 08:49:47 1994",
        ] {
            assert_eq!(read(soon), Some(Duration::from_secs(10)), "{soon}");
        }
        assert_eq!(read("Sun, 06 Nov 1994 08:49:07 GMT"), Some(Duration::ZERO));
        for nonsense in ["", "-1", "1.5", "soon", "Sun, 06 Nov 1994"] {
            assert_eq!(read(nonsense), None, "{nonsense}");
        }
        assert_eq!(retry_after(&HeaderMap::new(), now), None);
    }

    proptest! {
        #[test]
        fn no_header_causes_a_panic(text in "[\\x20-\\x7e]{0,40}") {
            let mut headers = HeaderMap::new();
            headers.insert(header::RETRY_AFTER, HeaderValue::from_str(&text).unwrap());
            let _ = retry_after(&headers, UNIX_EPOCH);
        }
    }
}
