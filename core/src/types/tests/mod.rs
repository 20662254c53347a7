//! The JSON form of the types.

use std::fmt::Debug;

use jiff::SignedDuration;
use proptest::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, from_value, json, to_value};

use super::{FieldMask, InvalidTimestamp, Timestamp, json as form, or_default, unset};
use crate::api::organizations::Organization;
use crate::api::webauthn::WebAuthnCredential;

mod messages;

/// One field of every kind with a special JSON form.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Sample {
    #[serde(with = "form", skip_serializing_if = "unset")]
    int: i32,
    #[serde(with = "form", skip_serializing_if = "unset")]
    long: i64,
    #[serde(with = "form", skip_serializing_if = "unset")]
    unsigned: Option<u64>,
    #[serde(with = "form", skip_serializing_if = "unset")]
    double: f64,
    #[serde(with = "form", skip_serializing_if = "unset")]
    single: Option<f32>,
    #[serde(with = "form", skip_serializing_if = "unset")]
    bytes: Vec<u8>,
    #[serde(with = "form", skip_serializing_if = "unset")]
    many_longs: Vec<i64>,
    #[serde(with = "form", skip_serializing_if = "unset")]
    wait: Option<SignedDuration>,
    #[serde(skip_serializing_if = "unset")]
    at: Option<Timestamp>,
    #[serde(deserialize_with = "or_default", skip_serializing_if = "unset")]
    text: String,
}

fn reads<T: DeserializeOwned + Debug + PartialEq>(json: Value, expected: T) {
    assert_eq!(
        from_value::<T>(json.clone()).expect("valid"),
        expected,
        "{json}"
    );
}

fn expect_error<T: DeserializeOwned + Debug>(json: Value) -> String {
    from_value::<T>(json.clone())
        .expect_err(&json.to_string())
        .to_string()
}

#[test]
fn numbers_have_one_serialized_form_and_several_accepted_ones() {
    for spelling in [
        json!(5),
        json!("5"),
        json!(5.0),
        json!("5.0"),
        json!("0.5e1"),
    ] {
        let sample = Sample {
            int: 5,
            long: 5,
            unsigned: Some(5),
            double: 5.0,
            ..Sample::default()
        };
        reads(
            json!({"int": spelling, "long": spelling, "unsigned": spelling, "double": spelling}),
            sample,
        );
    }
    let sample = Sample {
        int: -1,
        long: i64::MIN,
        unsigned: Some(u64::MAX),
        double: 0.5,
        ..Sample::default()
    };
    let written = json!({"int": -1, "long": "-9223372036854775808", "unsigned": "18446744073709551615", "double": 0.5});
    assert_eq!(to_value(&sample).unwrap(), written);
    reads(written, sample);
}

#[test]
fn invalid_numbers_are_rejected() {
    for (field, value) in [
        ("int", json!(2147483648_i64)),
        ("int", json!(1.5)),
        ("int", json!("")),
        ("int", json!(true)),
        ("long", json!("9223372036854775808")),
        ("long", json!(" 1")),
        ("unsigned", json!(-1)),
        ("single", json!(1e300)),
        ("double", json!("inf")),
        ("double", json!("1e999")),
        ("many_longs", json!([null])),
    ] {
        expect_error::<Sample>(json!({ field: value }));
    }
}

#[test]
fn infinity_and_nan_are_strings() {
    let sample = Sample {
        double: f64::INFINITY,
        single: Some(f32::NEG_INFINITY),
        ..Sample::default()
    };
    assert_eq!(
        to_value(&sample).unwrap(),
        json!({"double": "Infinity", "single": "-Infinity"})
    );
    reads(json!({"double": "Infinity", "single": "-Infinity"}), sample);
    assert!(
        from_value::<Sample>(json!({"double": "NaN"}))
            .unwrap()
            .double
            .is_nan()
    );
}

#[test]
fn null_means_unset() {
    let nulls = json!({
        "int": null, "long": null, "unsigned": null, "bytes": null, "many_longs": null, "wait": null, "at": null,
        "text": null,
    });
    reads(nulls, Sample::default());
    reads(
        json!({"id": null, "metadata": null, "settings": null, "region_code": null}),
        Organization::default(),
    );
}

#[test]
fn bytes_are_accepted_in_both_alphabets_with_or_without_padding() {
    for spelling in ["+/8=", "+/8", "-_8=", "-_8"] {
        reads(
            json!({"bytes": spelling}),
            Sample {
                bytes: vec![0xfb, 0xff],
                ..Sample::default()
            },
        );
    }
    let credential = WebAuthnCredential {
        credential_id: vec![0xfb, 0xff],
        ..Default::default()
    };
    assert_eq!(
        to_value(&credential).unwrap(),
        json!({"credential_id": "+/8="})
    );
    let error = expect_error::<Sample>(json!({"bytes": "secret!"}));
    assert!(!error.contains("secret"), "{error}");
}

