//! `google.protobuf.Timestamp`: RFC 3339 in JSON.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use jiff::civil::{Date, DateTime};
use jiff::{Span, Unit};
use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

use super::json;

const SECONDS_A_DAY: i64 = 86_400;
/// 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z.
const SECONDS: RangeInclusive<i64> = -62_135_596_800..=253_402_300_799;

/// A point in time with nanosecond precision, from the year 1 to the year 9999 (UTC).
///
/// Converts from and into [`jiff::Timestamp`], whose range ends a day earlier. Services use the
/// last moment of the year 9999 for "never".
///
/// ```
/// use scalekit::Timestamp;
///
/// let time: Timestamp = "2024-05-01T14:30:00.5+02:00".parse()?;
/// assert_eq!(time.to_string(), "2024-05-01T12:30:00.500Z");
/// # Ok::<(), scalekit::InvalidTimestamp>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    seconds: i64,
    nanos: u32,
}

/// The text is not an RFC 3339 timestamp, or the time is before the year 1 or after the year 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidTimestamp;

impl fmt::Display for InvalidTimestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an RFC 3339 timestamp from the year 1 to 9999")
    }
}

impl std::error::Error for InvalidTimestamp {}

impl Timestamp {
    /// Creates a timestamp from seconds since 1970-01-01T00:00:00Z, which may be negative, and
    /// nanoseconds (below 10⁹), which are added.
    ///
    /// # Errors
    /// A time before the year 1 or after the year 9999, or too many nanoseconds.
    pub fn new(seconds: i64, nanoseconds: u32) -> Result<Self, InvalidTimestamp> {
        let valid = SECONDS.contains(&seconds) && nanoseconds < 1_000_000_000;
        valid
            .then_some(Timestamp {
                seconds,
                nanos: nanoseconds,
            })
            .ok_or(InvalidTimestamp)
    }

    /// Returns the current time of the system clock.
    pub fn now() -> Self {
        jiff::Timestamp::now().into()
    }

    /// Returns the seconds since 1970-01-01T00:00:00Z, rounded down.
    pub fn as_seconds(self) -> i64 {
        self.seconds
    }

    /// Returns the nanoseconds after [`Timestamp::as_seconds`].
    pub fn subsec_nanoseconds(self) -> u32 {
        self.nanos
    }
}

impl Default for Timestamp {
    /// Returns 1970-01-01T00:00:00Z.
    fn default() -> Self {
        Timestamp {
            seconds: 0,
            nanos: 0,
        }
    }
}

/// Formats as RFC 3339 in UTC with `Z` and 0, 3, 6 or 9 fractional digits.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let days = self.seconds.div_euclid(SECONDS_A_DAY);
        let second = self.seconds.rem_euclid(SECONDS_A_DAY);
        let date = EPOCH
            .checked_add(Span::new().days(days))
            .map_err(|_| fmt::Error)?;
        // Filling in a template is several times as fast as `write!`.
        let mut text = *b"0000-00-00T00:00:00.000000000Z";
        for (place, number) in [
            (0..4, date.year().into()),
            (5..7, date.month().into()),
            (8..10, date.day().into()),
            (11..13, second / 3600),
            (14..16, second / 60 % 60),
            (17..19, second % 60),
            (20..29, self.nanos.into()),
        ] {
            fill(&mut text[place], number);
        }
        let end = match fraction_digits(self.nanos) {
            0 => 19,
            digits => 20 + digits,
        };
        text[end] = b'Z';
        f.write_str(str::from_utf8(&text[..=end]).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Timestamp {
    type Err = InvalidTimestamp;

    fn from_str(text: &str) -> Result<Self, InvalidTimestamp> {
        parse(text).ok_or(InvalidTimestamp)
    }
}

impl From<jiff::Timestamp> for Timestamp {
    /// Converts times before the year 1 to the first moment of the year 1.
    fn from(time: jiff::Timestamp) -> Self {
        let nanos = time.as_nanosecond();
        let seconds = i64::try_from(nanos.div_euclid(1_000_000_000)).unwrap_or(i64::MIN);
        if seconds < *SECONDS.start() {
            return Timestamp {
                seconds: *SECONDS.start(),
                nanos: 0,
            };
        }
        Timestamp {
            seconds,
            nanos: nanos.rem_euclid(1_000_000_000) as u32,
        }
    }
}

impl TryFrom<Timestamp> for jiff::Timestamp {
    type Error = jiff::Error;

    /// Fails for the last day of the year 9999.
    fn try_from(time: Timestamp) -> Result<Self, jiff::Error> {
        jiff::Timestamp::new(time.seconds, time.nanos as i32)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        json::parsed("an RFC 3339 timestamp", deserializer, parse)
    }
}

const EPOCH: Date = Date::constant(1970, 1, 1);

/// Replaces `digits` with the digits of `number`, right-aligned.
fn fill(digits: &mut [u8], mut number: i64) {
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

/// Returns the number of digits of a fraction of a second: 0, 3, 6 or 9.
pub(super) fn fraction_digits(nanos: u32) -> usize {
    match nanos {
        0 => 0,
        _ if nanos.is_multiple_of(1_000_000) => 3,
        _ if nanos.is_multiple_of(1_000) => 6,
        _ => 9,
    }
}

/// Parses RFC 3339, such as `2024-05-01T14:30:00.5+02:00`.
fn parse(text: &str) -> Option<Timestamp> {
    const LOCAL: usize = "2024-05-01T14:30:00".len();
    let offset_at = text.get(LOCAL..)?.find(['Z', 'z', '+', '-'])? + LOCAL;
    let (local, offset) = text.split_at(offset_at);
    if !local
        .as_bytes()
        .get(10)
        .is_some_and(|byte| b"Tt".contains(byte))
    {
        return None;
    }
    let local: DateTime = local.parse().ok()?;
    let days = local.date().since((Unit::Day, EPOCH)).ok()?.get_days();
    let second =
        i64::from(local.hour()) * 3600 + i64::from(local.minute()) * 60 + i64::from(local.second());
    let seconds = i64::from(days) * SECONDS_A_DAY + second - offset_seconds(offset)?;
    Timestamp::new(seconds, u32::try_from(local.subsec_nanosecond()).ok()?).ok()
}

fn offset_seconds(offset: &str) -> Option<i64> {
    if matches!(offset, "Z" | "z") {
        return Some(0);
    }
    let (hours, minutes) = offset.get(1..)?.split_once(':')?;
    let number = |digits: &str, below: i64| {
        let plain = digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
        plain
            .then(|| digits.parse::<i64>().ok())
            .flatten()
            .filter(|&number| number < below)
    };
    let seconds = number(hours, 24)? * 3600 + number(minutes, 60)? * 60;
    Some(if offset.starts_with('-') {
        -seconds
    } else {
        seconds
    })
}
