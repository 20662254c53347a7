//! Reads a message from a JSON object.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{
    context::{Context, Presence, Put, Step, wrong},
    visitor::FieldSeed,
};
use crate::{
    schema::Message,
    writer::{self, remove_superseded},
};

/// Writes the fields of a message. The caller writes the tag and the length of the message.
pub(super) struct MessageSeed<'c, 'o> {
    pub(super) context: &'c mut Context<'o>,
    pub(super) message: &'static Message,
    /// The number of messages that enclose this message.
    pub(super) depth: u32,
}

impl<'de> DeserializeSeed<'de> for MessageSeed<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for MessageSeed<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self {
            context,
            message,
            depth,
        } = self;
        let start = context.out.len();
        // Bit n of `seen`: field n occurred. Bit n of `set`: field n has a value.
        let (mut seen, mut set) = (0_u128, 0_u128);
        let mut expected = 0;
        // The fields that occur more than once, and the position of their last occurrence.
        let mut repeated: Vec<(u32, usize)> = Vec::new();
        while let Some(index) = map.next_key_seed(NameSeed { message, expected })? {
            let Some(index) = index else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            expected = index + 1;
            let (field, bit) = (&message.fields[index], 1_u128 << index);
            if seen & bit != 0 {
                let last = context.out.len();
                match repeated
                    .iter_mut()
                    .find(|(number, _)| *number == field.number)
                {
                    Some(entry) => entry.1 = last,
                    None => repeated.push((field.number, last)),
                }
                set &= !bit;
            }
            seen |= bit;
            let seed = FieldSeed {
                context: &mut *context,
                kind: field.kind,
                label: field.label,
                put: Put::field(field),
                depth: depth + 1,
            };
            match map.next_value_seed(seed) {
                Ok(Presence::Set) if field.oneof != 0 && set & siblings(message, index) != 0 => {
                    context.trail.push(Step::Field(field.name));
                    return Err(A::Error::custom(
                        "another member of the same oneof is also set",
                    ));
                }
                Ok(Presence::Set) => set |= bit,
                Ok(Presence::Unset) => {}
                Err(error) => {
                    context.trail.push(Step::Field(field.name));
                    return Err(error);
                }
            }
        }
        if !repeated.is_empty() {
            remove_superseded(context.out, start, &repeated);
        }
        Ok(())
    }

    // The default implementations of these methods put the value into the error.
    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        Err(wrong("an object"))
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        Err(wrong("an object"))
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        Err(wrong("an object"))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        Err(wrong("an object"))
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        Err(wrong("an object"))
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Err(wrong("an object"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<(), A::Error> {
        Err(wrong("an object"))
    }
}

/// Returns the other members of a field's oneof as a bit set.
fn siblings(message: &Message, index: usize) -> u128 {
    let oneof = message.fields[index].oneof;
    let members = message
        .fields
        .iter()
        .enumerate()
        .filter(|(other, field)| *other != index && field.oneof == oneof);
    members.fold(0, |bits, (other, _)| bits | 1 << other)
}

/// Reads a field name and returns the index of the field, or `None` for an unknown name.
struct NameSeed {
    message: &'static Message,
    expected: usize,
}

impl<'de> DeserializeSeed<'de> for NameSeed {
    type Value = Option<usize>;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for NameSeed {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a field name")
    }

    #[inline]
    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok(self.message.field_named(name, self.expected))
    }
}

impl Context<'_> {
    /// Writes a message that is the value of a field.
    pub(super) fn put_message<'de, A: MapAccess<'de>>(
        &mut self,
        message: &'static Message,
        put: Put,
        depth: u32,
        map: A,
    ) -> Result<(), A::Error> {
        let start = self.begin(put);
        MessageSeed {
            context: &mut *self,
            message,
            depth,
        }
        .visit_map(map)?;
        writer::close(self.out, start);
        Ok(())
    }
}
