//! Errors for rejected JSON.

use super::{
    json_vectors::assert_rejected,
    pool::{API, KINDS},
    to_bytes, to_json,
};

#[test]
fn malformed_json_is_rejected() {
    let vectors = [
        ("", "malformed JSON: EOF"),
        ("<html>", "malformed JSON: expected value"),
        ("[]", "expected an object"),
        ("null", "expected an object"),
        ("\"secret\"", "expected an object"),
        ("1", "expected an object"),
        ("true", "expected an object"),
        (
            r#"{"a_bool": true} x"#,
            "malformed JSON: trailing characters",
        ),
        (r#"{"a_bool": true"#, "malformed JSON: EOF"),
        (r#"{"a_string": "x"#, "a_string: malformed JSON: EOF"),
        (r#"{"unknown": [1, }"#, "malformed JSON: expected value"),
    ];
    assert_rejected("Optionals", &vectors);
    let (_, message) = KINDS.find("kinds.Optionals");
    let mut out = vec![1, 2, 3];
    let invalid =
        crate::decode::decode(KINDS.schema, message, b"{\"a_string\": \"\xff\"}", &mut out);
    assert_eq!(
        invalid.unwrap_err().to_string(),
        "malformed JSON: not UTF-8"
    );
    let late = crate::decode::decode(
        KINDS.schema,
        message,
        br#"{"a_string": "a", "a_bool": 5}"#,
        &mut out,
    );
    assert!(late.is_err());
    assert_eq!(out, [1, 2, 3], "an error leaves the output unchanged");
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
    let nested = |levels: usize| {
        format!(
            "{}{}",
            r#"{"left":"#.repeat(levels) + "{}",
            "}".repeat(levels)
        )
    };
    let bytes = to_bytes(&KINDS, tree, &nested(100)).unwrap();
    assert!(to_json(&KINDS, tree, &bytes).is_ok());
    assert!(
        to_bytes(&KINDS, tree, &nested(101))
            .unwrap_err()
            .contains("nested more than 100 levels deep")
    );
    // Each level of a `Struct` is three messages in protobuf: the `Value`, the `Struct` and the map
    // entry.
    let free = |levels: usize| {
        format!(
            r#"{{"free":{}1{}}}"#,
            r#"{"a":"#.repeat(levels),
            "}".repeat(levels)
        )
    };
    let bytes = to_bytes(&KINDS, tree, &free(33)).unwrap();
    assert!(to_json(&KINDS, tree, &bytes).is_ok());
    assert!(
        to_bytes(&KINDS, tree, &free(34))
            .unwrap_err()
            .contains("nested more than 100 levels deep")
    );
    for (opening, closing) in [("[", "]"), (r#"{"a":"#, "}")] {
        let json = format!(
            r#"{{"free":{{"x":{}{}}}}}"#,
            opening.repeat(100_000),
            closing.repeat(100_000)
        );
        assert!(to_bytes(&KINDS, tree, &json).is_err());
        let json = format!(
            r#"{{"unknown":{}1{}}}"#,
            opening.repeat(100_000),
            closing.repeat(100_000)
        );
        let _ = to_bytes(&KINDS, tree, &json);
    }
}
