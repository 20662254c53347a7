//! Values that JSON holds as text, read and written.

use base64::{
    Engine as _,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose::PAD},
};

const LENIENT: GeneralPurposeConfig = PAD
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&base64::alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&base64::alphabet::URL_SAFE, LENIENT);

/// Appends the bytes that the base64 text stands for: standard or URL-safe alphabet, padded or not.
pub(crate) fn decode_base64(text: &str, out: &mut Vec<u8>) -> Option<()> {
    let url_safe = text.bytes().any(|byte| matches!(byte, b'-' | b'_'));
    let engine = if url_safe { URL_SAFE } else { STANDARD };
    engine.decode_vec(text, out).ok()
}

pub(crate) fn encode_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// A number out of JSON, quoted or not.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Number {
    Unsigned(u64),
    Signed(i64),
    Float(f64),
}

impl Number {
    /// A JSON number that came as a string.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        // Rust's parsers also take a leading plus sign, "inf" and "nan".
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

    /// As an integer; a float must be whole.
    pub(crate) fn integer(self) -> Option<i128> {
        match self {
            Self::Unsigned(number) => Some(number.into()),
            Self::Signed(number) => Some(number.into()),
            // Beyond 2^64 no integer field has room; the cast is exact below.
            Self::Float(number) if number.fract() == 0.0 && number.abs() <= 18_446_744_073_709_551_616.0 =>
            {
                #[expect(clippy::cast_possible_truncation, reason = "whole and small enough")]
                Some(number as i128)
            }
            Self::Float(_) => None,
        }
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "JSON numbers are doubles by definition"
    )]
    pub(crate) fn float(self) -> f64 {
        match self {
            Self::Unsigned(number) => number as f64,
            Self::Signed(number) => number as f64,
            Self::Float(number) => number,
        }
    }
}

/// A float that came as a string: a number or one of the three names.
pub(crate) fn parse_float(text: &str) -> Option<f64> {
    match text {
        "NaN" => Some(f64::NAN),
        "Infinity" => Some(f64::INFINITY),
        "-Infinity" => Some(f64::NEG_INFINITY),
        _ => Number::parse(text).map(Number::float),
    }
}

/// A double as a float, unless it is beyond the range.
pub(crate) fn narrow(number: f64) -> Option<f32> {
    #[expect(clippy::cast_possible_truncation, reason = "checked for overflow below")]
    let narrowed = number as f32;
    (narrowed.is_finite() || !number.is_finite()).then_some(narrowed)
}

/// The path of a field mask as JSON writes it: `display_name` → `displayName`. `None` if it does not come back
/// the same from there.
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

/// The inverse: `displayName` → `display_name`. `None` for what [`mask_to_json`] does not write.
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
