//! Any bytes as the protobuf of a message: no panic, and what is accepted stays the same there and back.
#![no_main]

mod choose;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((operation, bytes)) = choose::choose(data) else {
        return;
    };
    let Ok(json) = scalekit_wire::protobuf_to_json(operation.request, bytes) else {
        return;
    };
    let bytes =
        scalekit_wire::json_to_protobuf(operation.request, json.as_bytes()).expect("reads what it wrote");
    let again = scalekit_wire::protobuf_to_json(operation.request, &bytes).expect("reads what it wrote");
    assert_eq!(json, again);
});
