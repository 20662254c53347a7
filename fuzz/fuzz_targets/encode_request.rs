//! Encodes arbitrary bytes as a request. It must not panic, and the path and query must be
//! well-formed.
#![no_main]

mod choose;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((operation, bytes)) = choose::choose(data) else {
        return;
    };
    let Ok(request) = scalekit_wire::encode_request(operation, bytes) else {
        return;
    };
    let allowed = |text: &str, extra: &[u8]| {
        text.bytes().all(|byte| {
            byte.is_ascii_alphanumeric() || b"-._~%/:".contains(&byte) || extra.contains(&byte)
        })
    };
    assert!(request.path.starts_with("/api/") && allowed(&request.path, b""));
    assert!(request.query.is_none_or(|query| allowed(&query, b"&=+*")));
    if let Some(body) = request.body {
        assert!(matches!(body.first(), Some(b'{' | b'[')));
    }
});
