//! Decodes arbitrary bytes as a protobuf message. It must not panic, and accepted messages must
//! round-trip.
#![no_main]

mod choose;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((operation, bytes)) = choose::choose(data) else {
        return;
    };
    let Ok(json) = scalekit_wire::protobuf_to_json(operation.request, bytes) else {
        return;
    };
    let bytes = scalekit_wire::json_to_protobuf(operation.request, json.as_bytes())
        .expect("the codec reads its own JSON");
    let round_trip = scalekit_wire::protobuf_to_json(operation.request, &bytes)
        .expect("the codec reads its own protobuf");
    assert_eq!(json, round_trip);
});
