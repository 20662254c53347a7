//! Finds the positions of the fields in the bytes of a message.

use smallvec::{SmallVec, smallvec};

use crate::{
    fault::Outcome,
    lookup::{field_numbered, wire},
    reader::{Raw, Reader},
    schema::{Field, Label},
};

/// The fields found in a message.
pub(super) struct Scan<'f, 'a> {
    /// One element for each field of the message. On the stack for most messages.
    found: SmallVec<[Option<Occurrences<'f, 'a>>; 24]>,
}

impl<'f, 'a> Scan<'f, 'a> {
    /// Scans the whole message, which also checks that it is well-formed. Skips unknown fields and
    /// fields with an unexpected wire type, like the protobuf runtimes do.
    pub(super) fn new(fields: &'f [Field], bytes: &'a [u8]) -> Outcome<Self> {
        let mut found: SmallVec<[Option<Occurrences<'f, 'a>>; 24]> = smallvec![None; fields.len()];
        let mut records = Records::new(fields, bytes);
        while let Some(record) = records.next()? {
            let field = &fields[record.index];
            if field.oneof != 0 {
                // The last member of a oneof wins and clears the others.
                for (found, other) in found.iter_mut().zip(fields) {
                    if other.oneof == field.oneof && other.number != field.number {
                        *found = None;
                    }
                }
            }
            match &mut found[record.index] {
                Some(occurrences) => occurrences.add(record.value),
                none => *none = Some(records.first(record)),
            }
        }
        Ok(Self { found })
    }

    /// Returns the occurrences of the field with this index, or `None` if it is not set.
    pub(super) fn get(&self, index: usize) -> Option<Occurrences<'f, 'a>> {
        self.found[index]
    }

    /// Returns the last occurrence of a field. For kinds that do not merge.
    pub(super) fn last(&self, index: usize) -> Option<Raw<'a>> {
        self.found[index].map(|occurrences| occurrences.last)
    }
}

/// The records of a message that are known fields with the expected wire type.
pub(super) struct Records<'f, 'a> {
    fields: &'f [Field],
    bytes: &'a [u8],
    reader: Reader<'a>,
}

/// A record of a known field.
#[derive(Clone, Copy)]
pub(super) struct Record<'a> {
    /// The index of the field.
    pub(super) index: usize,
    pub(super) value: Raw<'a>,
    position: usize,
}

impl<'f, 'a> Records<'f, 'a> {
    pub(super) fn new(fields: &'f [Field], bytes: &'a [u8]) -> Self {
        let reader = Reader::new(bytes);
        Self {
            fields,
            bytes,
            reader,
        }
    }

    #[inline]
    pub(super) fn next(&mut self) -> Outcome<Option<Record<'a>>> {
        loop {
            let position = self.reader.position();
            let Some((number, value)) = self.reader.record()? else {
                return Ok(None);
            };
            if let Some(index) = field_numbered(self.fields, number)
                && accepts(&self.fields[index], value)
            {
                return Ok(Some(Record {
                    index,
                    value,
                    position,
                }));
            }
        }
    }

    /// Returns the occurrences of a field, of which `record` is the first.
    pub(super) fn first(&self, record: Record<'a>) -> Occurrences<'f, 'a> {
        Occurrences {
            bytes: self.bytes,
            field: &self.fields[record.index],
            count: 1,
            first: record.position,
            last: record.value,
        }
    }
}

/// The occurrences of one field in a message.
#[derive(Clone, Copy)]
pub(super) struct Occurrences<'f, 'a> {
    /// The message.
    bytes: &'a [u8],
    pub(super) field: &'f Field,
    /// The number of occurrences. A packed record counts as one.
    pub(super) count: usize,
    /// The position of the first occurrence.
    first: usize,
    /// The value of the last occurrence.
    last: Raw<'a>,
}

impl<'a> Occurrences<'_, 'a> {
    #[inline]
    pub(super) fn add(&mut self, value: Raw<'a>) {
        self.count += 1;
        self.last = value;
    }

    /// Returns the value of a singular field. Several occurrences of a message are merged by
    /// concatenating their bytes.
    #[inline]
    pub(super) fn value(&self) -> Outcome<Value<'a>> {
        match self.last {
            Raw::Len(_) if self.count > 1 && self.field.merges() => self.merged(),
            last => Ok(Value::Single(last)),
        }
    }

    fn merged(&self) -> Outcome<Value<'a>> {
        let mut joined = Vec::new();
        self.each(|value| {
            joined.extend_from_slice(value.content());
            Ok(())
        })?;
        Ok(Value::Joined(joined))
    }

    /// Calls `visit` for each element of a repeated field, packed or not, or each entry of a map.
    pub(super) fn each(&self, mut visit: impl FnMut(Raw<'a>) -> Outcome<()>) -> Outcome<()> {
        let field = self.field;
        let mut reader = Reader::at(self.bytes, self.first);
        let mut rest = self.count;
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

#[inline]
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
