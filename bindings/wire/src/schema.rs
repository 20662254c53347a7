//! The shape of the tables that drive the codec.
//!
//! What the generator emits into `tables.rs`, in full:
//!
//! ```text
//! use crate::schema::{Alias, Enum, Field, Kind, Label, Message, Name, Schema};
//!
//! pub(crate) static SCHEMA: Schema = Schema { messages: &MESSAGES, enums: &ENUMS };
//!
//! static MESSAGES: [Message; N] = [ … ];   // sorted by `name` (byte order)
//! static ENUMS: [Enum; M] = [ … ];         // sorted by `name` (byte order)
//! ```
//!
//! * **Messages**: every message of `proto/scalekit/**`, nested ones too (`a.b.Outer.Inner`), and
//!   `google.protobuf.Empty` (no fields). No map entries (see [`Label::Map`]) and no other well-known type
//!   (each is a [`Kind`] of its own). Any other `google.protobuf` type, `Any` and `NullValue` included, is an
//!   error of the generator.
//! * **Fields**: sorted by number; at most 128 a message. `oneof` is 0 outside a oneof, else 1 + the index of
//!   the real (not synthetic) oneof in its message.
//! * **Names**: for each field its schema name and, where it differs, its JSON (camelCase) name, sorted by
//!   length, then by bytes. Alias fields are left out: they exist in requests only.
//! * **Enum numbers**: for a number with several names the first declared one; all names are in `names`.
//! * **Aliases**: extra fields that a language's message classes have and the service does not. They come
//!   with the number that the language's descriptor gives them, in their place by number, label
//!   [`Label::Explicit`], `oneof: 0`.
//!
//! The test `tables_match_the_protos` rebuilds all this from `proto/` at run time and compares.

/// All message and enum types.
#[derive(Debug, PartialEq)]
pub(crate) struct Schema {
    /// Sorted by name; [`Kind::Message`] is an index into it.
    pub(crate) messages: &'static [Message],
    /// Sorted by name; [`Kind::Enum`] is an index into it.
    pub(crate) enums: &'static [Enum],
}

/// A message type.
#[derive(Debug, PartialEq)]
pub(crate) struct Message {
    /// Full name, such as `scalekit.v1.users.User`.
    pub(crate) name: &'static str,
    /// Sorted by number.
    pub(crate) fields: &'static [Field],
    /// Every spelling of every field but the aliases, sorted by length, then bytes.
    pub(crate) names: &'static [Name],
}

/// A field of a message.
#[derive(Debug, PartialEq)]
pub(crate) struct Field {
    /// The schema's name, snake_case; also the spelling written to JSON, queries and paths.
    pub(crate) name: &'static str,
    pub(crate) number: u32,
    /// Of the field, of its elements, or of a map's values.
    pub(crate) kind: Kind,
    pub(crate) label: Label,
    /// 0: in no oneof; else 1 + the index of the oneof.
    pub(crate) oneof: u8,
}

/// How often a field occurs and what "not there" means.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Label {
    /// Singular; the zero value means unset (plain proto3 scalars and enums).
    Implicit,
    /// Singular with presence: `optional`, members of a oneof, all messages and well-known types.
    Explicit,
    /// Repeated, each element with its own tag (strings, bytes, messages, `[packed = false]`).
    Repeated,
    /// Repeated and packed (proto3's default for numbers, bools and enums).
    Packed,
    /// A map with keys of this kind; the field's own kind is that of the values.
    Map(Kind),
}

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq)]
#[allow(dead_code, reason = "the codec knows every kind, whichever the schema uses")]
pub(crate) enum Kind {
    Double,
    Float,
    Int32,
    Int64,
    Uint32,
    Uint64,
    Sint32,
    Sint64,
    Fixed32,
    Fixed64,
    Sfixed32,
    Sfixed64,
    Bool,
    String,
    Bytes,
    /// Index into [`Schema::enums`].
    Enum(u16),
    /// Index into [`Schema::messages`].
    Message(u16),
    Timestamp,
    Duration,
    FieldMask,
    Struct,
    Value,
    ListValue,
    DoubleValue,
    FloatValue,
    Int32Value,
    Int64Value,
    Uint32Value,
    Uint64Value,
    BoolValue,
    StringValue,
    BytesValue,
    /// A field of a language's descriptor that stands for another one.
    Alias(&'static Alias),
}

/// What an alias field stands for. The alias itself is always a string on the protobuf side.
#[derive(Debug, PartialEq)]
pub(crate) struct Alias {
    /// Field numbers from the alias's own message down to the field meant: `[7, 2]` is field 2 of field 7.
    pub(crate) path: &'static [u32],
    /// Empty: the field meant is a string too and gets the same value. Else that field is an enum, and these
    /// are the accepted names, lower case (matched in any letter case), with their enum numbers.
    pub(crate) values: &'static [(&'static str, i32)],
}

/// One spelling of a field.
#[derive(Debug, PartialEq)]
pub(crate) struct Name {
    pub(crate) name: &'static str,
    /// Index into [`Message::fields`].
    pub(crate) field: u8,
}

/// An enum type.
#[derive(Debug, PartialEq)]
pub(crate) struct Enum {
    /// Full name.
    pub(crate) name: &'static str,
    /// Number and (first declared) name, sorted by number.
    pub(crate) numbers: &'static [(i32, &'static str)],
    /// Every name and its number, sorted by length, then bytes.
    pub(crate) names: &'static [(&'static str, i32)],
}
