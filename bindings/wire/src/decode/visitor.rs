//! Reads the value of a field: a single value, a list or a map.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::{
    context::{Context, Presence, Put, Step, wrong},
    key::KeySeed,
};
use crate::{
    lookup::wire,
    reader::{MAX_DEPTH, too_deep},
    schema::{Kind, Label},
    text::Number,
    writer,
};

pub(super) struct FieldSeed<'c, 'o> {
    pub(super) context: &'c mut Context<'o>,
    pub(super) kind: Kind,
    pub(super) label: Label,
    pub(super) put: Put,
    /// The number of enclosing messages. The value itself counts if it is a message.
    pub(super) depth: u32,
}

impl FieldSeed<'_, '_> {
    fn expected(&self) -> &'static str {
        match self.label {
            Label::Repeated | Label::Packed => "an array",
            Label::Map(_) => "an object",
            Label::Implicit | Label::Explicit => self.kind.expected(),
        }
    }

    /// Writes a leaf with `write`, which returns `None` if the value does not match the kind.
    #[inline]
    fn leaf<E: Error>(
        self,
        write: impl FnOnce(&mut Context<'_>, Kind, Put) -> Option<Presence>,
    ) -> Result<Presence, E> {
        let expected = self.expected();
        if matches!(self.label, Label::Implicit | Label::Explicit) {
            write(self.context, self.kind, self.put).ok_or_else(|| wrong(expected))
        } else {
            Err(wrong(expected))
        }
    }

    fn element<'s, 'o>(
        context: &'s mut Context<'o>,
        kind: Kind,
        put: Put,
        depth: u32,
    ) -> FieldSeed<'s, 'o> {
        FieldSeed {
            context,
            kind,
            label: Label::Explicit,
            put,
            depth,
        }
    }

    /// Writes the elements of a list. Errors contain the index of the element.
    fn elements<'de, A: SeqAccess<'de>>(
        context: &mut Context<'_>,
        kind: Kind,
        put: Put,
        depth: u32,
        mut seq: A,
    ) -> Result<(), A::Error> {
        for index in 0.. {
            match seq.next_element_seed(FieldSeed::element(&mut *context, kind, put, depth)) {
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(error) => {
                    context.trail.push(Step::Element(index));
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    /// Writes the entries of a map field or of a `Struct`.
    fn entries<'de, A: MapAccess<'de>>(
        context: &mut Context<'_>,
        (key, kind): (Kind, Kind),
        put: Put,
        depth: u32,
        mut map: A,
    ) -> Result<(), A::Error> {
        loop {
            let before = context.out.len();
            let start = context.begin(put);
            if map
                .next_key_seed(KeySeed {
                    context: &mut *context,
                    kind: key,
                })?
                .is_none()
            {
                context.out.truncate(before);
                return Ok(());
            }
            let value = Put::always(2, kind.wire());
            match map.next_value_seed(FieldSeed::element(&mut *context, kind, value, depth + 1))? {
                Presence::Set => writer::close(context.out, start),
                Presence::Unset => context.out.truncate(before),
            }
        }
    }
}

impl<'de> DeserializeSeed<'de> for FieldSeed<'_, '_> {
    type Value = Presence;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Presence, D::Error> {
        if self.depth > MAX_DEPTH && (self.kind.is_message() || matches!(self.label, Label::Map(_)))
        {
            return Err(D::Error::custom(too_deep()));
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for FieldSeed<'_, '_> {
    type Value = Presence;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expected())
    }

    #[inline]
    fn visit_str<E: Error>(self, text: &str) -> Result<Presence, E> {
        self.leaf(|context, kind, put| context.put_text(kind, put, text))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Presence, E> {
        self.leaf(|context, kind, put| context.put_bool(kind, put, value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Presence, E> {
        self.leaf(|context, kind, put| context.put_number(kind, put, Number::Unsigned(value)))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Presence, E> {
        self.leaf(|context, kind, put| context.put_number(kind, put, Number::Signed(value)))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Presence, E> {
        self.leaf(|context, kind, put| context.put_number(kind, put, Number::Float(value)))
    }

    fn visit_unit<E: Error>(self) -> Result<Presence, E> {
        if self.kind != Kind::Value || !matches!(self.label, Label::Implicit | Label::Explicit) {
            return Ok(Presence::Unset);
        }
        self.leaf(|context, _, put| Some(context.put_null(put)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Presence, A::Error> {
        let expected = self.expected();
        let Self {
            context,
            kind,
            label,
            put,
            depth,
        } = self;
        match (label, kind) {
            (Label::Packed, _) => {
                let before = context.out.len();
                let start = context.begin(put);
                Self::elements(
                    context,
                    kind,
                    Put {
                        tag: 0,
                        keep_zero: true,
                    },
                    depth,
                    seq,
                )?;
                if context.out.len() == start {
                    context.out.truncate(before);
                } else {
                    writer::close(context.out, start);
                }
            }
            (Label::Repeated, _) => Self::elements(context, kind, put, depth, seq)?,
            (Label::Map(_), _) => return Err(wrong(expected)),
            (_, Kind::ListValue) => {
                let start = context.begin(put);
                Self::elements(
                    context,
                    Kind::Value,
                    Put::always(1, wire::LEN),
                    depth + 1,
                    seq,
                )?;
                writer::close(context.out, start);
            }
            (_, Kind::Value) => {
                let start = context.begin(put);
                FieldSeed::element(
                    &mut *context,
                    Kind::ListValue,
                    Put::always(6, wire::LEN),
                    depth + 1,
                )
                .nested(|list| list.visit_seq(seq))?;
                writer::close(context.out, start);
            }
            _ => return Err(wrong(expected)),
        }
        Ok(Presence::Set)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Presence, A::Error> {
        let expected = self.expected();
        let Self {
            context,
            kind,
            label,
            put,
            depth,
        } = self;
        match (label, kind) {
            (Label::Map(key), _) => {
                let entry = Put {
                    tag: put.tag & !7 | wire::LEN,
                    keep_zero: true,
                };
                Self::entries(context, (key, kind), entry, depth, map)?;
            }
            (Label::Repeated | Label::Packed, _) => return Err(wrong(expected)),
            (_, Kind::Message(index)) => {
                let message = context.schema.message(index);
                context.put_message(message, put, depth, map)?;
            }
            (_, Kind::Struct) => {
                let start = context.begin(put);
                let entry = Put::always(1, wire::LEN);
                Self::entries(context, (Kind::String, Kind::Value), entry, depth + 1, map)?;
                writer::close(context.out, start);
            }
            (_, Kind::Value) => {
                let start = context.begin(put);
                FieldSeed::element(
                    &mut *context,
                    Kind::Struct,
                    Put::always(5, wire::LEN),
                    depth + 1,
                )
                .nested(|object| object.visit_map(map))?;
                writer::close(context.out, start);
            }
            _ => return Err(wrong(expected)),
        }
        Ok(Presence::Set)
    }
}

impl FieldSeed<'_, '_> {
    /// Checks the depth for a message level that JSON does not have, then calls `visit`.
    fn nested<E: Error>(
        self,
        visit: impl FnOnce(Self) -> Result<Presence, E>,
    ) -> Result<Presence, E> {
        if self.depth > MAX_DEPTH {
            return Err(E::custom(too_deep()));
        }
        visit(self)
    }
}
