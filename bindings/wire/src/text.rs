//! Parses and formats the values that JSON contains as strings.

use base64::{
    Engine as _,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose::PAD},
};

const LENIENT: GeneralPurposeConfig = PAD
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&base64::alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&base64::alphabet::URL_SAFE, LENIENT);

/// Decodes base64 and appends the bytes to `out`. Accepts both alphabets, with or without padding.
pub(crate) fn decode_base64(text: &str, out: &mut Vec<u8>) -> Option<()> {
    let url_safe = text.bytes().any(|byte| matches!(byte, b'-' | b'_'));
    let engine = if url_safe { URL_SAFE } else { STANDARD };
    engine.decode_vec(text, out).ok()
}

pub(crate) fn encode_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// A number from JSON, quoted or not.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Number {
    Unsigned(u64),
    Signed(i64),
    Float(f64),
}

impl Number {
    /// Parses a JSON number in a string.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        // Rust's parsers also accept a leading plus sign, "inf" and "nan". JSON does not.
        let first = text.strip_prefix('-').unwrap_or(text).bytes().next()?;
        if !first.is_ascii_digit() {
            return None;
        }
        if let Ok(number) = text.parse() {
            return Some(Self::Unsigned(number));
        }
        if let Ok(number) = text.parse() {
            return Some(Self::Signed(number));
        }
        text.parse()
            .ok()
            .filter(|number: &f64| number.is_finite())
            .map(Self::Float)
    }

    /// Converts to an integer. Returns `None` for a fraction.
    pub(crate) fn integer(self) -> Option<i128> {
        match self {
            Self::Unsigned(number) => Some(number.into()),
            Self::Signed(number) => Some(number.into()),
            // No integer field can hold more than 2^64. Up to there, the cast is exact.
            Self::Float(number)
                if number.fract() == 0.0 && number.abs() <= 18_446_744_073_709_551_616.0 =>
            {
                #[expect(clippy::cast_possible_truncation, reason = "whole and small enough")]
                Some(number as i128)
            }
            Self::Float(_) => None,
        }
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "the mapping treats JSON numbers as doubles"
    )]
    pub(crate) fn float(self) -> f64 {
        match self {
            Self::Unsigned(number) => number as f64,
            Self::Signed(number) => number as f64,
            Self::Float(number) => number,
        }
    }
}

/// Parses a float in a string: a number, `NaN`, `Infinity` or `-Infinity`.
pub(crate) fn parse_float(text: &str) -> Option<f64> {
    match text {
        "NaN" => Some(f64::NAN),
        "Infinity" => Some(f64::INFINITY),
        "-Infinity" => Some(f64::NEG_INFINITY),
        _ => Number::parse(text).map(Number::float),
    }
}

/// Converts a double to a float. Returns `None` if it overflows.
pub(crate) fn narrow(number: f64) -> Option<f32> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "checked for overflow below"
    )]
    let narrowed = number as f32;
    (narrowed.is_finite() || !number.is_finite()).then_some(narrowed)
}

/// Converts a field mask path to its JSON form: `display_name` → `displayName`. Returns `None` if
/// the JSON form would not convert back to the same path.
pub(crate) fn mask_to_json(path: &str, out: &mut String) -> Option<()> {
    if path.is_empty() {
        return None;
    }
    let mut chars = path.chars();
    while let Some(char) = chars.next() {
        match char {
            '_' => out.push(
                chars
                    .next()
                    .filter(char::is_ascii_lowercase)?
                    .to_ascii_uppercase(),
            ),
            'A'..='Z' | ',' => return None,
            char => out.push(char),
        }
    }
    Some(())
}

/// Converts a field mask path from its JSON form: `displayName` → `display_name`. Returns `None`
/// for text that [`mask_to_json`] never produces.
pub(crate) fn mask_from_json(path: &str, out: &mut Vec<u8>) -> Option<()> {
    for byte in path.bytes() {
        match byte {
            b'_' => return None,
            b'A'..=b'Z' => out.extend_from_slice(&[b'_', byte.to_ascii_lowercase()]),
            byte => out.push(byte),
        }
    }
    Some(())
}
