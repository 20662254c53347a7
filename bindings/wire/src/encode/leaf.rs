//! Values that are a single token in JSON and a single text in a path or query.

use std::borrow::Cow;

use super::{
    Encoder,
    scan::Scan,
    well_known::{FIELD_MASK, wrapper},
};
use crate::{
    fault::{Fault, Outcome},
    reader::{MAX_DEPTH, Raw, Reader, too_deep, zigzag},
    schema::Kind,
    text::{encode_base64, mask_to_json},
    time::{format_duration, format_timestamp},
};

/// A value without nested values.
#[derive(Debug, PartialEq)]
pub(super) enum Leaf<'a> {
    Bool(bool),
    /// A JSON number.
    Small(i64),
    /// A JSON string, because a double cannot hold all 64-bit integers.
    Signed(i64),
    Unsigned(u64),
    Float(f32),
    Double(f64),
    Text(Cow<'a, str>),
}

impl Encoder {
    /// Converts a value to a leaf. Returns `None` for messages, `Struct`, `Value` and `ListValue`.
    pub(super) fn leaf<'a>(self, kind: Kind, raw: Raw<'a>) -> Outcome<Option<Leaf<'a>>> {
        if kind.is_message() && self.depth >= MAX_DEPTH {
            return Err(too_deep());
        }
        let text = |text: String| Leaf::Text(Cow::Owned(text));
        Ok(Some(match (kind, raw) {
            (Kind::String, Raw::Len(bytes)) => {
                let text = std::str::from_utf8(bytes).map_err(|_| Fault::new("not UTF-8"))?;
                Leaf::Text(Cow::Borrowed(text))
            }
            (Kind::Bytes, Raw::Len(bytes)) => text(encode_base64(bytes)),
            (Kind::Enum(index), Raw::Varint(bits)) => {
                let number = low_32(bits);
                match self.schema.enumeration(index).name_of(number) {
                    Some(name) => Leaf::Text(Cow::Borrowed(name)),
                    None => Leaf::Small(number.into()),
                }
            }
            (Kind::Bool, Raw::Varint(bits)) => Leaf::Bool(bits != 0),
            (Kind::Int32, Raw::Varint(bits)) => Leaf::Small(low_32(bits).into()),
            (Kind::Uint32, Raw::Varint(bits)) => Leaf::Small(low_32(bits).cast_unsigned().into()),
            (Kind::Sint32, Raw::Varint(bits)) => {
                Leaf::Small(zigzag(low_32(bits).cast_unsigned().into()))
            }
            (Kind::Int64, Raw::Varint(bits)) => Leaf::Signed(bits.cast_signed()),
            (Kind::Uint64, Raw::Varint(bits)) => Leaf::Unsigned(bits),
            (Kind::Sint64, Raw::Varint(bits)) => Leaf::Signed(zigzag(bits)),
            (Kind::Fixed32, Raw::Fixed32(bits)) => Leaf::Small(bits.into()),
            (Kind::Sfixed32, Raw::Fixed32(bits)) => Leaf::Small(bits.cast_signed().into()),
            (Kind::Fixed64, Raw::Fixed64(bits)) => Leaf::Unsigned(bits),
            (Kind::Sfixed64, Raw::Fixed64(bits)) => Leaf::Signed(bits.cast_signed()),
            (Kind::Float, Raw::Fixed32(bits)) => Leaf::Float(f32::from_bits(bits)),
            (Kind::Double, Raw::Fixed64(bits)) => Leaf::Double(f64::from_bits(bits)),
            (Kind::Timestamp, Raw::Len(bytes)) => {
                let (seconds, nanos) = seconds(bytes)?;
                text(
                    format_timestamp(seconds, nanos)
                        .ok_or_else(|| Fault::new("timestamp out of range"))?,
                )
            }
            (Kind::Duration, Raw::Len(bytes)) => {
                let (seconds, nanos) = seconds(bytes)?;
                text(
                    format_duration(seconds, nanos)
                        .ok_or_else(|| Fault::new("duration out of range"))?,
                )
            }
            (Kind::FieldMask, Raw::Len(bytes)) => text(mask(bytes)?),
            (kind, Raw::Len(bytes)) => match kind.wrapped() {
                Some(inner) => self.wrapper(inner, bytes)?,
                None => return Ok(None),
            },
            _ => return Ok(None),
        }))
    }

    fn wrapper<'a>(self, inner: Kind, bytes: &'a [u8]) -> Outcome<Leaf<'a>> {
        let fields = wrapper(inner);
        let value = Scan::new(&fields, bytes)?
            .last(0)
            .unwrap_or(Raw::zero(inner));
        self.leaf(inner, value)?
            .ok_or_else(|| Fault::new("not a wrapper type"))
    }
}

