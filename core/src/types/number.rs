//! Numbers. Proto3 JSON encodes 64-bit integers as strings. Any number may be a string, or have
//! another spelling of the same value, such as `1e3` or `5.0`.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, Deserializer, Unexpected, Visitor};
use serde::ser::{Serialize as _, Serializer};

use super::json::Json;

/// A number type that converts from any JSON form.
trait Number: Sized {
    const NAME: &'static str;
    fn from_integer(value: i128) -> Option<Self>;
    fn from_float(value: f64) -> Option<Self>;
    fn from_text(text: &str) -> Option<Self>;
}

struct NumberVisitor<T>(PhantomData<T>);

fn read<'de, T: Number, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_any(NumberVisitor(PhantomData))
}

impl<T: Number> Visitor<'_> for NumberVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a number of type {}", T::NAME)
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<T, E> {
        T::from_integer(value.into())
            .ok_or_else(|| E::invalid_value(Unexpected::Signed(value), &self))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<T, E> {
        T::from_integer(value.into())
            .ok_or_else(|| E::invalid_value(Unexpected::Unsigned(value), &self))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<T, E> {
        T::from_float(value).ok_or_else(|| E::invalid_value(Unexpected::Float(value), &self))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        T::from_text(text)
            .ok_or_else(|| E::custom(format_args!("a string that is not a {}", T::NAME)))
    }
}

macro_rules! integers {
    ($($integer:ident => $write:expr;)*) => {$(
        impl Number for $integer {
            const NAME: &'static str = stringify!($integer);

            fn from_integer(value: i128) -> Option<Self> {
                value.try_into().ok()
            }

            fn from_float(value: f64) -> Option<Self> {
                // Beyond 2^127 the cast saturates, and the conversion fails as intended.
                (value.fract() == 0.0).then(|| Self::from_integer(value as i128)).flatten()
            }

            fn from_text(text: &str) -> Option<Self> {
                text.parse().ok().or_else(|| finite(text).and_then(Self::from_float))
            }
        }

        impl Json for $integer {
            fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                ($write)(self, serializer)
            }

            fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                read(deserializer)
            }
        }
    )*};
}

integers! {
    i32 => |value: &i32, serializer: S| value.serialize(serializer);
    u32 => |value: &u32, serializer: S| value.serialize(serializer);
    i64 => |value: &i64, serializer: S| serializer.collect_str(value);
    u64 => |value: &u64, serializer: S| serializer.collect_str(value);
}

macro_rules! floats {
    ($($float:ident),*) => {$(
        impl Number for $float {
            const NAME: &'static str = stringify!($float);

            fn from_integer(value: i128) -> Option<Self> {
                Some(value as $float)
            }

            fn from_float(value: f64) -> Option<Self> {
                let narrowed = value as $float;
                (narrowed.is_finite() || !value.is_finite()).then_some(narrowed)
            }

            fn from_text(text: &str) -> Option<Self> {
                match text {
                    "NaN" => Some($float::NAN),
                    "Infinity" => Some($float::INFINITY),
                    "-Infinity" => Some($float::NEG_INFINITY),
                    _ => finite(text).and_then(Self::from_float),
                }
            }
        }

        impl Json for $float {
            fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if self.is_finite() {
                    self.serialize(serializer)
                } else if self.is_nan() {
                    serializer.serialize_str("NaN")
                } else {
                    serializer.serialize_str(if *self > 0.0 { "Infinity" } else { "-Infinity" })
                }
            }

            fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                read(deserializer)
            }
        }
    )*};
}

floats!(f32, f64);

/// Parses a JSON number. Rust's parser also accepts `inf`, `nan` and a leading `+`.
fn finite(text: &str) -> Option<f64> {
    let spelled = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte))
        && !text.starts_with('+');
    spelled
        .then(|| text.parse().ok())
        .flatten()
        .filter(|value: &f64| value.is_finite())
}
