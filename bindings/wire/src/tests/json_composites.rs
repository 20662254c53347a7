//! Hand-written vectors for JSON to protobuf: well-known types, maps, lists, oneofs and field
//! names.

use serde_json::json;

use super::json_vectors::{assert_accepted, assert_rejected};

#[test]
fn well_known_types() {
    assert_accepted(
        "WellKnown",
        &[
            (
                r#"{"time": "2024-02-29T12:00:00.5+05:30"}"#,
                json!({"time": "2024-02-29T06:30:00.500Z"}),
            ),
            (
                r#"{"time": "1970-01-01T00:00:00Z"}"#,
                json!({"time": "1970-01-01T00:00:00Z"}),
            ),
            (r#"{"duration": "-1.5s"}"#, json!({"duration": "-1.500s"})),
            (
                r#"{"mask": "displayName,user.givenName"}"#,
                json!({"mask": "displayName,user.givenName"}),
            ),
            (r#"{"mask": ""}"#, json!({"mask": ""})),
            (
                r#"{"an_int64": 7, "a_string": "", "a_bool": false}"#,
                json!({"an_int64": "7", "a_string": "", "a_bool": false}),
            ),
            (
                r#"{"an_int64": null, "a_string": null, "time": null}"#,
                json!({}),
            ),
            (
                r#"{"a_double": "NaN", "some_bytes": "-_8"}"#,
                json!({"a_double": "NaN", "some_bytes": "+/8="}),
            ),
            (
                r#"{"nothing": {"from": "the future"}}"#,
                json!({"nothing": {}}),
            ),
            (r#"{"any_value": null}"#, json!({"any_value": null})),
            (
                r#"{"any_value": [null, {"a": [[]]}, "x", 1, true]}"#,
                json!({"any_value": [null, {"a": [[]]}, "x", 1.0, true]}),
            ),
            (
                r#"{"structure": {"a": null, "b": {}, "c": []}}"#,
                json!({"structure": {"a": null, "b": {}, "c": []}}),
            ),
            (
                r#"{"structure": {"a": 1, "b": 2, "a": 3}}"#,
                json!({"structure": {"a": 3.0, "b": 2.0}}),
            ),
            (
                r#"{"list": [null, 0, ""]}"#,
                json!({"list": [null, 0.0, ""]}),
            ),
        ],
    );
    assert_rejected(
        "WellKnown",
        &[
            (
                r#"{"time": "yesterday"}"#,
                "time: expected an RFC 3339 timestamp",
            ),
            (r#"{"time": 5}"#, "time: expected an RFC 3339 timestamp"),
            (
                r#"{"duration": 5}"#,
                "duration: expected a duration in seconds",
            ),
            (r#"{"mask": "display_name"}"#, "mask: expected a field mask"),
            (r#"{"structure": []}"#, "structure: expected an object"),
            (r#"{"list": {}}"#, "list: expected an array"),
            (
                r#"{"an_int32": "x"}"#,
                "an_int32: expected a 32-bit integer",
            ),
            (r#"{"a_string": 1}"#, "a_string: expected a string"),
            (r#"{"nothing": 1}"#, "nothing: expected an object"),
        ],
    );
}

#[test]
fn maps_and_lists() {
    assert_accepted(
        "Maps",
        &[
            (
                r#"{"bools": {"true": null, "false": 1}}"#,
                json!({"bools": {"true": null, "false": 1.0}}),
            ),
            (
                r#"{"int64s": {"-1": "2"}, "uint64s": {"18446744073709551615": 1}}"#,
                json!({"int64s": {"-1": "2"}, "uint64s": {"18446744073709551615": 1.0}}),
            ),
            (
                r#"{"strings": {"a": "1", "a": "2"}}"#,
                json!({"strings": {"a": "2"}}),
            ),
            (r#"{"strings": {"": ""}}"#, json!({"strings": {"": ""}})),
            (r#"{"strings": {}, "int32s": null}"#, json!({})),
            (
                r#"{"sfixed32s": {"7": {}}}"#,
                json!({"sfixed32s": {"7": {}}}),
            ),
        ],
    );
    assert_rejected(
        "Maps",
        &[
            (
                r#"{"bools": {"1": 1}}"#,
                "bools: expected true or false as key",
            ),
            (
                r#"{"int32s": {"x": "a"}}"#,
                "int32s: expected a 32-bit integer as key",
            ),
            (
                r#"{"uint32s": {"-1": 1}}"#,
                "uint32s: expected an unsigned 32-bit integer as key",
            ),
            (r#"{"strings": {"k": 1}}"#, "strings: expected a string"),
            (r#"{"strings": []}"#, "strings: expected an object"),
            (
                r#"{"nested": {"k": {"int64s": {"1": "x"}}}}"#,
                "nested.int64s: expected a 64-bit integer",
            ),
        ],
    );
    assert_accepted(
        "Lists",
        &[(
            r#"{"strings": ["", null], "messages": [null, {}], "int32s": []}"#,
            json!({"strings": [""], "messages": [{}]}),
        )],
    );
    assert_rejected(
        "Lists",
        &[
            (r#"{"strings": "a"}"#, "strings: expected an array"),
            (r#"{"strings": {"a": 1}}"#, "strings: expected an array"),
            (r#"{"strings": ["a", 1]}"#, "strings[1]: expected a string"),
            (
                r#"{"messages": [{}, {}, {"a_bool": 0}]}"#,
                "messages[2].a_bool: expected true or false",
            ),
            (
                r#"{"int32s": [1, [2]]}"#,
                "int32s[1]: expected a 32-bit integer",
            ),
        ],
    );
}

#[test]
fn oneofs() {
    assert_accepted(
        "Choice",
        &[
            (r#"{"text": ""}"#, json!({"text": ""})),
            (r#"{"number": 0}"#, json!({"number": 0})),
            (r#"{"text": null, "number": 1}"#, json!({"number": 1})),
            (r#"{"value": null}"#, json!({"value": null})),
            (
                r#"{"text": "a", "text": "b", "yes": true}"#,
                json!({"text": "b", "yes": true}),
            ),
            (
                r#"{"text": "a", "text": null, "number": 3}"#,
                json!({"number": 3}),
            ),
        ],
    );
    assert_rejected(
        "Choice",
        &[
            (
                r#"{"text": "a", "number": 1}"#,
                "number: another member of the same oneof is also set",
            ),
            (
                r#"{"value": null, "text": "a"}"#,
                "text: another member of the same oneof is also set",
            ),
            (
                r#"{"again": {"nothing": {}, "time": "1970-01-01T00:00:00Z"}}"#,
                "again.time: another member",
            ),
        ],
    );
}

#[test]
fn names() {
    assert_accepted(
        "Optionals",
        &[
            (
                r#"{"anInt32": 1, "a_string": "x"}"#,
                json!({"an_int32": 1, "a_string": "x"}),
            ),
            (r#"{"an_int32": 1, "anInt32": 2}"#, json!({"an_int32": 2})),
            (
                r#"{"aMessage": {"aString": "x", "aBool": true}, "a_message": {"a_string": "y"}}"#,
                json!({"a_message": {"a_string": "y"}}),
            ),
            (
                r#"{"an_int32": 1, "AnInt32": 2, "an_int_32": [{"deep": []}], "": {}}"#,
                json!({"an_int32": 1}),
            ),
            (r#"{"an_in\u007432": 1}"#, json!({"an_int32": 1})),
        ],
    );
    assert_accepted(
        "Scalars",
        &[(
            r#"{"an_int32": 5, "a_bool": true, "an_int32": 0}"#,
            json!({"a_bool": true}),
        )],
    );
}
