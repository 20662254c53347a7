//! Values whose proto3 JSON form differs from serde's.
//!
//! Fields use this module by `#[serde(with = "json")]`. In proto3 JSON, `null` means an unset
//! field; [`or_default`] implements this for fields that need no other conversion.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{
    DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose::STANDARD,
};
use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::ser::{Serialize, Serializer};

/// A value with a special proto3 JSON form.
pub(crate) trait Json: Sized {
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error>;
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;
}

pub(crate) fn serialize<T: Json, S: Serializer>(
    value: &T,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    value.write(serializer)
}

pub(crate) fn deserialize<'de, T: Json + Default, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    let value = Option::<Owned<T>>::deserialize(deserializer)?;
    Ok(value.map(|Owned(value)| value).unwrap_or_default())
}

/// Deserializes `null` as the default value.
pub(crate) fn or_default<'de, T: Deserialize<'de> + Default, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// Returns `true` if a field has its default value and is not serialized.
pub(crate) fn unset<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// A [`Json`] value inside of a list, map or option.
struct Owned<T>(T);

impl<'de, T: Json> Deserialize<'de> for Owned<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::read(deserializer).map(Owned)
    }
}

struct Borrowed<'a, T>(&'a T);

impl<T: Json> Serialize for Borrowed<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.write(serializer)
    }
}

impl<T: Json> Json for Option<T> {
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.as_ref().map(Borrowed).serialize(serializer)
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Option::<Owned<T>>::deserialize(deserializer)?;
        Ok(value.map(|Owned(value)| value))
    }
}

impl<T: Json> Json for Vec<T> {
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(Borrowed))
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let values = Vec::<Owned<T>>::deserialize(deserializer)?;
        Ok(values.into_iter().map(|Owned(value)| value).collect())
    }
}

impl<T: Json> Json for BTreeMap<String, T> {
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter().map(|(key, value)| (key, Borrowed(value))))
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let pairs = BTreeMap::<String, Owned<T>>::deserialize(deserializer)?;
        Ok(pairs
            .into_iter()
            .map(|(key, Owned(value))| (key, value))
            .collect())
    }
}

/// Bytes: serialized as standard base64; deserialized from standard or URL-safe base64, with or
/// without padding.
impl Json for Vec<u8> {
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(self))
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        parsed("base64", deserializer, |text| {
            const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
                .with_decode_padding_mode(DecodePaddingMode::Indifferent)
                .with_decode_allow_trailing_bits(true);
            let url_safe = text.contains(['-', '_']);
            let alphabet = if url_safe {
                &alphabet::URL_SAFE
            } else {
                &alphabet::STANDARD
            };
            GeneralPurpose::new(alphabet, LENIENT).decode(text).ok()
        })
    }
}

/// Deserializes a string with `parse`. The error contains `what`, but not the string, which may be
/// secret.
pub(super) fn parsed<'de, T, D: Deserializer<'de>>(
    what: &'static str,
    deserializer: D,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<T, D::Error> {
    deserializer.deserialize_str(Text {
        what,
        parse,
        value: PhantomData,
    })
}

struct Text<T, P> {
    what: &'static str,
    parse: P,
    value: PhantomData<T>,
}

impl<T, P: Fn(&str) -> Option<T>> Visitor<'_> for Text<T, P> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.what)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        (self.parse)(text)
            .ok_or_else(|| E::custom(format_args!("a string that is not {}", self.what)))
    }
}
