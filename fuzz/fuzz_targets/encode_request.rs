//! Any bytes as a request: no panic, and what is sent is a well-formed URL path and query.
#![no_main]

mod choose;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((operation, bytes)) = choose::choose(data) else {
        return;
    };
    let Ok(request) = scalekit_wire::encode_request(operation, bytes) else {
        return;
    };
    let plain = |text: &str, also: &[u8]| {
        text.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._~%/:".contains(&byte) || also.contains(&byte))
    };
    assert!(request.path.starts_with("/api/") && plain(&request.path, b""));
    assert!(request.query.is_none_or(|query| plain(&query, b"&=+*")));
    if let Some(body) = request.body {
        assert!(matches!(body.first(), Some(b'{' | b'[')));
    }
});
