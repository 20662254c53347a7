//! Any bytes as a JWKS document: no panic, and no key is made of what is none.
#![no_main]

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use scalekit::token::KeySet;
use serde_json::Value;

/// Whether this could be an RSA key of 2048 bits or more that has a name, by the coarsest of measures.
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
    assert!(!set.is_empty() && set.len() <= 100);
    let document: Value = serde_json::from_slice(document).expect("what is accepted is JSON");
    let keys = document["keys"].as_array().expect("and has keys");
    assert!(keys.iter().filter(|key| plausible(key)).count() >= set.len());
    // No token is signed with any of them.
    for key in keys {
        let header = URL_SAFE_NO_PAD.encode(format!(r#"{{"alg":"RS256","kid":{}}}"#, key["kid"]));
        for signature in ["", "AA", &"A".repeat(342)] {
            let token = format!("{header}.e30.{signature}");
            let verdict = set.validate(&token, &Default::default(), std::time::SystemTime::UNIX_EPOCH);
            assert!(verdict.is_err());
        }
    }
});
