//! Hand-written vectors for JSON to protobuf: scalars and enums.

use serde_json::{Value, json};

use super::{pool::KINDS, to_bytes, to_json};

/// Converts JSON to protobuf and back.
fn round_trip(message: &str, json: &str) -> Result<Value, String> {
    let (_, message) = KINDS.find(&format!("kinds.{message}"));
    let bytes = to_bytes(&KINDS, message, json)?;
    to_json(&KINDS, message, &bytes)
}

pub(super) fn assert_accepted(message: &str, vectors: &[(&str, Value)]) {
    for (json, expected) in vectors {
        assert_eq!(
            round_trip(message, json).as_ref(),
            Ok(expected),
            "{message} {json}"
        );
    }
}

pub(super) fn assert_rejected(message: &str, vectors: &[(&str, &str)]) {
    for (json, expected) in vectors {
        let error = round_trip(message, json).unwrap_err();
        assert!(error.starts_with(expected), "{message} {json}: {error}");
    }
}

#[test]
fn integers() {
    assert_accepted(
        "Optionals",
        &[
            (r#"{"an_int32": 1.0}"#, json!({"an_int32": 1})),
            (r#"{"an_int32": 1e3}"#, json!({"an_int32": 1000})),
            (r#"{"an_int32": "-5"}"#, json!({"an_int32": -5})),
            (r#"{"an_int32": "1e1"}"#, json!({"an_int32": 10})),
            (
                r#"{"an_int32": -2147483648}"#,
                json!({"an_int32": -2_147_483_648}),
            ),
            (r#"{"an_int32": -0.0}"#, json!({"an_int32": 0})),
            (
                r#"{"an_int64": 9223372036854775807}"#,
                json!({"an_int64": "9223372036854775807"}),
            ),
            (
                r#"{"an_int64": "-9223372036854775808"}"#,
                json!({"an_int64": "-9223372036854775808"}),
            ),
            (
                r#"{"a_uint64": 18446744073709551615}"#,
                json!({"a_uint64": "18446744073709551615"}),
            ),
            (
                r#"{"a_sint64": "-1", "a_fixed32": 4294967295}"#,
                json!({"a_sint64": "-1", "a_fixed32": 4_294_967_295_u32}),
            ),
        ],
    );
    let int32 = "an_int32: expected a 32-bit integer";
    let int64 = "an_int64: expected a 64-bit integer";
    assert_rejected(
        "Optionals",
        &[
            (r#"{"an_int32": 2147483648}"#, int32),
            (r#"{"an_int32": 0.5}"#, int32),
            (r#"{"an_int32": "0.5"}"#, int32),
            (r#"{"an_int32": ""}"#, int32),
            (r#"{"an_int32": " 1"}"#, int32),
            (r#"{"an_int32": "+1"}"#, int32),
            (r#"{"an_int32": "0x1"}"#, int32),
            (r#"{"an_int32": true}"#, int32),
            (r#"{"an_int32": [1]}"#, int32),
            (r#"{"an_int32": {}}"#, int32),
            (r#"{"an_int64": 9223372036854775808}"#, int64),
            (r#"{"an_int64": 1e19}"#, int64),
            (r#"{"an_int64": "NaN"}"#, int64),
            (
                r#"{"a_uint64": -1}"#,
                "a_uint64: expected an unsigned 64-bit integer",
            ),
            (
                r#"{"a_uint64": 18446744073709551616}"#,
                "a_uint64: expected an unsigned 64-bit integer",
            ),
            (
                r#"{"a_fixed32": 4294967296}"#,
                "a_fixed32: expected an unsigned 32-bit integer",
            ),
        ],
    );
}

#[test]
fn floats() {
    assert_accepted(
        "Optionals",
        &[
            (
                r#"{"a_double": "NaN", "a_float": "-Infinity"}"#,
                json!({"a_double": "NaN", "a_float": "-Infinity"}),
            ),
            (
                r#"{"a_double": "Infinity"}"#,
                json!({"a_double": "Infinity"}),
            ),
            (r#"{"a_double": "1.5e300"}"#, json!({"a_double": 1.5e300})),
            (r#"{"a_double": 1}"#, json!({"a_double": 1.0})),
            (
                r#"{"a_double": 0.1, "a_float": 0.1}"#,
                json!({"a_double": 0.1, "a_float": 0.1}),
            ),
            (
                r#"{"a_float": 3.4028235e38}"#,
                json!({"a_float": 3.402_823_5e38}),
            ),
        ],
    );
    assert_rejected(
        "Optionals",
        &[
            (
                r#"{"a_float": 3.5e38}"#,
                "a_float: expected a 32-bit floating point number",
            ),
            (r#"{"a_double": "inf"}"#, "a_double: expected a number"),
            (r#"{"a_double": "1e999"}"#, "a_double: expected a number"),
            (
                r#"{"a_double": 1e999}"#,
                "a_double: malformed JSON: number out of range",
            ),
            (r#"{"a_double": false}"#, "a_double: expected a number"),
        ],
    );
}

#[test]
fn strings_bytes_and_bools() {
    assert_accepted(
        "Optionals",
        &[
            (
                r#"{"a_string": "\u00fc\ud83d\ude00\n"}"#,
                json!({"a_string": "ü😀\n"}),
            ),
            (r#"{"a_bytes": "-_8"}"#, json!({"a_bytes": "+/8="})),
            (r#"{"a_bytes": "-_8="}"#, json!({"a_bytes": "+/8="})),
            (r#"{"a_bytes": "+/8"}"#, json!({"a_bytes": "+/8="})),
            (r#"{"a_bytes": "+/8="}"#, json!({"a_bytes": "+/8="})),
            (r#"{"a_bytes": ""}"#, json!({"a_bytes": ""})),
            (r#"{"a_bool": false}"#, json!({"a_bool": false})),
        ],
    );
    assert_rejected(
        "Optionals",
        &[
            (r#"{"a_string": 1}"#, "a_string: expected a string"),
            (r#"{"a_string": "\ud800"}"#, "a_string: malformed JSON: "),
            (r#"{"a_bytes": "a"}"#, "a_bytes: expected a base64 string"),
            (r#"{"a_bytes": "???"}"#, "a_bytes: expected a base64 string"),
            (r#"{"a_bytes": [1]}"#, "a_bytes: expected a base64 string"),
            (r#"{"a_bool": "true"}"#, "a_bool: expected true or false"),
            (r#"{"a_bool": 1}"#, "a_bool: expected true or false"),
        ],
    );
}

#[test]
fn enums() {
    assert_accepted(
        "Optionals",
        &[
            (r#"{"a_color": "BLUE"}"#, json!({"a_color": "BLUE"})),
            (r#"{"a_color": "CRIMSON"}"#, json!({"a_color": "RED"})),
            (r#"{"a_color": 5}"#, json!({"a_color": "BLUE"})),
            (r#"{"a_color": 77}"#, json!({"a_color": 77})),
            (r#"{"a_color": -3}"#, json!({"a_color": "NEGATIVE"})),
            (r#"{"a_color": -4}"#, json!({"a_color": -4})),
            (r#"{"a_color": "MAUVE"}"#, json!({})),
            (r#"{"a_color": "blue"}"#, json!({})),
        ],
    );
    assert_accepted(
        "Lists",
        &[(
            r#"{"colors": ["RED", "MAUVE", null, 77, "BLUE"]}"#,
            json!({"colors": ["RED", 77, "BLUE"]}),
        )],
    );
    assert_accepted(
        "Lists",
        &[(
            r#"{"unpacked_colors": ["MAUVE", "RED"], "colors": ["MAUVE"]}"#,
            json!({"unpacked_colors": ["RED"]}),
        )],
    );
    assert_accepted(
        "Maps",
        &[(
            r#"{"colors": {"a": "MAUVE", "b": "RED", "c": null}}"#,
            json!({"colors": {"b": "RED"}}),
        )],
    );
    assert_accepted(
        "Choice",
        &[(r#"{"color": "MAUVE", "text": "x"}"#, json!({"text": "x"}))],
    );
    assert_rejected(
        "Optionals",
        &[(
            r#"{"a_color": 2147483648}"#,
            "a_color: expected an enum value's name or number",
        )],
    );
}
