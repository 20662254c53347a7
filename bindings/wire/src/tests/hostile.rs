//! No input causes a panic: neither arbitrary bytes nor valid input with a few changed bytes.

use proptest::prelude::*;
use scalekit::schema::OPERATIONS;

use super::{pool::KINDS, random::Generator, reference_bytes, reference_decode, reference_json};
use crate::schema::Message;

fn types() -> Vec<&'static Message> {
    KINDS.schema.messages.iter().collect()
}

/// If the codec accepts the bytes, its JSON must be well-formed and convert back.
fn read_protobuf(message: &'static Message, bytes: &[u8]) {
    if let Ok(json) = crate::encode::encode(KINDS.schema, message, bytes) {
        let text = std::str::from_utf8(&json).expect("JSON is text");
        serde_json::from_str::<serde_json::Value>(text).expect("JSON is well-formed");
        let mut again = Vec::new();
        crate::decode::decode(KINDS.schema, message, &json, &mut again)
            .expect("the codec reads its own JSON");
    }
}

fn read_json(message: &'static Message, json: &[u8]) {
    let mut out = Vec::new();
    if crate::decode::decode(KINDS.schema, message, json, &mut out).is_ok() {
        let (descriptor, _) = KINDS.find(message.name);
        reference_decode(&descriptor, &out);
        crate::encode::encode(KINDS.schema, message, &out)
            .expect("the codec reads its own protobuf");
    } else {
        assert!(out.is_empty());
    }
}

fn corrupt(bytes: &mut Vec<u8>, changes: &[(prop::sample::Index, u8)], end: prop::sample::Index) {
    for (position, byte) in changes {
        if !bytes.is_empty() {
            let position = position.index(bytes.len());
            bytes[position] ^= byte;
        }
    }
    bytes.truncate(end.index(bytes.len() * 2 + 1));
}

proptest! {
    #[test]
    fn arbitrary_bytes(bytes: Vec<u8>) {
        for message in types() {
            read_protobuf(message, &bytes);
            read_json(message, &bytes);
        }
        for operation in OPERATIONS.iter().step_by(7) {
            let _ = crate::encode_request(operation, &bytes);
            let mut out = Vec::new();
            let _ = crate::decode_response(operation, &bytes, &mut out);
        }
    }

    #[test]
    fn arbitrary_text(text in r#"[\{\}\[\]:,"a-z0-9\\. _nul-]{0,60}"#) {
        for message in types() {
            read_json(message, text.as_bytes());
        }
    }

    #[test]
    fn corrupted_messages(
        seed: u64,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        end: prop::sample::Index,
    ) {
        let mut generator = Generator::new(seed);
        for message in types() {
            let random = generator.message(&KINDS.find(message.name).0);
            let mut bytes = reference_bytes(&random);
            corrupt(&mut bytes, &changes, end);
            read_protobuf(message, &bytes);
            let mut json = reference_json(&random).unwrap().to_string().into_bytes();
            corrupt(&mut json, &changes, end);
            read_json(message, &json);
        }
    }
}
