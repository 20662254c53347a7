//! Finds the positions of the fields in the bytes of a message.

use crate::{
    fault::Outcome,
    lookup::{field_numbered, wire},
    reader::{Raw, Reader},
    schema::{Field, Label},
};

/// The fields found in a message.
pub(super) struct Scan<'f, 'a> {
    bytes: &'a [u8],
    fields: &'f [Field],
    slots: Vec<Slot<'a>>,
}

#[derive(Clone, Copy)]
struct Slot<'a> {
    /// The number of occurrences.
    count: usize,
    /// The position of the first occurrence.
    first: usize,
    /// The value of the last occurrence.
    last: Raw<'a>,
}

impl<'f, 'a> Scan<'f, 'a> {
    /// Scans the whole message, which also checks that it is well-formed. Skips unknown fields and
    /// fields with an unexpected wire type, like the protobuf runtimes do.
    pub(super) fn new(fields: &'f [Field], bytes: &'a [u8]) -> Outcome<Self> {
        let mut slots = vec![
            Slot {
                count: 0,
                first: 0,
                last: Raw::Group
            };
            fields.len()
        ];
        let mut reader = Reader::new(bytes);
        loop {
            let position = reader.position();
            let Some((number, value)) = reader.record()? else {
                break;
            };
            let Some(index) = field_numbered(fields, number) else {
                continue;
            };
            let field = &fields[index];
            if !accepts(field, value) {
                continue;
            }
            if field.oneof != 0 {
                // The last member of a oneof wins and clears the others.
                for (slot, other) in slots.iter_mut().zip(fields) {
                    if other.oneof == field.oneof && other.number != number {
                        slot.count = 0;
                    }
                }
            }
            let slot = &mut slots[index];
            if slot.count == 0 {
                slot.first = position;
            }
            slot.count += 1;
            slot.last = value;
        }
        Ok(Self {
            bytes,
            fields,
            slots,
        })
    }

    /// Returns the value of a singular field. Several occurrences of a message are merged by
    /// concatenating their bytes.
    pub(super) fn value(&self, index: usize) -> Outcome<Option<Value<'a>>> {
        let slot = self.slots[index];
        Ok(match slot.last {
            _ if slot.count == 0 => None,
            Raw::Len(last) if slot.count > 1 && self.fields[index].merges() => {
                let mut joined = Vec::with_capacity(2 * last.len());
                self.each(index, |value| {
                    if let Raw::Len(part) = value {
                        joined.extend_from_slice(part);
                    }
                    Ok(())
                })?;
                Some(Value::Joined(joined))
            }
            last => Some(Value::Single(last)),
        })
    }

    /// Returns the last occurrence of a field. For kinds that do not merge.
    pub(super) fn last(&self, index: usize) -> Option<Raw<'a>> {
        let slot = self.slots[index];
        (slot.count > 0).then_some(slot.last)
    }

    pub(super) fn is_set(&self, index: usize) -> bool {
        self.slots[index].count > 0
    }

    /// Returns the number of occurrences of the field. A packed record counts as one.
    pub(super) fn count(&self, index: usize) -> usize {
        self.slots[index].count
    }

    /// Calls `visit` for each element of a repeated field, packed or not, or each entry of a map.
    pub(super) fn each(
        &self,
        index: usize,
        mut visit: impl FnMut(Raw<'a>) -> Outcome<()>,
    ) -> Outcome<()> {
        let (slot, field) = (self.slots[index], &self.fields[index]);
        let mut reader = Reader::at(self.bytes, slot.first);
        let mut rest = slot.count;
        while rest > 0 {
            let Some((number, value)) = reader.record()? else {
                break;
            };
            if number != field.number || !accepts(field, value) {
                continue;
            }
            rest -= 1;
            match value {
                Raw::Len(packed) if field.is_repeated() && field.kind.wire() != wire::LEN => {
                    let mut elements = Reader::new(packed);
                    while !elements.is_empty() {
                        visit(elements.value(field.kind.wire())?)?;
                    }
                }
                value => visit(value)?,
            }
        }
        Ok(())
    }
}

fn accepts(field: &Field, value: Raw<'_>) -> bool {
    let found = value.wire();
    match field.label {
        Label::Map(_) => found == wire::LEN,
        Label::Repeated | Label::Packed => found == field.kind.wire() || found == wire::LEN,
        Label::Implicit | Label::Explicit => found == field.kind.wire(),
    }
}

/// The value of a singular field.
pub(super) enum Value<'a> {
    Single(Raw<'a>),
    /// A message merged from several records.
    Joined(Vec<u8>),
}

impl Value<'_> {
    pub(super) fn raw(&self) -> Raw<'_> {
        match self {
            Self::Single(raw) => *raw,
            Self::Joined(bytes) => Raw::Len(bytes),
        }
    }
}

impl<'a> Raw<'a> {
    /// Returns the content of a length-delimited value. Empty for all other values.
    pub(super) fn content(self) -> &'a [u8] {
        match self {
            Raw::Len(bytes) => bytes,
            _ => &[],
        }
    }
}
