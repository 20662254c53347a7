//! Hand-written vectors for protobuf to JSON: encodings that a message type cannot express.

use serde_json::{Value, json};

use super::{pool::KINDS, to_json};
use crate::writer::{put_len, put_tag, put_varint};

fn convert(message: &str, bytes: &[u8]) -> Result<Value, String> {
    let (_, message) = KINDS.find(&format!("kinds.{message}"));
    to_json(&KINDS, message, bytes)
}

fn varint(number: u32, value: u64) -> Vec<u8> {
    let mut out = Vec::new();
    put_tag(&mut out, number, 0);
    put_varint(&mut out, value);
    out
}

fn bytes(number: u32, content: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    put_len(&mut out, number, content);
    out
}

#[test]
fn unknown_fields_are_skipped() {
    let known = varint(3, 7);
    // Field 900 with each wire type. The group contains another group and a field with the number
    // of a known field.
    let group = [&varint(900, 0)[..2], &[]].concat();
    let (start, end) = ([group[0] | 3, group[1]], [group[0] | 4, group[1]]);
    let unknown = [
        varint(900, 1),
        bytes(900, b"\xff\xff"),
        [&[group[0] | 1, group[1]][..], &[0; 8]].concat(),
        [&[group[0] | 5, group[1]][..], &[0; 4]].concat(),
        [
            &start[..],
            &varint(3, 99),
            &[0x0b],
            &bytes(1, b"x"),
            &[0x0c],
            &end,
        ]
        .concat(),
    ];
    for unknown in &unknown {
        for input in [
            [&known[..], unknown].concat(),
            [unknown, &known[..]].concat(),
        ] {
            assert_eq!(
                convert("Scalars", &input),
                Ok(json!({"an_int32": 7})),
                "{input:x?}"
            );
        }
    }
    // A known field with an unexpected wire type is skipped too.
    assert_eq!(
        convert("Scalars", &[bytes(3, b"x"), known].concat()),
        Ok(json!({"an_int32": 7}))
    );
}

#[test]
fn malformed_bytes_are_errors() {
    let vectors: [(&[u8], &str); 14] = [
        (b"\x18", "malformed protobuf: unexpected end of input"),
        (b"\x18\x80", "malformed protobuf: unexpected end of input"),
        (
            b"\x18\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02",
            "malformed protobuf: varint exceeds 64 bits",
        ),
        (
            b"\x18\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
            "malformed protobuf: varint exceeds 64 bits",
        ),
        (
            b"\x72\x05abc",
            "malformed protobuf: unexpected end of input",
        ),
        (
            b"\x72\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
            "malformed protobuf: unexpected end of input",
        ),
        (b"\x09\0\0\0", "malformed protobuf: unexpected end of input"),
        (b"\x15\0\0", "malformed protobuf: unexpected end of input"),
        (b"\x00\x01", "malformed protobuf: invalid field number"),
        (
            b"\x80\x80\x80\x80\x10\x01",
            "malformed protobuf: invalid field number",
        ),
        (b"\x1e\x01", "malformed protobuf: invalid wire type"),
        (b"\x0c", "malformed protobuf: invalid wire type"),
        (b"\x0b", "malformed protobuf: unexpected end of input"),
        (b"\x0b\x14", "malformed protobuf: invalid wire type"),
    ];
    for (input, expected) in vectors {
        assert_eq!(
            convert("Scalars", input),
            Err(expected.to_owned()),
            "{input:x?}"
        );
    }
    assert_eq!(
        convert("Scalars", b"\x72\x01\xff"),
        Err("a_string: not UTF-8".to_owned())
    );
    assert_eq!(
        convert("Lists", b"\x72\x01a\x72\x01\xff"),
        Err("strings[1]: not UTF-8".to_owned())
    );
    assert_eq!(
        convert("Maps", &bytes(1, b"\x0a\x01\xff")),
        Err("strings.key: not UTF-8".to_owned())
    );
    assert_eq!(
        convert("Tree", b"\x12\x03\x12\x01\x08"),
        Err("left.left: malformed protobuf: unexpected end of input".to_owned())
    );
    let groups = [0x0b; 1000];
    assert_eq!(
        convert("Scalars", &groups),
        Err("nested more than 100 levels deep".to_owned())
    );
    let deep = (0..200).fold(Vec::new(), |inner, _| bytes(2, &inner));
    assert!(
        convert("Tree", &deep)
            .unwrap_err()
            .ends_with("nested more than 100 levels deep")
    );
}

#[test]
fn the_last_scalar_counts_and_messages_merge() {
    let twice = [varint(3, 7), varint(13, 1), varint(3, 8)].concat();
    assert_eq!(
        convert("Scalars", &twice),
        Ok(json!({"an_int32": 8, "a_bool": true}))
    );
    let then_zero = [varint(3, 7), varint(3, 0)].concat();
    assert_eq!(convert("Scalars", &then_zero), Ok(json!({})));
    assert_eq!(convert("Optionals", &then_zero), Ok(json!({"an_int32": 0})));

    let left = |name: &[u8], children: &[u8]| {
        bytes(2, &[bytes(1, name), bytes(3, &bytes(1, children))].concat())
    };
    let parts = [
        left(b"a", b"c1"),
        bytes(1, b"root"),
        left(b"b", b"c2"),
        bytes(2, b""),
    ]
    .concat();
    let merged = json!({"name": "root", "left": {"name": "b", "children": [{"name": "c1"}, {"name": "c2"}]}});
    assert_eq!(convert("Tree", &parts), Ok(merged));

    // The first record has the seconds, the second the nanoseconds.
    let time = [bytes(1, &varint(1, 60)), bytes(1, &varint(2, 500_000_000))].concat();
    assert_eq!(
        convert("WellKnown", &time),
        Ok(json!({"time": "1970-01-01T00:01:00.500Z"}))
    );
}

