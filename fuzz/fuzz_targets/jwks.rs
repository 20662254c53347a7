//! Parses arbitrary bytes as a JWKS document. It must not panic, and it must accept only valid RSA
//! keys.
#![no_main]

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use scalekit::token::KeySet;
use serde_json::Value;

/// Returns `true` if the value looks like an RSA key with a key ID and at least 2048 bits. A rough
/// check.
fn plausible(key: &Value) -> bool {
    let number = |name: &str| {
        let text = key[name].as_str()?.trim_end_matches('=');
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        Some(bytes.iter().skip_while(|byte| **byte == 0).count())
    };
    key["kty"] == "RSA"
        && key["kid"].is_string()
        && number("n").is_some_and(|size| (256..=1024).contains(&size))
        && number("e").is_some_and(|size| (1..=8).contains(&size))
}

libfuzzer_sys::fuzz_target!(|document: &[u8]| {
    let Ok(set) = KeySet::parse(document) else {
        return;
    };
    assert!(!set.is_empty() && set.len() <= 1000);
    let document: Value = serde_json::from_slice(document).expect("an accepted document is JSON");
    let keys = document["keys"]
        .as_array()
        .expect("an accepted document has keys");
    assert!(keys.iter().filter(|key| plausible(key)).count() >= set.len());
    // No token here has a valid signature, so the key set must reject all of them.
    for key in keys {
        let header = URL_SAFE_NO_PAD.encode(format!(r#"{{"alg":"RS256","kid":{}}}"#, key["kid"]));
        for signature in ["", "AA", &"A".repeat(342)] {
            let token = format!("{header}.e30.{signature}");
            let result = set.validate(
                &token,
                &Default::default(),
                std::time::SystemTime::UNIX_EPOCH,
            );
            assert!(result.is_err());
        }
    }
});
