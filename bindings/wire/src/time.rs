//! Parses and formats `google.protobuf.Timestamp` (RFC 3339) and `google.protobuf.Duration`.
//!
//! Both are seconds and nanoseconds. This is own code for speed: every page of the service contains
//! many timestamps.

const SECONDS_A_DAY: i64 = 86_400;
/// 0001-01-01T00:00:00Z to 9999-12-31T23:59:59Z.
const TIMESTAMPS: std::ops::RangeInclusive<i64> = -62_135_596_800..=253_402_300_799;
/// The limit of `google.protobuf.Duration` in seconds, about 10,000 years.
const MAX_DURATION: i64 = 315_576_000_000;

/// Parses an RFC 3339 date-time with any offset and up to nine fraction digits.
pub(crate) fn parse_timestamp(text: &str) -> Option<(i64, i32)> {
    let bytes = text.as_bytes();
    let (head, mut rest) = bytes.split_at_checked(19)?;
    let separators = [
        head[4],
        head[7],
        head[10].to_ascii_uppercase(),
        head[13],
        head[16],
    ];
    if separators != *b"--T::" {
        return None;
    }
    let year = digits(&head[..4])?;
    let month = digits(&head[5..7])?;
    let day = digits(&head[8..10])?;
    let (hour, minute, second) = (
        digits(&head[11..13])?,
        digits(&head[14..16])?,
        digits(&head[17..19])?,
    );
    let valid = (1..=12).contains(&month) && (1..=days_in(year, month)).contains(&day);
    if !valid || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let mut nanos = 0;
    if let Some(fraction) = rest.strip_prefix(b".") {
        let length = fraction
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        nanos = parse_fraction(&fraction[..length])?;
        rest = &fraction[length..];
    }
    let offset = match rest {
        b"Z" | b"z" => 0,
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let (hours, minutes) = (digits(&[*h1, *h2])?, digits(&[*m1, *m2])?);
            if hours > 23 || minutes > 59 {
                return None;
            }
            let seconds = hours * 3600 + minutes * 60;
            if *sign == b'+' { seconds } else { -seconds }
        }
        _ => return None,
    };
    let seconds =
        days_since_epoch(year, month, day) * SECONDS_A_DAY + hour * 3600 + minute * 60 + second
            - offset;
    TIMESTAMPS.contains(&seconds).then_some((seconds, nanos))
}

/// Formats a timestamp as RFC 3339 in UTC, with 0, 3, 6 or 9 fraction digits.
pub(crate) fn format_timestamp(seconds: i64, nanos: i32) -> Option<String> {
    if !TIMESTAMPS.contains(&seconds) || !(0..1_000_000_000).contains(&nanos) {
        return None;
    }
    let (year, month, day) = date(seconds.div_euclid(SECONDS_A_DAY));
    let time = seconds.rem_euclid(SECONDS_A_DAY);
    let (hour, minute, second) = (time / 3600, time / 60 % 60, time % 60);
    let mut text = Vec::with_capacity("0001-01-01T00:00:00.000000000Z".len());
    push_digits(&mut text, year, 4);
    for (separator, value) in [
        (b'-', month),
        (b'-', day),
        (b'T', hour),
        (b':', minute),
        (b':', second),
    ] {
        text.push(separator);
        push_digits(&mut text, value, 2);
    }
    push_fraction(&mut text, nanos.unsigned_abs());
    text.push(b'Z');
    String::from_utf8(text).ok()
}

/// Parses a number of seconds with the suffix `s`. The returned seconds and nanoseconds have the
/// same sign.
pub(crate) fn parse_duration(text: &str) -> Option<(i64, i32)> {
    let number = text.strip_suffix('s')?;
    let (sign, number) = number
        .strip_prefix('-')
        .map_or((1, number), |rest| (-1, rest));
    let (whole, nanos) = match number.split_once('.') {
        Some((whole, fraction)) => (whole, parse_fraction(fraction.as_bytes())?),
        None => (number, 0),
    };
    // The longest duration has twelve digits.
    if whole.is_empty() || whole.len() > 12 {
        return None;
    }
    let seconds = digits(whole.as_bytes())?;
    let in_range = seconds < MAX_DURATION || seconds == MAX_DURATION && nanos == 0;
    in_range.then_some((i64::from(sign) * seconds, sign * nanos))
}

/// Formats a duration as seconds with 0, 3, 6 or 9 fraction digits and the suffix `s`.
pub(crate) fn format_duration(seconds: i64, nanos: i32) -> Option<String> {
    let in_range = seconds.abs_diff(0) < MAX_DURATION.unsigned_abs()
        || seconds.abs_diff(0) == MAX_DURATION.unsigned_abs() && nanos == 0;
    let same_sign = seconds == 0 || nanos == 0 || (seconds < 0) == (nanos < 0);
    if !in_range || !same_sign || nanos.unsigned_abs() >= 1_000_000_000 {
        return None;
    }
    let sign = if seconds < 0 || nanos < 0 { "-" } else { "" };
    let mut text = format!("{sign}{}", seconds.unsigned_abs()).into_bytes();
    push_fraction(&mut text, nanos.unsigned_abs());
    text.push(b's');
    String::from_utf8(text).ok()
}

fn digits(bytes: &[u8]) -> Option<i64> {
    let mut number = 0;
    for byte in bytes {
        if !byte.is_ascii_digit() {
            return None;
        }
        number = number * 10 + i64::from(byte - b'0');
    }
    Some(number)
}

/// Parses one to nine fraction digits as nanoseconds.
fn parse_fraction(fraction: &[u8]) -> Option<i32> {
    if fraction.is_empty() || fraction.len() > 9 {
        return None;
    }
    let missing = u32::try_from(9 - fraction.len()).ok()?;
    i32::try_from(digits(fraction)? * 10_i64.pow(missing)).ok()
}

fn push_fraction(text: &mut Vec<u8>, nanos: u32) {
    let (number, width) = match nanos {
        0 => return,
        _ if nanos.is_multiple_of(1_000_000) => (nanos / 1_000_000, 3),
        _ if nanos.is_multiple_of(1_000) => (nanos / 1_000, 6),
        _ => (nanos, 9),
    };
    text.push(b'.');
    push_digits(text, number.into(), width);
}

/// Appends the last `width` digits of a number that is not negative.
fn push_digits(text: &mut Vec<u8>, mut number: i64, width: usize) {
    let start = text.len();
    text.resize(start + width, b'0');
    for digit in text[start..].iter_mut().rev() {
        *digit += (number % 10).to_le_bytes()[0];
        number /= 10;
    }
}

fn days_in(year: i64, month: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Returns the number of days since 1970-01-01. The calculation uses years that begin in March, so
/// that the leap day is the last day of the year.
fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// Returns year, month and day. The inverse of [`days_since_epoch`].
fn date(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = (shifted + 2) % 12 + 1;
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    (year, month, day_of_year - (153 * shifted + 2) / 5 + 1)
}