#[test]
fn repeated_fields_are_read_packed_or_not() {
    // Field 3 is packed in the schema, field 17 is not. The input mixes both forms and has another
    // field in between.
    for (number, name) in [(3, "int32s"), (17, "unpacked")] {
        let mixed = [
            varint(number, 1),
            bytes(number, &[2, 3]),
            bytes(14, b"x"),
            varint(number, 4),
            bytes(number, &[]),
        ];
        assert_eq!(
            convert("Lists", &mixed.concat()),
            Ok(json!({name: [1, 2, 3, 4], "strings": ["x"]}))
        );
        assert_eq!(convert("Lists", &bytes(number, &[])), Ok(json!({})));
        assert_eq!(
            convert("Lists", &bytes(number, &[0x80])),
            Err(format!(
                "{name}: malformed protobuf: unexpected end of input"
            ))
        );
    }
    assert_eq!(
        convert("Lists", &bytes(9, &[1, 0, 0, 0, 2, 0, 0, 0])),
        Ok(json!({"fixed32s": [1, 2]}))
    );
    assert_eq!(
        convert("Lists", &bytes(16, &[1, 77, 0])),
        Ok(json!({"colors": ["RED", 77, "COLOR_UNSPECIFIED"]}))
    );
}

#[test]
fn the_last_member_of_a_oneof_counts() {
    let (text, number) = (bytes(2, b"a"), varint(3, 5));
    assert_eq!(
        convert("Choice", &[&text[..], &number].concat()),
        Ok(json!({"number": 5}))
    );
    assert_eq!(
        convert("Choice", &[&number[..], &text].concat()),
        Ok(json!({"text": "a"}))
    );
    // If the field is set again, its earlier message is not merged into the new one.
    let scalars = |number, value| bytes(4, &varint(number, value));
    let again = [scalars(3, 1), text, scalars(13, 1)].concat();
    assert_eq!(
        convert("Choice", &again),
        Ok(json!({"scalars": {"a_bool": true}}))
    );
    let merged = [scalars(3, 1), scalars(13, 1)].concat();
    assert_eq!(
        convert("Choice", &merged),
        Ok(json!({"scalars": {"an_int32": 1, "a_bool": true}}))
    );
}

#[test]
fn map_entries_have_defaults_and_the_last_duplicate_key_counts() {
    let entry = |key: &[u8], value: &[u8]| bytes(1, &[bytes(1, key), bytes(2, value)].concat());
    let parts = [entry(b"a", b"1"), entry(b"b", b"2"), entry(b"a", b"3")].concat();
    assert_eq!(
        convert("Maps", &parts),
        Ok(json!({"strings": {"a": "3", "b": "2"}}))
    );
    let (_, maps) = KINDS.find("kinds.Maps");
    let text = crate::encode::encode(KINDS.schema, maps, &parts).unwrap();
    assert_eq!(
        text, br#"{"strings":{"b":"2","a":"3"}}"#,
        "each key occurs once in the JSON text"
    );
    assert_eq!(
        convert("Maps", &bytes(1, b"")),
        Ok(json!({"strings": {"": ""}}))
    );
    assert_eq!(
        convert("Maps", &bytes(2, b"")),
        Ok(json!({"int32s": {"0": ""}}))
    );
    assert_eq!(
        convert("Maps", &bytes(10, b"")),
        Ok(json!({"sfixed32s": {"0": {}}}))
    );
    assert_eq!(
        convert("Maps", &bytes(11, b"")),
        Ok(json!({"sfixed64s": {"0": "1970-01-01T00:00:00Z"}}))
    );
    assert_eq!(
        convert("Maps", &bytes(12, b"")),
        Ok(json!({"bools": {"false": null}}))
    );
    assert_eq!(
        convert("Maps", &bytes(13, b"")),
        Ok(json!({"colors": {"": "COLOR_UNSPECIFIED"}}))
    );
    // Messages are merged inside a map entry too.
    let value = |number, value| bytes(2, &varint(number, value));
    let entry = [value(3, 1), varint(1, 0), value(13, 1)].concat();
    assert_eq!(
        convert("Maps", &bytes(10, &entry)),
        Ok(json!({"sfixed32s": {"0": {"an_int32": 1, "a_bool": true}}}))
    );
}

#[test]
fn values_that_json_cannot_represent_are_errors() {
    let seconds = |number, seconds: i64| bytes(number, &varint(1, seconds.cast_unsigned()));
    assert_eq!(
        convert("WellKnown", &seconds(1, i64::MAX)),
        Err("time: timestamp out of range".to_owned())
    );
    assert_eq!(
        convert("WellKnown", &seconds(2, i64::MIN)),
        Err("duration: duration out of range".to_owned())
    );
    for path in ["camelCase", "a,b", ""] {
        let mask = bytes(3, &bytes(1, path.as_bytes()));
        assert_eq!(
            convert("WellKnown", &mask).unwrap_err(),
            "mask: invalid field mask: paths must be snake_case field names"
        );
    }
    let nan = [&[0x11][..], &f64::NAN.to_le_bytes()].concat();
    assert_eq!(
        convert("WellKnown", &bytes(5, &nan)),
        Err("any_value: NaN and infinity cannot be represented in JSON".to_owned())
    );
    assert_eq!(
        convert("WellKnown", &bytes(5, b"")),
        Ok(json!({"any_value": null}))
    );
    assert_eq!(
        convert("WellKnown", &bytes(6, &bytes(1, b""))),
        Ok(json!({"list": [null]}))
    );
    assert_eq!(
        convert("WellKnown", &bytes(4, &bytes(1, b""))),
        Ok(json!({"structure": {"": null}}))
    );
}
