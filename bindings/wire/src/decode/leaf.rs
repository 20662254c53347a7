//! Values without nested values: scalars, enums, and the well-known types that are a single JSON
//! value.

use super::context::{Context, Presence, Put};
use crate::{
    lookup::wire,
    schema::Kind,
    text::{Number, decode_base64, mask_from_json, narrow, parse_float},
    time::{parse_duration, parse_timestamp},
    writer::{self, put_nonzero, put_varint, unzigzag},
};

impl Context<'_> {
    /// Writes a value from a JSON string. Returns `None` if the text is not a value of this kind.
    #[inline]
    pub(super) fn put_text(&mut self, kind: Kind, put: Put, text: &str) -> Option<Presence> {
        match kind {
            Kind::String => {
                if !text.is_empty() || put.keep_zero {
                    put_varint(self.out, u64::from(put.tag));
                    put_varint(self.out, text.len() as u64);
                    self.out.extend_from_slice(text.as_bytes());
                }
                Some(Presence::Set)
            }
            _ => self.put_other_text(kind, put, text),
        }
    }

    fn put_other_text(&mut self, kind: Kind, put: Put, text: &str) -> Option<Presence> {
        match kind {
            Kind::Enum(index) => match self.schema.enumeration(index).number_of(text) {
                Some(number) => self.varint(put, i64::from(number).cast_unsigned()),
                None => return Some(Presence::Unset),
            },
            Kind::Timestamp => self.seconds(put, parse_timestamp(text)?),
            Kind::Duration => self.seconds(put, parse_duration(text)?),
            Kind::Bytes => {
                let before = self.out.len();
                let start = self.begin(put);
                decode_base64(text, self.out)?;
                if self.out.len() == start && !put.keep_zero {
                    self.out.truncate(before);
                } else {
                    writer::close(self.out, start);
                }
            }
            Kind::FieldMask => {
                let start = self.begin(put);
                for path in text.split(',').filter(|path| !path.is_empty()) {
                    let path_start = self.begin(Put::always(1, wire::LEN));
                    mask_from_json(path, self.out)?;
                    writer::close(self.out, path_start);
                }
                writer::close(self.out, start);
            }
            Kind::Value => {
                let start = self.begin(put);
                self.put_text(Kind::String, Put::always(3, wire::LEN), text)?;
                writer::close(self.out, start);
            }
            Kind::Double | Kind::Float => {
                return self.put_number(kind, put, Number::Float(parse_float(text)?));
            }
            Kind::Bool | Kind::Message(_) | Kind::Struct | Kind::ListValue | Kind::Alias(_) => {
                return None;
            }
            _ => {
                return match kind.wrapped() {
                    Some(inner) => self.wrapper(inner, put, |context, put| {
                        context.put_text(inner, put, text)
                    }),
                    None => self.put_number(kind, put, Number::parse(text)?),
                };
            }
        }
        Some(Presence::Set)
    }

    pub(super) fn put_bool(&mut self, kind: Kind, put: Put, value: bool) -> Option<Presence> {
        match kind {
            Kind::Bool => self.varint(put, value.into()),
            Kind::BoolValue => {
                return self.wrapper(Kind::Bool, put, |context, put| {
                    context.put_bool(Kind::Bool, put, value)
                });
            }
            Kind::Value => {
                let start = self.begin(put);
                self.varint(Put::always(4, wire::VARINT), value.into());
                writer::close(self.out, start);
            }
            _ => return None,
        }
        Some(Presence::Set)
    }

    /// Writes the null of a `google.protobuf.Value`.
    pub(super) fn put_null(&mut self, put: Put) -> Presence {
        let start = self.begin(put);
        self.varint(Put::always(1, wire::VARINT), 0);
        writer::close(self.out, start);
        Presence::Set
    }

    /// Writes a number. Returns `None` if it is not a value of this kind.
    pub(super) fn put_number(&mut self, kind: Kind, put: Put, number: Number) -> Option<Presence> {
        match kind {
            Kind::Int32 | Kind::Enum(_) => {
                self.varint(
                    put,
                    i64::from(i32::try_from(number.integer()?).ok()?).cast_unsigned(),
                );
            }
            Kind::Int64 => self.varint(put, i64::try_from(number.integer()?).ok()?.cast_unsigned()),
            Kind::Uint32 => self.varint(put, u32::try_from(number.integer()?).ok()?.into()),
            Kind::Uint64 => self.varint(put, u64::try_from(number.integer()?).ok()?),
            Kind::Sint32 => {
                self.varint(put, unzigzag(i32::try_from(number.integer()?).ok()?.into()))
            }
            Kind::Sint64 => self.varint(put, unzigzag(i64::try_from(number.integer()?).ok()?)),
            Kind::Fixed32 => self.fixed(put, u32::try_from(number.integer()?).ok()?.to_le_bytes()),
            Kind::Fixed64 => self.fixed(put, u64::try_from(number.integer()?).ok()?.to_le_bytes()),
            Kind::Sfixed32 => self.fixed(put, i32::try_from(number.integer()?).ok()?.to_le_bytes()),
            Kind::Sfixed64 => self.fixed(put, i64::try_from(number.integer()?).ok()?.to_le_bytes()),
            Kind::Double => self.fixed(put, number.float().to_le_bytes()),
            Kind::Float => self.fixed(put, narrow(number.float())?.to_le_bytes()),
            Kind::Value => {
                let start = self.begin(put);
                self.fixed(Put::always(2, wire::FIXED64), number.float().to_le_bytes());
                writer::close(self.out, start);
            }
            Kind::StringValue | Kind::BytesValue | Kind::BoolValue => return None,
            _ => {
                let inner = kind.wrapped()?;
                return self.wrapper(inner, put, |context, put| {
                    context.put_number(inner, put, number)
                });
            }
        }
        Some(Presence::Set)
    }

    fn wrapper(
        &mut self,
        inner: Kind,
        put: Put,
        write: impl FnOnce(&mut Self, Put) -> Option<Presence>,
    ) -> Option<Presence> {
        let start = self.begin(put);
        write(
            self,
            Put {
                tag: writer::tag(1, inner.wire()),
                keep_zero: false,
            },
        )?;
        writer::close(self.out, start);
        Some(Presence::Set)
    }

    /// Writes a `Timestamp` or a `Duration`, which have the same fields.
    fn seconds(&mut self, put: Put, (seconds, nanos): (i64, i32)) {
        let start = self.begin(put);
        put_nonzero(self.out, 1, seconds);
        put_nonzero(self.out, 2, nanos.into());
        writer::close(self.out, start);
    }

    fn varint(&mut self, put: Put, value: u64) {
        if value != 0 || put.keep_zero {
            self.tag(put);
            put_varint(self.out, value);
        }
    }

    fn fixed<const N: usize>(&mut self, put: Put, bytes: [u8; N]) {
        if bytes != [0; N] || put.keep_zero {
            self.tag(put);
            self.out.extend_from_slice(&bytes);
        }
    }

    fn tag(&mut self, put: Put) {
        if put.tag != 0 {
            put_varint(self.out, u64::from(put.tag));
        }
    }
}
