//! Compares both directions with `prost-reflect`, using random messages of every type.

use proptest::prelude::*;
use prost_reflect::MessageDescriptor;
use serde_json::Value;

use super::{
    pool::{API, KINDS, Pair},
    random::Generator,
    reference_bytes, reference_decode, reference_json, reference_message, to_bytes, to_json,
};
use crate::schema::{Kind, Message};

fn each_type(
    pair: &Pair,
    seed: u64,
    check: impl Fn(&mut Generator, &MessageDescriptor, &'static Message),
) {
    for (index, (descriptor, message)) in pair.types().into_iter().enumerate() {
        check(
            &mut Generator::new(seed.wrapping_add(index as u64)),
            &descriptor,
            message,
        );
    }
}

fn protobuf_to_json_matches(pair: &Pair, seed: u64) {
    each_type(pair, seed, |generator, descriptor, message| {
        let random = generator.message(descriptor);
        let json = to_json(pair, message, &reference_bytes(&random));
        assert_eq!(json, reference_json(&random), "{}", message.name);
    });
}

fn json_to_protobuf_matches(pair: &Pair, seed: u64) {
    each_type(pair, seed, |generator, descriptor, message| {
        let random = generator.message(descriptor);
        // Through the bytes, because they distinguish a zero from an unset field only for fields
        // with presence.
        let expected = reference_decode(descriptor, &reference_bytes(&random));
        let camel_case = serde_json::to_string(&random).unwrap();
        let snake_case = reference_json(&random).unwrap().to_string();
        for json in [camel_case, snake_case] {
            assert_same_message(pair, descriptor, message, &json, &expected);
        }
    });
}

/// Does not use `assert_eq!`, because the `Debug` output of a message contains the whole schema.
fn assert_same_message(
    pair: &Pair,
    descriptor: &MessageDescriptor,
    message: &'static Message,
    json: &str,
    expected: &prost_reflect::DynamicMessage,
) {
    let read = reference_decode(descriptor, &to_bytes(pair, message, json).unwrap());
    assert!(
        read == *expected,
        "{}: {json}\nwas decoded as {:?}",
        message.name,
        reference_json(&read)
    );
}

/// The bytes of two messages in a row are one merged message: the last scalar counts, lists are
/// joined, and messages are merged.
fn concatenated_messages_are_merged(pair: &Pair, seed: u64) {
    each_type(pair, seed, |generator, descriptor, message| {
        let (first, second) = (generator.message(descriptor), generator.message(descriptor));
        let joined = [reference_bytes(&first), reference_bytes(&second)].concat();
        let merged = reference_json(&reference_decode(descriptor, &joined));
        match (to_json(pair, message, &joined), merged) {
            // A merged duration may have seconds and nanoseconds with different signs.
            // `prost-reflect` normalizes it.
            (Err(error), _) => assert!(
                error.ends_with("duration out of range"),
                "{}: {error}",
                message.name
            ),
            (json, merged) => assert_eq!(json, merged, "{}", message.name),
        }
    });
}

/// If a name occurs twice, the last one counts. `serde_json::Value` behaves the same.
fn the_last_duplicate_name_counts(pair: &Pair, seed: u64) {
    each_type(pair, seed, |generator, descriptor, message| {
        let [first, second] =
            [(); 2].map(|()| reference_json(&generator.message(descriptor)).unwrap());
        let twice = twice(&first, &second);
        let once: Value = serde_json::from_str(&twice).unwrap();
        match reference_message(descriptor, &once.to_string()) {
            Ok(expected) => {
                let expected = reference_decode(descriptor, &reference_bytes(&expected));
                assert_same_message(pair, descriptor, message, &twice, &expected);
            }
            Err(error) => {
                assert!(error.contains("oneof"), "{error}");
                assert!(
                    to_bytes(pair, message, &twice).is_err(),
                    "{}: two members of a oneof",
                    message.name
                );
            }
        }
    });
}

/// Returns the text of one object with the members of both.
fn twice(first: &Value, second: &Value) -> String {
    let (first, second) = (first.to_string(), second.to_string());
    match (&first[..], &second[..]) {
        ("{}", _) => second,
        (_, "{}") => first,
        (first, second) => format!("{},{}", &first[..first.len() - 1], &second[1..]),
    }
}

/// Adds an unknown field, and nulls for the fields that are not set.
fn unknown_fields_and_nulls_are_ignored(pair: &Pair, seed: u64) {
    each_type(pair, seed, |generator, descriptor, message| {
        let random = reference_json(&generator.message(descriptor)).unwrap();
        let expected = reference_message(descriptor, &random.to_string()).unwrap();
        let expected = reference_decode(descriptor, &reference_bytes(&expected));
        let mut extended = random;
        let object = extended.as_object_mut().unwrap();
        object.insert(
            "unknown_field".into(),
            serde_json::json!({"deep": [1, {"x": null}]}),
        );
        for field in message
            .fields
            .iter()
            .filter(|field| field.kind != Kind::Value)
        {
            object.entry(field.name).or_insert(Value::Null);
        }
        assert_same_message(pair, descriptor, message, &extended.to_string(), &expected);
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn api_protobuf_to_json_matches_prost_reflect(seed: u64) {
        protobuf_to_json_matches(&API, seed);
    }

    #[test]
    fn api_json_to_protobuf_matches_prost_reflect(seed: u64) {
        json_to_protobuf_matches(&API, seed);
    }

    #[test]
    fn api_concatenated_messages_are_merged(seed: u64) {
        concatenated_messages_are_merged(&API, seed);
    }

    #[test]
    fn api_unknown_fields_and_nulls_are_ignored(seed: u64) {
        unknown_fields_and_nulls_are_ignored(&API, seed);
    }

    #[test]
    fn api_the_last_duplicate_name_counts(seed: u64) {
        the_last_duplicate_name_counts(&API, seed);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn every_kind_of_field(seed: u64) {
        protobuf_to_json_matches(&KINDS, seed);
        json_to_protobuf_matches(&KINDS, seed);
        concatenated_messages_are_merged(&KINDS, seed);
        unknown_fields_and_nulls_are_ignored(&KINDS, seed);
        the_last_duplicate_name_counts(&KINDS, seed);
    }
}
