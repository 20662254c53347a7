//! The output and the error path, which all parts of the decoder share.

use serde::de::Error;

use crate::{
    lookup::wire,
    schema::{Field, Label, Schema},
    writer::{self, put_varint},
};

/// The state that all nesting levels share.
pub(super) struct Context<'o> {
    pub(super) schema: &'static Schema,
    pub(super) out: &'o mut Vec<u8>,
    /// The path to the failed value, innermost step first.
    pub(super) trail: Vec<Step>,
}

pub(super) enum Step {
    Field(&'static str),
    Element(usize),
}

/// How to write a value.
#[derive(Clone, Copy)]
pub(super) struct Put {
    /// The tag, or 0 for the elements of a packed field, which have none.
    pub(super) tag: u32,
    /// Write the value even if it is zero.
    pub(super) keep_zero: bool,
}

impl Put {
    pub(super) fn field(field: &Field) -> Self {
        Self {
            tag: writer::tag(
                field.number,
                if field.label == Label::Packed {
                    wire::LEN
                } else {
                    field.kind.wire()
                },
            ),
            keep_zero: field.label != Label::Implicit,
        }
    }

    /// Writes the field even if it is zero.
    pub(super) const fn always(number: u32, wire: u32) -> Self {
        Self {
            tag: writer::tag(number, wire),
            keep_zero: true,
        }
    }
}

/// Whether a value counts as set. `null` and unknown enum names do not.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Presence {
    Set,
    Unset,
}

#[cold]
pub(super) fn wrong<E: Error>(expected: &str) -> E {
    E::custom(format_args!("expected {expected}"))
}

impl Context<'_> {
    /// Writes the tag of a length-delimited value and reserves space for its length.
    pub(super) fn begin(&mut self, put: Put) -> usize {
        put_varint(self.out, u64::from(put.tag));
        writer::open(self.out)
    }
}
