//! Any bytes as the JSON of an answer: no panic, and what is accepted stays the same there and back.
#![no_main]

mod choose;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((operation, json)) = choose::choose(data) else {
        return;
    };
    let mut bytes = vec![7];
    if scalekit_wire::decode_response(operation, json, &mut bytes).is_err() {
        assert_eq!(bytes, [7], "a failure leaves the output as it was");
        return;
    }
    let json = scalekit_wire::protobuf_to_json(operation.response, &bytes[1..]).expect("reads what it wrote");
    let again =
        scalekit_wire::json_to_protobuf(operation.response, json.as_bytes()).expect("reads what it wrote");
    let same = scalekit_wire::protobuf_to_json(operation.response, &again).expect("reads what it wrote");
    assert_eq!(json, same);
});
