//! The types of the tables that the codec reads.
//!
//! The generator writes `tables.rs` in this form:
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
//! * **Messages**: every message of `proto/scalekit/**`, including nested messages
//!   (`a.b.Outer.Inner`), and `google.protobuf.Empty` (no fields). Map entries are not messages
//!   (see [`Label::Map`]). Each well-known type has its own [`Kind`]. The generator rejects all
//!   other `google.protobuf` types, such as `Any` and `NullValue`.
//! * **Fields**: sorted by number, at most 128 in a message. `oneof` is 0 for a field outside a
//!   oneof, otherwise 1 + the index of its oneof in the message. Synthetic oneofs do not count.
//! * **Names**: the schema name of each field and, if different, its JSON (camelCase) name, sorted
//!   by length, then by bytes. Alias fields have no entry because they exist only in requests.
//! * **Enum numbers**: if a number has several names, the one declared first. `names` contains all
//!   names.
//! * **Aliases**: extra fields that the message classes of a language have and the service does
//!   not. They have the number from the language's descriptor, the label [`Label::Explicit`] and
//!   `oneof: 0`, and they are sorted by number with the other fields.
//!
//! The test `tables_match_the_protos` builds these tables from `proto/` at run time and compares
//! them.

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
    /// All spellings of all field names except aliases, sorted by length, then by bytes.
    pub(crate) names: &'static [Name],
}

impl Message {
    /// Returns `true` if the message has alias fields. They have the highest numbers.
    pub(crate) fn has_aliases(&self) -> bool {
        let last = self.fields.last();
        last.is_some_and(|field| matches!(field.kind, Kind::Alias(_)))
    }
}

/// A field of a message.
#[derive(Debug, PartialEq)]
pub(crate) struct Field {
    /// The name in the schema, in snake_case. JSON, queries and paths use this spelling.
    pub(crate) name: &'static str,
    pub(crate) number: u32,
    /// The kind of the field, of the elements of a list, or of the values of a map.
    pub(crate) kind: Kind,
    pub(crate) label: Label,
    /// 0 if the field is not in a oneof, otherwise 1 + the index of the oneof.
    pub(crate) oneof: u8,
}

/// The cardinality of a field and how it represents absence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Label {
    /// Singular without presence: the zero value means unset (proto3 scalars and enums).
    Implicit,
    /// Singular with presence: `optional` fields, members of a oneof, all messages and well-known
    /// types.
    Explicit,
    /// Repeated, and each element has its own tag (strings, bytes, messages, `[packed = false]`).
    Repeated,
    /// Repeated and packed (the proto3 default for numbers, bools and enums).
    Packed,
    /// A map with keys of this kind. `Field::kind` is the kind of the values.
    Map(Kind),
}

/// The type of a value.
#[derive(Clone, Copy, Debug, PartialEq)]
#[allow(
    dead_code,
    reason = "the codec supports kinds that the schema does not use yet"
)]
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
    /// A field of a language's descriptor that replaces another field.
    Alias(&'static Alias),
}

/// The target of an alias field. The alias field itself is always a string in protobuf.
#[derive(Debug, PartialEq)]
pub(crate) struct Alias {
    /// The field numbers from the message of the alias to the target field: `[7, 2]` is field 2 of
    /// field 7.
    pub(crate) path: &'static [u32],
    /// Empty if the target field is a string, which gets the same value. Otherwise the target field
    /// is an enum. Then the list contains the accepted names in lower case and their enum numbers.
    /// Letter case is ignored.
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
    /// Each number with the name declared first, sorted by number.
    pub(crate) numbers: &'static [(i32, &'static str)],
    /// Each name with its number, sorted by length, then by bytes.
    pub(crate) names: &'static [(&'static str, i32)],
}
