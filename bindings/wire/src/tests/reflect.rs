//! Both directions against `prost-reflect`, over random messages of every type.

use proptest::prelude::*;
use prost_reflect::MessageDescriptor;
use serde_json::Value;

use super::{
    pool::{API, KINDS, Pair},
    random::Maker,
    reference_bytes, reference_decode, reference_json, reference_message, to_bytes, to_json,
};
use crate::schema::{Kind, Message};

fn each_type(pair: &Pair, seed: u64, check: impl Fn(&mut Maker, &MessageDescriptor, &'static Message)) {
    for (index, (descriptor, message)) in pair.types().into_iter().enumerate() {
        check(
            &mut Maker::new(seed.wrapping_add(index as u64)),
            &descriptor,
            message,
        );
    }
}

fn protobuf_becomes_the_json(pair: &Pair, seed: u64) {
    each_type(pair, seed, |maker, descriptor, message| {
        let random = maker.message(descriptor);
        let json = to_json(pair, message, &reference_bytes(&random));
        assert_eq!(json, reference_json(&random), "{}", message.name);
    });
}

fn json_becomes_the_protobuf(pair: &Pair, seed: u64) {
    each_type(pair, seed, |maker, descriptor, message| {
        let random = maker.message(descriptor);
        // By way of its bytes, which tell a field that is zero from one that is not set only where that matters.
        let expected = reference_decode(descriptor, &reference_bytes(&random));
        let camel_case = serde_json::to_string(&random).unwrap();
        let snake_case = reference_json(&random).unwrap().to_string();
        for json in [camel_case, snake_case] {
            same_message(pair, descriptor, message, &json, &expected);
        }
    });
}

/// Compared without `assert_eq`: the `Debug` of messages includes all of the schema.
fn same_message(
    pair: &Pair,
    descriptor: &MessageDescriptor,
    message: &'static Message,
    json: &str,
    expected: &prost_reflect::DynamicMessage,
) {
    let read = reference_decode(descriptor, &to_bytes(pair, message, json).unwrap());
    assert!(
        read == *expected,
        "{}: {json}\nwas read as {:?}",
        message.name,
        reference_json(&read)
    );
}

/// Two messages one behind the other are the two merged: last scalar, joined lists, merged messages.
fn joined_bytes_are_merged(pair: &Pair, seed: u64) {
    each_type(pair, seed, |maker, descriptor, message| {
        let (first, second) = (maker.message(descriptor), maker.message(descriptor));
        let joined = [reference_bytes(&first), reference_bytes(&second)].concat();
        let merged = reference_json(&reference_decode(descriptor, &joined));
        match (to_json(pair, message, &joined), merged) {
            // Two durations may merge into one whose parts have different signs, which `prost-reflect` repairs.
            (Err(error), _) => assert!(
                error.ends_with("duration out of range"),
                "{}: {error}",
                message.name
            ),
            (json, merged) => assert_eq!(json, merged, "{}", message.name),
        }
    });
}

/// Of a name that occurs twice the last one counts, as it does for `serde_json`'s own objects.
fn repeated_names_count_once(pair: &Pair, seed: u64) {
    each_type(pair, seed, |maker, descriptor, message| {
        let [first, second] = [(); 2].map(|()| reference_json(&maker.message(descriptor)).unwrap());
        let twice = twice(&first, &second);
        let once: Value = serde_json::from_str(&twice).unwrap();
        match reference_message(descriptor, &once.to_string()) {
            Ok(expected) => {
                let expected = reference_decode(descriptor, &reference_bytes(&expected));
                same_message(pair, descriptor, message, &twice, &expected);
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

/// One object text with the members of both.
fn twice(first: &Value, second: &Value) -> String {
    let (first, second) = (first.to_string(), second.to_string());
    match (&first[..], &second[..]) {
        ("{}", _) => second,
        (_, "{}") => first,
        (first, second) => format!("{},{}", &first[..first.len() - 1], &second[1..]),
    }
}

/// Unknown members, and nulls for members that are not set.
fn additions_change_nothing(pair: &Pair, seed: u64) {
    each_type(pair, seed, |maker, descriptor, message| {
        let random = reference_json(&maker.message(descriptor)).unwrap();
        let expected = reference_message(descriptor, &random.to_string()).unwrap();
        let expected = reference_decode(descriptor, &reference_bytes(&expected));
        let mut more = random;
        let object = more.as_object_mut().unwrap();
        object.insert(
            "a_field_from_the_future".into(),
            serde_json::json!({"deep": [1, {"x": null}]}),
        );
        for field in message.fields.iter().filter(|field| field.kind != Kind::Value) {
            object.entry(field.name).or_insert(Value::Null);
        }
        same_message(pair, descriptor, message, &more.to_string(), &expected);
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn protobuf_becomes_the_json_that_prost_reflect_writes(seed: u64) {
        protobuf_becomes_the_json(&API, seed);
    }

    #[test]
    fn json_becomes_the_message_that_prost_reflect_reads(seed: u64) {
        json_becomes_the_protobuf(&API, seed);
    }

    #[test]
    fn joined_messages_are_merged(seed: u64) {
        joined_bytes_are_merged(&API, seed);
    }

    #[test]
    fn unknown_members_and_nulls_change_nothing(seed: u64) {
        additions_change_nothing(&API, seed);
    }

    #[test]
    fn names_that_occur_twice_count_once(seed: u64) {
        repeated_names_count_once(&API, seed);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn every_kind_of_field(seed: u64) {
        protobuf_becomes_the_json(&KINDS, seed);
        json_becomes_the_protobuf(&KINDS, seed);
        joined_bytes_are_merged(&KINDS, seed);
        additions_change_nothing(&KINDS, seed);
        repeated_names_count_once(&KINDS, seed);
    }
}
