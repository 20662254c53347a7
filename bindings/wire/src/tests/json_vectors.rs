//! JSON to protobuf, rule by rule, by hand.

use serde_json::{Value, json};

use super::{
    pool::{API, KINDS},
    to_bytes, to_json,
};

/// What is left of a JSON after the way to protobuf and back.
fn there_and_back(message: &str, json: &str) -> Result<Value, String> {
    let (_, message) = KINDS.find(&format!("kinds.{message}"));
    let bytes = to_bytes(&KINDS, message, json)?;
    to_json(&KINDS, message, &bytes)
}

fn accepted(message: &str, vectors: &[(&str, Value)]) {
    for (json, expected) in vectors {
        assert_eq!(there_and_back(message, json).as_ref(), Ok(expected), "{message} {json}");
    }
}

fn refused(message: &str, vectors: &[(&str, &str)]) {
    for (json, expected) in vectors {
        let error = there_and_back(message, json).unwrap_err();
        assert!(error.starts_with(expected), "{message} {json}: {error}");
    }
}

#[test]
fn integers() {
    accepted(
        "Optionals",
        &[
            (r#"{"an_int32": 1.0}"#, json!({"an_int32": 1})),
            (r#"{"an_int32": 1e3}"#, json!({"an_int32": 1000})),
            (r#"{"an_int32": "-5"}"#, json!({"an_int32": -5})),
            (r#"{"an_int32": "1e1"}"#, json!({"an_int32": 10})),
            (r#"{"an_int32": -2147483648}"#, json!({"an_int32": -2_147_483_648})),
            (r#"{"an_int32": -0.0}"#, json!({"an_int32": 0})),
            (r#"{"an_int64": 9223372036854775807}"#, json!({"an_int64": "9223372036854775807"})),
            (r#"{"an_int64": "-9223372036854775808"}"#, json!({"an_int64": "-9223372036854775808"})),
            (r#"{"a_uint64": 18446744073709551615}"#, json!({"a_uint64": "18446744073709551615"})),
            (r#"{"a_sint64": "-1", "a_fixed32": 4294967295}"#, json!({"a_sint64": "-1", "a_fixed32": 4_294_967_295_u32})),
        ],
    );
    let int32 = "an_int32: expected a 32-bit integer";
    let int64 = "an_int64: expected a 64-bit integer";
    refused(
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
            (r#"{"a_uint64": -1}"#, "a_uint64: expected an unsigned 64-bit integer"),
            (r#"{"a_uint64": 18446744073709551616}"#, "a_uint64: expected an unsigned 64-bit integer"),
            (r#"{"a_fixed32": 4294967296}"#, "a_fixed32: expected an unsigned 32-bit integer"),
        ],
    );
}

#[test]
fn floats() {
    accepted(
        "Optionals",
        &[
            (r#"{"a_double": "NaN", "a_float": "-Infinity"}"#, json!({"a_double": "NaN", "a_float": "-Infinity"})),
            (r#"{"a_double": "Infinity"}"#, json!({"a_double": "Infinity"})),
            (r#"{"a_double": "1.5e300"}"#, json!({"a_double": 1.5e300})),
            (r#"{"a_double": 1}"#, json!({"a_double": 1.0})),
            (r#"{"a_double": 0.1, "a_float": 0.1}"#, json!({"a_double": 0.1, "a_float": 0.1})),
            (r#"{"a_float": 3.4028235e38}"#, json!({"a_float": 3.402_823_5e38})),
        ],
    );
    refused(
        "Optionals",
        &[
            (r#"{"a_float": 3.5e38}"#, "a_float: expected a 32-bit floating point number"),
            (r#"{"a_double": "inf"}"#, "a_double: expected a number"),
            (r#"{"a_double": "1e999"}"#, "a_double: expected a number"),
            (r#"{"a_double": 1e999}"#, "a_double: malformed JSON: number out of range"),
            (r#"{"a_double": false}"#, "a_double: expected a number"),
        ],
    );
}

#[test]
fn strings_bytes_and_bools() {
    accepted(
        "Optionals",
        &[
            (r#"{"a_string": "\u00fc\ud83d\ude00\n"}"#, json!({"a_string": "ü😀\n"})),
            (r#"{"a_bytes": "-_8"}"#, json!({"a_bytes": "+/8="})),
            (r#"{"a_bytes": "-_8="}"#, json!({"a_bytes": "+/8="})),
            (r#"{"a_bytes": "+/8"}"#, json!({"a_bytes": "+/8="})),
            (r#"{"a_bytes": "+/8="}"#, json!({"a_bytes": "+/8="})),
            (r#"{"a_bytes": ""}"#, json!({"a_bytes": ""})),
            (r#"{"a_bool": false}"#, json!({"a_bool": false})),
        ],
    );
    refused(
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
    accepted(
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
    accepted("Lists", &[(r#"{"colors": ["RED", "MAUVE", null, 77, "BLUE"]}"#, json!({"colors": ["RED", 77, "BLUE"]}))]);
    accepted("Lists", &[(r#"{"unpacked_colors": ["MAUVE", "RED"], "colors": ["MAUVE"]}"#, json!({"unpacked_colors": ["RED"]}))]);
    accepted("Maps", &[(r#"{"colors": {"a": "MAUVE", "b": "RED", "c": null}}"#, json!({"colors": {"b": "RED"}}))]);
    accepted("Choice", &[(r#"{"color": "MAUVE", "text": "x"}"#, json!({"text": "x"}))]);
    refused("Optionals", &[(r#"{"a_color": 2147483648}"#, "a_color: expected an enum value's name or number")]);
}

#[test]
fn well_known_types() {
    accepted(
        "WellKnown",
        &[
            (r#"{"time": "2024-02-29T12:00:00.5+05:30"}"#, json!({"time": "2024-02-29T06:30:00.500Z"})),
            (r#"{"time": "1970-01-01T00:00:00Z"}"#, json!({"time": "1970-01-01T00:00:00Z"})),
            (r#"{"duration": "-1.5s"}"#, json!({"duration": "-1.500s"})),
            (r#"{"mask": "displayName,user.givenName"}"#, json!({"mask": "displayName,user.givenName"})),
            (r#"{"mask": ""}"#, json!({"mask": ""})),
            (r#"{"an_int64": 7, "a_string": "", "a_bool": false}"#, json!({"an_int64": "7", "a_string": "", "a_bool": false})),
            (r#"{"an_int64": null, "a_string": null, "time": null}"#, json!({})),
            (r#"{"a_double": "NaN", "some_bytes": "-_8"}"#, json!({"a_double": "NaN", "some_bytes": "+/8="})),
            (r#"{"nothing": {"from": "the future"}}"#, json!({"nothing": {}})),
            (r#"{"any_value": null}"#, json!({"any_value": null})),
            (r#"{"any_value": [null, {"a": [[]]}, "x", 1, true]}"#, json!({"any_value": [null, {"a": [[]]}, "x", 1.0, true]})),
            (r#"{"structure": {"a": null, "b": {}, "c": []}}"#, json!({"structure": {"a": null, "b": {}, "c": []}})),
            (r#"{"structure": {"a": 1, "b": 2, "a": 3}}"#, json!({"structure": {"a": 3.0, "b": 2.0}})),
            (r#"{"list": [null, 0, ""]}"#, json!({"list": [null, 0.0, ""]})),
        ],
    );
    refused(
        "WellKnown",
        &[
            (r#"{"time": "yesterday"}"#, "time: expected an RFC 3339 timestamp"),
            (r#"{"time": 5}"#, "time: expected an RFC 3339 timestamp"),
            (r#"{"duration": 5}"#, "duration: expected a duration in seconds"),
            (r#"{"mask": "display_name"}"#, "mask: expected a field mask"),
            (r#"{"structure": []}"#, "structure: expected an object"),
            (r#"{"list": {}}"#, "list: expected an array"),
            (r#"{"an_int32": "x"}"#, "an_int32: expected a 32-bit integer"),
            (r#"{"a_string": 1}"#, "a_string: expected a string"),
            (r#"{"nothing": 1}"#, "nothing: expected an object"),
        ],
    );
}

#[test]
fn maps_and_lists() {
    accepted(
        "Maps",
        &[
            (r#"{"bools": {"true": null, "false": 1}}"#, json!({"bools": {"true": null, "false": 1.0}})),
            (r#"{"int64s": {"-1": "2"}, "uint64s": {"18446744073709551615": 1}}"#, json!({"int64s": {"-1": "2"}, "uint64s": {"18446744073709551615": 1.0}})),
            (r#"{"strings": {"a": "1", "a": "2"}}"#, json!({"strings": {"a": "2"}})),
            (r#"{"strings": {"": ""}}"#, json!({"strings": {"": ""}})),
            (r#"{"strings": {}, "int32s": null}"#, json!({})),
            (r#"{"sfixed32s": {"7": {}}}"#, json!({"sfixed32s": {"7": {}}})),
        ],
    );
    refused(
        "Maps",
        &[
            (r#"{"bools": {"1": 1}}"#, "bools: expected true or false as key"),
            (r#"{"int32s": {"x": "a"}}"#, "int32s: expected a 32-bit integer as key"),
            (r#"{"uint32s": {"-1": 1}}"#, "uint32s: expected an unsigned 32-bit integer as key"),
            (r#"{"strings": {"k": 1}}"#, "strings: expected a string"),
            (r#"{"strings": []}"#, "strings: expected an object"),
            (r#"{"nested": {"k": {"int64s": {"1": "x"}}}}"#, "nested.int64s: expected a 64-bit integer"),
        ],
    );
    accepted("Lists", &[(r#"{"strings": ["", null], "messages": [null, {}], "int32s": []}"#, json!({"strings": [""], "messages": [{}]}))]);
    refused(
        "Lists",
        &[
            (r#"{"strings": "a"}"#, "strings: expected an array"),
            (r#"{"strings": {"a": 1}}"#, "strings: expected an array"),
            (r#"{"strings": ["a", 1]}"#, "strings[1]: expected a string"),
            (r#"{"messages": [{}, {}, {"a_bool": 0}]}"#, "messages[2].a_bool: expected true or false"),
            (r#"{"int32s": [1, [2]]}"#, "int32s[1]: expected a 32-bit integer"),
        ],
    );
}

#[test]
fn oneofs() {
    accepted(
        "Choice",
        &[
            (r#"{"text": ""}"#, json!({"text": ""})),
            (r#"{"number": 0}"#, json!({"number": 0})),
            (r#"{"text": null, "number": 1}"#, json!({"number": 1})),
            (r#"{"value": null}"#, json!({"value": null})),
            (r#"{"text": "a", "text": "b", "yes": true}"#, json!({"text": "b", "yes": true})),
            (r#"{"text": "a", "text": null, "number": 3}"#, json!({"number": 3})),
        ],
    );
    refused(
        "Choice",
        &[
            (r#"{"text": "a", "number": 1}"#, "number: another member of its oneof is set too"),
            (r#"{"value": null, "text": "a"}"#, "text: another member of its oneof is set too"),
            (r#"{"again": {"nothing": {}, "time": "1970-01-01T00:00:00Z"}}"#, "again.time: another member"),
        ],
    );
}

#[test]
fn names() {
    accepted(
        "Optionals",
        &[
            (r#"{"anInt32": 1, "a_string": "x"}"#, json!({"an_int32": 1, "a_string": "x"})),
            (r#"{"an_int32": 1, "anInt32": 2}"#, json!({"an_int32": 2})),
            (r#"{"aMessage": {"aString": "x", "aBool": true}, "a_message": {"a_string": "y"}}"#, json!({"a_message": {"a_string": "y"}})),
            (r#"{"an_int32": 1, "AnInt32": 2, "an_int_32": [{"deep": []}], "": {}}"#, json!({"an_int32": 1})),
            (r#"{"an_in\u007432": 1}"#, json!({"an_int32": 1})),
        ],
    );
    accepted("Scalars", &[(r#"{"an_int32": 5, "a_bool": true, "an_int32": 0}"#, json!({"a_bool": true}))]);
}

#[test]
fn text_that_is_not_json() {
    let vectors = [
        ("", "malformed JSON: EOF"),
        ("<html>", "malformed JSON: expected value"),
        ("[]", "expected an object"),
        ("null", "expected an object"),
        ("\"secret\"", "expected an object"),
        ("1", "expected an object"),
        ("true", "expected an object"),
        (r#"{"a_bool": true} x"#, "malformed JSON: trailing characters"),
        (r#"{"a_bool": true"#, "malformed JSON: EOF"),
        (r#"{"a_string": "x"#, "a_string: malformed JSON: EOF"),
        (r#"{"unknown": [1, }"#, "malformed JSON: expected value"),
    ];
    refused("Optionals", &vectors);
    let (_, message) = KINDS.find("kinds.Optionals");
    let mut out = vec![1, 2, 3];
    let invalid = crate::decode::decode(KINDS.schema, message, b"{\"a_string\": \"\xff\"}", &mut out);
    assert_eq!(invalid.unwrap_err().to_string(), "malformed JSON: not UTF-8");
    let late = crate::decode::decode(KINDS.schema, message, br#"{"a_string": "a", "a_bool": 5}"#, &mut out);
    assert!(late.is_err());
    assert_eq!(out, [1, 2, 3], "a failure leaves the output as it was");
}

#[test]
fn errors_name_fields_and_never_values() {
    let (_, message) = API.find("scalekit.v1.clients.CreateClientSecretResponse");
    let secret = "s3cr3t-value";
    for json in [
        format!(r#"{{"secret": {{"create_time": "{secret}"}}}}"#),
        format!(r#"{{"secret": "{secret}"}}"#),
        format!(r#""{secret}""#),
        format!(r#"{{"plain_secret": ["{secret}"]}}"#),
    ] {
        let error = to_bytes(&API, message, &json).unwrap_err();
        assert!(!error.contains(secret), "{error}");
    }
}

#[test]
fn depth_is_limited() {
    let (_, tree) = KINDS.find("kinds.Tree");
    let nested = |levels: usize| format!("{}{}", r#"{"left":"#.repeat(levels) + "{}", "}".repeat(levels));
    let bytes = to_bytes(&KINDS, tree, &nested(100)).unwrap();
    assert!(to_json(&KINDS, tree, &bytes).is_ok());
    assert!(to_bytes(&KINDS, tree, &nested(101)).unwrap_err().contains("nested more than 100 levels deep"));
    // A struct in a struct is three messages in protobuf: Value, Struct and the entry.
    let free = |levels: usize| format!(r#"{{"free":{}1{}}}"#, r#"{"a":"#.repeat(levels), "}".repeat(levels));
    let bytes = to_bytes(&KINDS, tree, &free(33)).unwrap();
    assert!(to_json(&KINDS, tree, &bytes).is_ok());
    assert!(to_bytes(&KINDS, tree, &free(34)).unwrap_err().contains("nested more than 100 levels deep"));
    for (opening, closing) in [("[", "]"), (r#"{"a":"#, "}")] {
        let json = format!(r#"{{"free":{{"x":{}{}}}}}"#, opening.repeat(100_000), closing.repeat(100_000));
        assert!(to_bytes(&KINDS, tree, &json).is_err());
        let json = format!(r#"{{"unknown":{}1{}}}"#, opening.repeat(100_000), closing.repeat(100_000));
        let _ = to_bytes(&KINDS, tree, &json);
    }
}
