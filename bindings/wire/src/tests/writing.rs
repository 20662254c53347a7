//! Length prefixes of every size, and removal of superseded fields.

use crate::{
    lookup::wire,
    reader::{Raw, Reader},
    writer::{close, open, put_tag, remove_superseded},
};

fn record(number: u32, content: &[u8]) -> Vec<u8> {
    let mut out = vec![0xaa];
    put_tag(&mut out, number, wire::LEN);
    let start = open(&mut out);
    out.extend_from_slice(content);
    close(&mut out, start);
    out.remove(0);
    out
}

#[test]
fn length_prefixes_of_every_size_are_written() {
    for length in [0, 1, 127, 128, 129, 16_383, 16_384, 2_097_151, 2_097_152] {
        let content: Vec<u8> = (0..length)
            .map(|index: u32| index.to_le_bytes()[0])
            .collect();
        let bytes = record(5, &content);
        assert_eq!(
            prost::encoding::key_len(5)
                + prost::length_delimiter_len(content.len())
                + content.len(),
            bytes.len()
        );
        let mut reader = Reader::new(&bytes);
        assert_eq!(reader.record(), Ok(Some((5, Raw::Len(&content)))));
        assert_eq!(reader.record(), Ok(None));
    }
}

#[test]
fn superseded_fields_are_removed() {
    let (first, second, long) = (record(1, b"a"), record(2, b"b"), record(1, &[7; 300]));
    let parts = [
        b"before".to_vec(),
        first.clone(),
        second.clone(),
        long.clone(),
        second.clone(),
    ];
    let mut out = parts.concat();
    let last = out.len();
    out.extend_from_slice(&first);
    remove_superseded(&mut out, 6, &[(1, last), (3, last)]);
    assert_eq!(out, [&b"before"[..], &second, &second, &first].concat());
    let (second_position, end) = (6 + second.len(), out.len());
    remove_superseded(&mut out, 6, &[(2, second_position), (1, end)]);
    assert_eq!(out, [&b"before"[..], &second].concat());
}
