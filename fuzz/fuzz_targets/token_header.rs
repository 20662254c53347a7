//! Validates tokens with arbitrary headers and valid signatures. Compares the result with a simple
//! implementation.
#![no_main]

mod signing;

use signing::Members;

/// Returns the reason why the header must be rejected, or `Ok` if it must be accepted.
fn expected(header: &[u8]) -> Result<(), &'static str> {
    let members = Members::parse(header, &["alg", "kid", "crit"]).ok_or("malformed")?;
    let text = |json| serde_json::from_str::<Option<String>>(json).map_err(|_| "malformed");
    let algorithm = text(members.get("alg").ok_or("malformed")?)?.ok_or("malformed")?;
    let key = members.get("kid").map_or(Ok(None), text)?;
    if algorithm != "RS256" {
        return Err("algorithm");
    }
    if members.get("crit").is_some() {
        return Err("critical");
    }
    match key.as_deref() {
        None => Err("missing_key_id"),
        Some("k") => Ok(()),
        Some(_) => Err("unknown_key"),
    }
}

libfuzzer_sys::fuzz_target!(|header: &[u8]| {
    let token = signing::sign(header, br#"{"exp":1800000001}"#);
    let result = signing::KEY
        .1
        .validate(&token, &Default::default(), signing::now());
    let result = result.map(drop).map_err(|error| error.reason());
    let expected = if token.len() > 64 * 1024 {
        Err("too_large")
    } else {
        expected(header)
    };
    assert_eq!(result, expected);
});
