//! What the parts of the reader share: the output, and how a value is put into it.

use serde::de::Error;

use crate::{
    lookup::wire,
    schema::{Field, Label, Schema},
    writer::{self, put_varint},
};

/// What all levels share.
pub(super) struct Context<'o> {
    pub(super) schema: &'static Schema,
    pub(super) out: &'o mut Vec<u8>,
    /// Where an error happened, innermost first.
    pub(super) trail: Vec<Step>,
}

pub(super) enum Step {
    Field(&'static str),
    Element(usize),
}

/// How a value is written.
#[derive(Clone, Copy)]
pub(super) struct Put {
    /// 0: none, for the elements of a packed field.
    pub(super) tag: u32,
    /// Zero is a value and not just what an unset field reads as.
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

    /// A field that is written even when zero.
    pub(super) const fn always(number: u32, wire: u32) -> Self {
        Self {
            tag: writer::tag(number, wire),
            keep_zero: true,
        }
    }
}

/// Whether a value counts as set: `null` does not, nor does an enum name from the future.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Done {
    Set,
    Unset,
}

#[cold]
pub(super) fn wrong<E: Error>(expected: &str) -> E {
    E::custom(format_args!("expected {expected}"))
}

impl Context<'_> {
    /// Tag and provisional length of a length-delimited value.
    pub(super) fn begin(&mut self, put: Put) -> usize {
        put_varint(self.out, u64::from(put.tag));
        writer::open(self.out)
    }
}
