//! Writing protobuf.

use crate::{
    lookup::wire,
    reader::{Raw, Reader},
};

/// The tag of a field.
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

/// A length-delimited record.
#[inline]
pub(crate) fn put_len(out: &mut Vec<u8>, number: u32, bytes: &[u8]) {
    put_tag(out, number, wire::LEN);
    put_varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// A varint field, left out when zero: for the inner fields of well-known types.
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

/// Begins a length-delimited value whose length is not yet known: one byte is reserved for it, which is
/// enough for most. [`close`] needs what this returns.
#[inline]
pub(crate) fn open(out: &mut Vec<u8>) -> usize {
    out.push(0);
    out.len()
}

/// Ends the value that [`open`] began: fills in the length, and moves the content when one byte is not enough.
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

/// Takes out of the message that begins at `start` the fields that were named again, each up to where it begins anew.
/// Once for a message, since whoever names a field twice may name it a million times.
#[cold]
pub(crate) fn keep_latest(out: &mut Vec<u8>, start: usize, again: &[(u32, usize)]) {
    let written = out.split_off(start);
    let mut reader = Reader::new(&written);
    loop {
        let from = reader.position();
        // The bytes are this crate's own, so that reading them does not fail.
        let Ok(Some((found, value))) = reader.record() else {
            return;
        };
        debug_assert!(value != Raw::Group, "groups are never written");
        let superseded = |&(number, latest): &(u32, usize)| number == found && start + from < latest;
        if !again.iter().any(superseded) {
            out.extend_from_slice(&written[from..reader.position()]);
        }
    }
}