/// Returns the low 32 bits, which are the value of a 32-bit field.
fn low_32(bits: u64) -> i32 {
    let [a, b, c, d, ..] = bits.to_le_bytes();
    i32::from_le_bytes([a, b, c, d])
}

/// Reads a `Timestamp` or a `Duration`, which have the same fields.
fn seconds(bytes: &[u8]) -> Outcome<(i64, i32)> {
    let (mut seconds, mut nanos) = (0, 0);
    let mut reader = Reader::new(bytes);
    while let Some(record) = reader.record()? {
        match record {
            (1, Raw::Varint(bits)) => seconds = bits,
            (2, Raw::Varint(bits)) => nanos = bits,
            _ => {}
        }
    }
    Ok((seconds.cast_signed(), low_32(nanos)))
}

fn mask(bytes: &[u8]) -> Outcome<String> {
    let mut text = String::new();
    let scan = Scan::new(&FIELD_MASK, bytes)?;
    let Some(paths) = scan.get(0) else {
        return Ok(text);
    };
    paths.each(|path| {
        if !text.is_empty() {
            text.push(',');
        }
        std::str::from_utf8(path.content())
            .ok()
            .and_then(|path| mask_to_json(path, &mut text))
            .ok_or_else(|| Fault::new("invalid field mask: paths must be snake_case field names"))
    })?;
    Ok(text)
}

impl<'a> Leaf<'a> {
    /// Returns `true` for the zero value, which means unset for fields without presence.
    pub(super) fn is_zero(raw: Raw<'_>) -> bool {
        match raw {
            Raw::Varint(bits) | Raw::Fixed64(bits) => bits == 0,
            Raw::Fixed32(bits) => bits == 0,
            Raw::Len(bytes) => bytes.is_empty(),
            Raw::Group => true,
        }
    }

    pub(super) fn json(self, out: &mut Vec<u8>) -> Outcome<()> {
        let result = match self {
            Self::Bool(value) => serde_json::to_writer(out, &value),
            Self::Small(number) => serde_json::to_writer(out, &number),
            Self::Float(number) if number.is_finite() => serde_json::to_writer(out, &number),
            Self::Double(number) if number.is_finite() => serde_json::to_writer(out, &number),
            leaf => return json_string(&leaf.into_text(), out),
        };
        result.map_err(|_| Fault::new("cannot be represented in JSON"))
    }

    /// Returns the text for a path or query, without quotes.
    pub(super) fn into_text(self) -> Cow<'a, str> {
        match self {
            Self::Text(text) => text,
            Self::Bool(value) => Cow::Borrowed(if value { "true" } else { "false" }),
            Self::Small(number) | Self::Signed(number) => Cow::Owned(number.to_string()),
            Self::Unsigned(number) => Cow::Owned(number.to_string()),
            Self::Float(number) => {
                Cow::Owned(float(f64::from(number), &format_args!("{number:?}")))
            }
            Self::Double(number) => Cow::Owned(float(number, &format_args!("{number:?}"))),
        }
    }
}

/// Writes a JSON string.
pub(super) fn json_string(text: &str, out: &mut Vec<u8>) -> Outcome<()> {
    // Without an early exit, the compiler tests many bytes at once.
    let escapes = text.bytes().fold(false, |escapes, byte| {
        escapes | (byte < 0x20) | (byte == b'"') | (byte == b'\\')
    });
    if escapes {
        return serde_json::to_writer(out, text)
            .map_err(|_| Fault::new("cannot be represented in JSON"));
    }
    out.reserve(text.len() + 2);
    out.push(b'"');
    out.extend_from_slice(text.as_bytes());
    out.push(b'"');
    Ok(())
}

/// Returns the text of a float. `finite` is the text of a finite number.
fn float(number: f64, finite: &std::fmt::Arguments<'_>) -> String {
    if number.is_nan() {
        "NaN".to_owned()
    } else if number.is_infinite() {
        if number > 0.0 {
            "Infinity"
        } else {
            "-Infinity"
        }
        .to_owned()
    } else {
        finite.to_string()
    }
}
