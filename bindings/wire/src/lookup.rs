//! Lookups in the tables.

use std::cmp::Ordering;

use crate::schema::{Enum, Field, Kind, Label, Message, Schema};

/// Protobuf wire types: the low three bits of a tag.
pub(crate) mod wire {
    pub(crate) const VARINT: u32 = 0;
    pub(crate) const FIXED64: u32 = 1;
    pub(crate) const LEN: u32 = 2;
    pub(crate) const GROUP: u32 = 3;
    pub(crate) const END_GROUP: u32 = 4;
    pub(crate) const FIXED32: u32 = 5;
}

impl Schema {
    pub(crate) fn message_named(&self, name: &str) -> Option<&'static Message> {
        let messages = self.messages;
        let index = messages
            .binary_search_by(|message| message.name.cmp(name))
            .ok()?;
        Some(&messages[index])
    }

    pub(crate) fn message(&self, index: u16) -> &'static Message {
        &self.messages[usize::from(index)]
    }

    pub(crate) fn enumeration(&self, index: u16) -> &'static Enum {
        &self.enums[usize::from(index)]
    }
}

impl Message {
    /// Returns the index of the field with this name, in either spelling.
    ///
    /// `expected` is the index after the previous field. Most documents list fields in schema
    /// order and leave some out, so the field is usually one of the next ones.
    #[inline]
    pub(crate) fn field_named(&self, name: &str, expected: usize) -> Option<usize> {
        let next = self.fields.iter().enumerate().skip(expected).take(8);
        for (index, field) in next {
            if field.name == name && !matches!(field.kind, Kind::Alias(_)) {
                return Some(index);
            }
        }
        let index = self
            .names
            .binary_search_by(|entry| by_length(entry.name, name))
            .ok()?;
        Some(usize::from(self.names[index].field))
    }
}

/// Returns the index of the field with this number.
#[inline]
pub(crate) fn field_numbered(fields: &[Field], number: u32) -> Option<usize> {
    // Most messages number their fields without gaps, and then no search is needed.
    let guess = (number as usize).wrapping_sub(1);
    if fields
        .get(guess)
        .is_some_and(|field| field.number == number)
    {
        return Some(guess);
    }
    fields
        .binary_search_by_key(&number, |field| field.number)
        .ok()
}

impl Enum {
    pub(crate) fn name_of(&self, number: i32) -> Option<&'static str> {
        let index = self
            .numbers
            .binary_search_by_key(&number, |(number, _)| *number)
            .ok()?;
        Some(self.numbers[index].1)
    }

    pub(crate) fn number_of(&self, name: &str) -> Option<i32> {
        let index = self
            .names
            .binary_search_by(|(entry, _)| by_length(entry, name))
            .ok()?;
        Some(self.names[index].1)
    }
}

/// The sort order of all name tables. Comparing the lengths first decides most comparisons.
#[inline]
fn by_length(entry: &str, name: &str) -> Ordering {
    entry.len().cmp(&name.len()).then_with(|| entry.cmp(name))
}

impl Field {
    pub(crate) fn is_repeated(&self) -> bool {
        matches!(self.label, Label::Repeated | Label::Packed)
    }

    /// Returns `true` if two occurrences of the field are merged. Otherwise the last one counts.
    pub(crate) fn merges(&self) -> bool {
        matches!(self.label, Label::Explicit) && self.kind.is_message()
    }
}

impl Kind {
    /// The wire type of one value.
    pub(crate) fn wire(self) -> u32 {
        match self {
            Self::Double | Self::Fixed64 | Self::Sfixed64 => wire::FIXED64,
            Self::Float | Self::Fixed32 | Self::Sfixed32 => wire::FIXED32,
            Self::Int32
            | Self::Int64
            | Self::Uint32
            | Self::Uint64
            | Self::Sint32
            | Self::Sint64
            | Self::Bool
            | Self::Enum(_) => wire::VARINT,
            _ => wire::LEN,
        }
    }

    /// Returns `true` if protobuf encodes the value as a message. Well-known types are messages.
    pub(crate) fn is_message(self) -> bool {
        self.wire() == wire::LEN && !matches!(self, Self::String | Self::Bytes | Self::Alias(_))
    }

    /// Returns the kind inside a wrapper type such as `google.protobuf.Int64Value`.
    pub(crate) fn wrapped(self) -> Option<Self> {
        Some(match self {
            Self::DoubleValue => Self::Double,
            Self::FloatValue => Self::Float,
            Self::Int32Value => Self::Int32,
            Self::Int64Value => Self::Int64,
            Self::Uint32Value => Self::Uint32,
            Self::Uint64Value => Self::Uint64,
            Self::BoolValue => Self::Bool,
            Self::StringValue => Self::String,
            Self::BytesValue => Self::Bytes,
            _ => return None,
        })
    }

    /// Describes the expected JSON value for error messages.
    pub(crate) fn expected(self) -> &'static str {
        match self {
            Self::Double | Self::DoubleValue => "a number",
            Self::Float | Self::FloatValue => "a 32-bit floating point number",
            Self::Int32 | Self::Sint32 | Self::Sfixed32 | Self::Int32Value => "a 32-bit integer",
            Self::Int64 | Self::Sint64 | Self::Sfixed64 | Self::Int64Value => "a 64-bit integer",
            Self::Uint32 | Self::Fixed32 | Self::Uint32Value => "an unsigned 32-bit integer",
            Self::Uint64 | Self::Fixed64 | Self::Uint64Value => "an unsigned 64-bit integer",
            Self::Bool | Self::BoolValue => "true or false",
            Self::String | Self::StringValue | Self::Alias(_) => "a string",
            Self::Bytes | Self::BytesValue => "a base64 string",
            Self::Enum(_) => "an enum value's name or number",
            Self::Message(_) | Self::Struct => "an object",
            Self::Timestamp => "an RFC 3339 timestamp of the years 0001 to 9999",
            Self::Duration => "a duration in seconds such as \"1.5s\"",
            Self::FieldMask => "a field mask such as \"displayName,metadata\"",
            Self::Value => "any JSON value",
            Self::ListValue => "an array",
        }
    }
}
