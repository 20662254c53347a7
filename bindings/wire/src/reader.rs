//! Reads protobuf record by record, without allocating.

use crate::{
    fault::{Fault, Outcome},
    lookup::wire,
    schema::Kind,
};

/// The maximum nesting depth below the outermost message. The protobuf runtimes have the same
/// limit.
pub(crate) const MAX_DEPTH: u32 = 100;

/// A value in its wire encoding.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Raw<'a> {
    Varint(u64),
    Fixed64(u64),
    Fixed32(u32),
    Len(&'a [u8]),
    /// A group. Groups are deprecated and the API has none, so they are skipped.
    Group,
}

impl Raw<'_> {
    /// Returns the value of a field of this kind that is missing on the wire.
    pub(crate) fn zero(kind: Kind) -> Self {
        match kind.wire() {
            wire::VARINT => Self::Varint(0),
            wire::FIXED64 => Self::Fixed64(0),
            wire::FIXED32 => Self::Fixed32(0),
            _ => Self::Len(&[]),
        }
    }

    pub(crate) fn wire(self) -> u32 {
        match self {
            Self::Varint(_) => wire::VARINT,
            Self::Fixed64(_) => wire::FIXED64,
            Self::Fixed32(_) => wire::FIXED32,
            Self::Len(_) => wire::LEN,
            Self::Group => wire::GROUP,
        }
    }
}

/// A cursor over protobuf bytes.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
    position: usize,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, position: 0 }
    }

    /// Creates a reader at a position that [`Self::position`] returned.
    pub(crate) fn at(bytes: &'a [u8], position: usize) -> Self {
        Self { bytes, position }
    }

    pub(crate) fn position(&self) -> usize {
        self.position
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.position >= self.bytes.len()
    }

    /// Reads the next record and returns its field number and value. Returns `None` at the end.
    #[inline]
    pub(crate) fn record(&mut self) -> Outcome<Option<(u32, Raw<'a>)>> {
        if self.is_empty() {
            return Ok(None);
        }
        let (number, wire) = self.tag()?;
        let value = match wire {
            wire::GROUP => {
                self.skip_group(number)?;
                Raw::Group
            }
            wire => self.value(wire)?,
        };
        Ok(Some((number, value)))
    }

    /// Reads a value of this wire type. Groups are not supported here.
    #[inline]
    pub(crate) fn value(&mut self, wire: u32) -> Outcome<Raw<'a>> {
        Ok(match wire {
            wire::VARINT => Raw::Varint(self.varint()?),
            wire::FIXED64 => Raw::Fixed64(u64::from_le_bytes(self.fixed()?)),
            wire::FIXED32 => Raw::Fixed32(u32::from_le_bytes(self.fixed()?)),
            wire::LEN => {
                let length = usize::try_from(self.varint()?).map_err(|_| truncated())?;
                Raw::Len(self.take(length)?)
            }
            _ => return Err(Fault::new("malformed protobuf: invalid wire type")),
        })
    }

    #[inline]
    fn tag(&mut self) -> Outcome<(u32, u32)> {
        let tag = u32::try_from(self.varint()?)
            .ok()
            .filter(|tag| *tag >= 8)
            .ok_or_else(|| Fault::new("malformed protobuf: invalid field number"))?;
        Ok((tag >> 3, tag & 7))
    }

    #[inline]
    fn varint(&mut self) -> Outcome<u64> {
        // Most tags and lengths have one byte.
        match self.bytes.get(self.position) {
            Some(byte) if *byte < 0x80 => {
                self.position += 1;
                Ok(u64::from(*byte))
            }
            _ => self.long_varint(),
        }
    }

    fn long_varint(&mut self) -> Outcome<u64> {
        let mut value = 0_u64;
        for (index, byte) in self.bytes[self.position..].iter().take(10).enumerate() {
            value |= u64::from(byte & 0x7f) << (7 * index);
            if byte & 0x80 == 0 {
                if index == 9 && *byte > 1 {
                    return Err(Fault::new("malformed protobuf: varint exceeds 64 bits"));
                }
                self.position += index + 1;
                return Ok(value);
            }
        }
        if self.bytes.len() - self.position >= 10 {
            return Err(Fault::new("malformed protobuf: varint exceeds 64 bits"));
        }
        Err(truncated())
    }

    fn fixed<const N: usize>(&mut self) -> Outcome<[u8; N]> {
        let bytes = self.bytes[self.position..]
            .first_chunk::<N>()
            .ok_or_else(truncated)?;
        self.position += N;
        Ok(*bytes)
    }

    #[inline]
    fn take(&mut self, length: usize) -> Outcome<&'a [u8]> {
        let bytes = self.bytes[self.position..]
            .get(..length)
            .ok_or_else(truncated)?;
        self.position += length;
        Ok(bytes)
    }

    /// Skips to the end of a group whose start tag has been read. Not recursive: the input must not
    /// be able to overflow the stack.
    fn skip_group(&mut self, number: u32) -> Outcome<()> {
        let mut open = vec![number];
        while let Some(innermost) = open.last() {
            let (number, wire) = self.tag()?;
            match wire {
                wire::GROUP if open.len() >= MAX_DEPTH as usize => return Err(too_deep()),
                wire::GROUP => open.push(number),
                wire::END_GROUP if number == *innermost => {
                    open.pop();
                }
                wire => {
                    self.value(wire)?;
                }
            }
        }
        Ok(())
    }
}

#[cold]
pub(crate) fn truncated() -> Fault {
    Fault::new("malformed protobuf: unexpected end of input")
}

#[cold]
pub(crate) fn too_deep() -> Fault {
    Fault::new(format!("nested more than {MAX_DEPTH} levels deep"))
}

#[inline]
pub(crate) fn zigzag(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -((value & 1).cast_signed())
}
