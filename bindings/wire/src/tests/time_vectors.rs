//! Hand-written vectors for timestamps and durations.

use proptest::prelude::*;

use crate::time::{format_duration, format_timestamp, parse_duration, parse_timestamp};

#[test]
fn timestamps_are_parsed() {
    let vectors = [
        ("1970-01-01T00:00:00Z", Some((0, 0))),
        ("0001-01-01T00:00:00Z", Some((-62_135_596_800, 0))),
        (
            "9999-12-31T23:59:59.999999999Z",
            Some((253_402_300_799, 999_999_999)),
        ),
        ("1972-01-01T10:00:20.021Z", Some((63_108_020, 21_000_000))),
        (
            "2024-02-29T12:00:00.5+05:30",
            Some((1_709_188_200, 500_000_000)),
        ),
        ("1969-12-31T16:00:00-08:00", Some((0, 0))),
        ("2024-03-01t00:00:00z", Some((1_709_251_200, 0))),
        ("1969-12-31T23:59:59.25Z", Some((-1, 250_000_000))),
        // Out of range, in some cases because of the offset.
        ("0000-12-31T23:59:59Z", None),
        ("0001-01-01T00:00:00+00:01", None),
        ("9999-12-31T23:59:59-00:01", None),
        ("10000-01-01T00:00:00Z", None),
        // Dates and times that do not exist.
        ("2023-02-29T00:00:00Z", None),
        ("1900-02-29T00:00:00Z", None),
        ("2023-13-01T00:00:00Z", None),
        ("2023-00-01T00:00:00Z", None),
        ("2023-04-31T00:00:00Z", None),
        ("2023-04-00T00:00:00Z", None),
        ("2023-04-01T24:00:00Z", None),
        ("2023-04-01T00:60:00Z", None),
        ("2023-04-01T00:00:60Z", None),
        ("2023-04-01T00:00:00+24:00", None),
        ("2023-04-01T00:00:00+01:60", None),
        // Wrong format.
        ("", None),
        ("2023-04-01", None),
        ("2023-04-01T00:00:00", None),
        ("2023-04-01 00:00:00Z", None),
        ("2023-04-01T00:00:00.Z", None),
        ("2023-04-01T00:00:00.1234567890Z", None),
        ("2023-04-01T00:00:00+0100", None),
        ("2023-04-01T00:00:00Z ", None),
        ("+023-04-01T00:00:00Z", None),
        ("2023-4-01T00:00:000Z", None),
        ("2023-04-01T00:00:0\u{e9}Z", None),
        ("2023-04-01T00:00:\u{661}Z", None),
    ];
    for (text, expected) in vectors {
        assert_eq!(parse_timestamp(text), expected, "{text}");
    }
}

#[test]
fn timestamps_are_formatted() {
    let vectors = [
        ((0, 0), Some("1970-01-01T00:00:00Z")),
        ((0, 1), Some("1970-01-01T00:00:00.000000001Z")),
        ((0, 1_000), Some("1970-01-01T00:00:00.000001Z")),
        ((0, 120_000_000), Some("1970-01-01T00:00:00.120Z")),
        ((-1, 999_999_999), Some("1969-12-31T23:59:59.999999999Z")),
        ((-62_135_596_800, 0), Some("0001-01-01T00:00:00Z")),
        ((253_402_300_799, 0), Some("9999-12-31T23:59:59Z")),
        ((1_709_164_800, 0), Some("2024-02-29T00:00:00Z")),
        ((-62_135_596_801, 0), None),
        ((253_402_300_800, 0), None),
        ((0, -1), None),
        ((0, 1_000_000_000), None),
        ((i64::MIN, 0), None),
        ((i64::MAX, i32::MAX), None),
    ];
    for ((seconds, nanos), expected) in vectors {
        assert_eq!(
            format_timestamp(seconds, nanos).as_deref(),
            expected,
            "{seconds} {nanos}"
        );
    }
}

#[test]
fn durations_are_parsed() {
    let vectors = [
        ("0s", Some((0, 0))),
        ("1.5s", Some((1, 500_000_000))),
        ("-0.5s", Some((0, -500_000_000))),
        ("-1.000000001s", Some((-1, -1))),
        ("3600s", Some((3600, 0))),
        ("315576000000s", Some((315_576_000_000, 0))),
        ("-315576000000s", Some((-315_576_000_000, 0))),
        ("315576000000.1s", None),
        ("315576000001s", None),
        ("99999999999999999999s", None),
        ("1", None),
        ("s", None),
        ("-s", None),
        (".5s", None),
        ("1.s", None),
        ("1.0000000001s", None),
        ("--1s", None),
        ("+1s", None),
        ("1e3s", None),
        ("1 s", None),
        ("1m", None),
    ];
    for (text, expected) in vectors {
        assert_eq!(parse_duration(text), expected, "{text}");
    }
}

#[test]
fn durations_are_formatted() {
    let vectors = [
        ((0, 0), Some("0s")),
        ((1, 500_000_000), Some("1.500s")),
        ((0, -1), Some("-0.000000001s")),
        ((-5, 0), Some("-5s")),
        ((315_576_000_000, 0), Some("315576000000s")),
        ((315_576_000_000, 1), None),
        ((315_576_000_001, 0), None),
        ((1, -1), None),
        ((-1, 1), None),
        ((0, 1_000_000_000), None),
        ((i64::MIN, 0), None),
        ((0, i32::MIN), None),
    ];
    for ((seconds, nanos), expected) in vectors {
        assert_eq!(
            format_duration(seconds, nanos).as_deref(),
            expected,
            "{seconds} {nanos}"
        );
    }
}

proptest! {
    #[test]
    fn every_timestamp_round_trips(
        seconds in -62_135_596_800_i64..=253_402_300_799,
        nanos in 0_i32..1_000_000_000,
        digits in 0_u32..10,
    ) {
        let nanos = nanos / 10_i32.pow(9 - digits.min(9)) * 10_i32.pow(9 - digits.min(9));
        let text = format_timestamp(seconds, nanos).unwrap();
        prop_assert_eq!(parse_timestamp(&text), Some((seconds, nanos)), "{}", text);
    }

    #[test]
    fn every_duration_round_trips(seconds in 0_i64..315_576_000_000, nanos in 0_i32..1_000_000_000, negative: bool) {
        let (seconds, nanos) = if negative { (-seconds, -nanos) } else { (seconds, nanos) };
        let text = format_duration(seconds, nanos).unwrap();
        prop_assert_eq!(parse_duration(&text), Some((seconds, nanos)), "{}", text);
    }

    #[test]
    fn no_text_panics(text: String) {
        let _ = parse_timestamp(&text);
        let _ = parse_duration(&text);
    }
}
