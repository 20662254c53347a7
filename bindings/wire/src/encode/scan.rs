//! Where the fields of a message are in its bytes.

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
    /// Occurrences that count.
    count: usize,
    /// Where the record of the first one begins.
    first: usize,
    /// The value of the last one.
    last: Raw<'a>,
}

impl<'f, 'a> Scan<'f, 'a> {
    /// Walks the whole message, so that all of it is known to be well-formed. What the schema does not know, or
    /// knows as something else, is passed over, as protobuf runtimes do.
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
                // Of a oneof the member that comes last is the one that is set.
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
        Ok(Self { bytes, fields, slots })
    }

    /// The value of a singular field. A message that occurs several times is its parts merged, and merging is
    /// joining the bytes.
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

    /// The last occurrence of a field, for kinds that do not merge.
    pub(super) fn last(&self, index: usize) -> Option<Raw<'a>> {
        let slot = self.slots[index];
        (slot.count > 0).then_some(slot.last)
    }

    pub(super) fn is_set(&self, index: usize) -> bool {
        self.slots[index].count > 0
    }

    /// How often the field occurs; a packed record counts as one.
    pub(super) fn count(&self, index: usize) -> usize {
        self.slots[index].count
    }

    /// Every element of a repeated field, packed or not, every entry of a map.
    pub(super) fn each(&self, index: usize, mut visit: impl FnMut(Raw<'a>) -> Outcome<()>) -> Outcome<()> {
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
    /// A message put together from several records.
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
    /// The content of a length-delimited value; all others have none.
    pub(super) fn content(self) -> &'a [u8] {
        match self {
            Raw::Len(bytes) => bytes,
            _ => &[],
        }
    }
}
