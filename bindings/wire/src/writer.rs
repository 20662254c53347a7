//! Writes protobuf.

use crate::{
    lookup::wire,
    reader::{Raw, Reader},
};

/// Combines a field number and a wire type into a tag.
pub(crate) const fn tag(number: u32, wire: u32) -> u32 {
    number << 3 | wire
}

#[inline]
pub(crate) fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value.to_le_bytes()[0] | 0x80);
        value >>= 7;
    }
    out.push(value.to_le_bytes()[0]);
}

#[inline]
pub(crate) fn put_tag(out: &mut Vec<u8>, number: u32, wire: u32) {
    put_varint(out, u64::from(tag(number, wire)));
}

/// Writes a length-delimited record.
#[inline]
pub(crate) fn put_len(out: &mut Vec<u8>, number: u32, bytes: &[u8]) {
    put_tag(out, number, wire::LEN);
    put_varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// Writes a varint field unless it is zero. For the inner fields of well-known types.
pub(crate) fn put_nonzero(out: &mut Vec<u8>, number: u32, value: i64) {
    if value != 0 {
        put_tag(out, number, wire::VARINT);
        put_varint(out, value.cast_unsigned());
    }
}

#[inline]
pub(crate) fn unzigzag(value: i64) -> u64 {
    (value << 1 ^ value >> 63).cast_unsigned()
}

/// Begins a length-delimited value whose length is not known yet. Reserves one byte for the length,
/// which is usually enough. Pass the returned position to [`close`].
#[inline]
pub(crate) fn open(out: &mut Vec<u8>) -> usize {
    out.push(0);
    out.len()
}

/// Ends the value that [`open`] began and writes its length. Moves the content if the length needs
/// more than one byte.
#[inline]
pub(crate) fn close(out: &mut Vec<u8>, start: usize) {
    let length = out.len() - start;
    if length < 0x80 {
        out[start - 1] = length.to_le_bytes()[0];
        return;
    }
    let mut prefix = [0_u8; 10];
    let mut size = 0;
    let mut rest = length;
    while rest > 0 {
        prefix[size] = rest.to_le_bytes()[0] | 0x80;
        rest >>= 7;
        size += 1;
    }
    prefix[size - 1] &= 0x7f;
    out.resize(out.len() + size - 1, 0);
    out.copy_within(start..start + length, start + size - 1);
    out[start - 1..start - 1 + size].copy_from_slice(&prefix[..size]);
}

/// Removes superseded fields from the message that begins at `start`.
///
/// `repeated` contains the number of each field that the JSON names more than once, and the
/// position of its last occurrence. Earlier occurrences are removed. Call it once for each message:
/// removing each occurrence separately would take quadratic time if the JSON names a field many
/// times.
#[cold]
pub(crate) fn remove_superseded(out: &mut Vec<u8>, start: usize, repeated: &[(u32, usize)]) {
    let message = out.split_off(start);
    let mut reader = Reader::new(&message);
    loop {
        let from = reader.position();
        // Reading never fails: this crate wrote the bytes.
        let Ok(Some((number, value))) = reader.record() else {
            return;
        };
        debug_assert!(value != Raw::Group, "groups are never written");
        let is_superseded =
            |&(repeated, last): &(u32, usize)| repeated == number && start + from < last;
        if !repeated.iter().any(is_superseded) {
            out.extend_from_slice(&message[from..reader.position()]);
        }
    }
}
