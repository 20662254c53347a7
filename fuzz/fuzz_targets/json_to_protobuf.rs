//! Decodes arbitrary bytes as the JSON of a response. It must not panic, and accepted JSON must
//! round-trip.
#![no_main]

mod choose;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((operation, json)) = choose::choose(data) else {
        return;
    };
    let mut bytes = vec![7];
    if scalekit_wire::decode_response(operation, json, &mut bytes).is_err() {
        assert_eq!(bytes, [7], "an error leaves the output unchanged");
        return;
    }
    let json = scalekit_wire::protobuf_to_json(operation.response, &bytes[1..])
        .expect("the codec reads its own protobuf");
    let bytes = scalekit_wire::json_to_protobuf(operation.response, json.as_bytes())
        .expect("the codec reads its own JSON");
    let round_trip = scalekit_wire::protobuf_to_json(operation.response, &bytes)
        .expect("the codec reads its own protobuf");
    assert_eq!(json, round_trip);
});
