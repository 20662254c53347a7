//! `google.protobuf.Duration`: seconds with the suffix `s`, such as `"1.500s"`.

use jiff::SignedDuration;
use serde::de::Deserializer;
use serde::ser::Serializer;

use super::json::{self, Json};
use super::timestamp::fraction_digits;

/// The limit of protobuf, positive and negative: about 10,000 years.
const MAX_SECONDS: i64 = 315_576_000_000;

impl Json for SignedDuration {
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let sign = if self.is_negative() { "-" } else { "" };
        let seconds = self.as_secs().unsigned_abs();
        let nanos = self.subsec_nanos().unsigned_abs();
        let fraction = match fraction_digits(nanos) {
            0 => String::new(),
            digits => format!(".{}", &format!("{nanos:09}")[..digits]),
        };
        serializer.collect_str(&format_args!("{sign}{seconds}{fraction}s"))
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        json::parsed(
            "a duration in seconds, such as \"1.5s\"",
            deserializer,
            parse,
        )
    }
}

fn parse(text: &str) -> Option<SignedDuration> {
    let number = text.strip_suffix('s')?;
    let (negative, number) = number
        .strip_prefix('-')
        .map_or((false, number), |number| (true, number));
    let (seconds, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(seconds) || !digits(fraction) || fraction.len() > 9 {
        return None;
    }
    let seconds: i64 = seconds.parse().ok()?;
    let nanos: i32 = format!("{fraction:0<9}").parse().ok()?;
    let inside = seconds < MAX_SECONDS || (seconds == MAX_SECONDS && nanos == 0);
    let duration = SignedDuration::new(seconds, nanos);
    inside.then_some(if negative { -duration } else { duration })
}