#[test]
fn timestamps_are_utc_with_3_6_or_9_digits() {
    for (text, written) in [
        ("2024-05-01T12:30:00Z", "2024-05-01T12:30:00Z"),
        ("2024-05-01t12:30:00.1z", "2024-05-01T12:30:00.100Z"),
        (
            "2024-05-01T14:30:00.000200+02:00",
            "2024-05-01T12:30:00.000200Z",
        ),
        (
            "2024-02-28T23:00:00.000000003-01:30",
            "2024-02-29T00:30:00.000000003Z",
        ),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        ("1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59.500Z"),
        (
            "9999-12-31T23:59:59.999999999Z",
            "9999-12-31T23:59:59.999999999Z",
        ),
    ] {
        let time: Timestamp = text.parse().expect(text);
        assert_eq!(to_value(time).unwrap(), written);
        reads(json!(written), time);
    }
}

#[test]
fn other_texts_are_not_timestamps() {
    for text in [
        "",
        "2024-05-01",
        "2024-05-01T12:30:00",
        "2024-05-01 12:30:00Z",
        "2024-13-01T12:30:00Z",
        "2024-05-01T12:30:00+0200",
        "2024-05-01T12:30:00+24:00",
        "2024-05-01T12:30:00Z ",
        "2024-05-01T12:30:00Zz",
        "0001-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59-00:01",
        "2024-05-01T12:30:00é",
    ] {
        assert_eq!(text.parse::<Timestamp>(), Err(InvalidTimestamp), "{text}");
    }
    expect_error::<Timestamp>(json!(1_714_566_600));
}

#[test]
fn durations_are_seconds() {
    for (text, seconds, nanos, written) in [
        ("1.5s", 1, 500_000_000, "1.500s"),
        ("-0.000001s", 0, -1_000, "-0.000001s"),
        ("3s", 3, 0, "3s"),
        ("315576000000s", 315_576_000_000, 0, "315576000000s"),
    ] {
        let sample = Sample {
            wait: Some(SignedDuration::new(seconds, nanos)),
            ..Sample::default()
        };
        reads(json!({ "wait": text }), sample.clone());
        assert_eq!(to_value(&sample).unwrap(), json!({ "wait": written }));
    }
    for text in [
        "",
        "s",
        "1",
        "1.s",
        ".5s",
        "+1s",
        "1.0000000001s",
        "315576000001s",
        "1m",
    ] {
        expect_error::<Sample>(json!({ "wait": text }));
    }
}

#[test]
fn field_masks_are_camel_case_in_json() {
    let mask = FieldMask::from(["display_name", "settings.idle_timeout"]);
    assert_eq!(
        to_value(&mask).unwrap(),
        json!("displayName,settings.idleTimeout")
    );
    reads(json!("displayName,settings.idle_timeout"), mask);
    reads(json!(""), FieldMask::default());
}

proptest! {
    #[test]
    fn samples_round_trip(
        int: i32, long: i64, unsigned: Option<u64>, double in proptest::num::f64::NORMAL, bytes: Vec<u8>,
        many_longs: Vec<i64>, wait in proptest::option::of((-315_575_999_999_i64..315_576_000_000, 0_i32..1_000_000_000)),
        at in proptest::option::of((-62_135_596_800_i64..=253_402_300_799, 0_u32..1_000_000_000)), text: String,
    ) {
        let sample = Sample {
            int, long, unsigned, double, single: None, bytes, many_longs, text,
            wait: wait.map(|(seconds, nanos)| SignedDuration::new(seconds, if seconds < 0 { -nanos } else { nanos })),
            at: at.map(|(seconds, nanos)| Timestamp::new(seconds, nanos).expect("in range")),
        };
        let json = serde_json::to_string(&sample).unwrap();
        prop_assert_eq!(serde_json::from_str::<Sample>(&json).unwrap(), sample);
    }

    #[test]
    fn timestamps_convert_to_and_from_jiff(nanos in -62_135_596_800_000_000_000_i128..=253_402_207_200_000_000_000) {
        let jiff = jiff::Timestamp::from_nanosecond(nanos).unwrap();
        let time = Timestamp::from(jiff);
        prop_assert_eq!(jiff::Timestamp::try_from(time).unwrap(), jiff);
        prop_assert_eq!(time.to_string().parse::<jiff::Timestamp>().unwrap(), jiff);
    }

    #[test]
    fn no_text_makes_a_parser_panic(text: String) {
        let _ = text.parse::<Timestamp>();
        let _ = from_value::<Sample>(json!({"wait": text.as_str()}));
        let _ = from_value::<Sample>(json!({"long": text.as_str()}));
        let _ = from_value::<FieldMask>(json!(text));
    }
}
