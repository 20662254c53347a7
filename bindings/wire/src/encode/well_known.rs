//! The fields of the well-known types.

use crate::schema::{Field, Kind, Label};

const fn field(name: &'static str, number: u32, kind: Kind, label: Label, oneof: u8) -> Field {
    Field {
        name,
        number,
        kind,
        label,
        oneof,
    }
}

pub(super) static FIELD_MASK: [Field; 1] = [field("paths", 1, Kind::String, Label::Repeated, 0)];

pub(super) static STRUCT: [Field; 1] =
    [field("fields", 1, Kind::Value, Label::Map(Kind::String), 0)];

pub(super) static LIST: [Field; 1] = [field("values", 1, Kind::Value, Label::Repeated, 0)];

/// Sorted by number. `null_value` is an enum with a single value, so `Int32` is sufficient.
pub(super) static VALUE: [Field; 6] = [
    field("null_value", 1, Kind::Int32, Label::Explicit, 1),
    field("number_value", 2, Kind::Double, Label::Explicit, 1),
    field("string_value", 3, Kind::String, Label::Explicit, 1),
    field("bool_value", 4, Kind::Bool, Label::Explicit, 1),
    field("struct_value", 5, Kind::Struct, Label::Explicit, 1),
    field("list_value", 6, Kind::ListValue, Label::Explicit, 1),
];

/// Returns the field of a wrapper type.
pub(super) fn wrapper(inner: Kind) -> [Field; 1] {
    [field("value", 1, inner, Label::Implicit, 0)]
}

/// Returns the fields of a map entry.
pub(super) fn entry(key: Kind, value: Kind) -> [Field; 2] {
    [
        field("key", 1, key, Label::Explicit, 0),
        field("value", 2, value, Label::Explicit, 0),
    ]
}
