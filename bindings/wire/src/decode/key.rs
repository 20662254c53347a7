//! Map keys.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, Visitor};

use super::context::{Context, Put};
use crate::{
    lookup::wire,
    schema::Kind,
    text::Number,
    writer::{put_len, put_tag},
};

/// Writes the key of a map entry.
pub(super) struct KeySeed<'c, 'o> {
    pub(super) context: &'c mut Context<'o>,
    pub(super) kind: Kind,
}

impl<'de> DeserializeSeed<'de> for KeySeed<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for KeySeed<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<(), E> {
        let Self { context, kind } = self;
        let put = Put::always(1, kind.wire());
        let result = match (kind, key) {
            (Kind::String, _) => {
                put_len(context.out, 1, key.as_bytes());
                return Ok(());
            }
            (Kind::Bool, "true" | "false") => {
                put_tag(context.out, 1, wire::VARINT);
                context.out.push(u8::from(key == "true"));
                return Ok(());
            }
            (Kind::Bool, _) => None,
            _ => Number::parse(key).and_then(|number| context.put_number(kind, put, number)),
        };
        result
            .map(|_| ())
            .ok_or_else(|| E::custom(format_args!("expected {} as key", kind.expected())))
    }
}
