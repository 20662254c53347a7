//! Any bytes as the header of a token whose signature holds: the verdict is that of a plain reading.
#![no_main]

mod signing;

use signing::Members;

/// Why the header is refused, if it is.
fn expected(header: &[u8]) -> Result<(), &'static str> {
    let members = Members::read(header, &["alg", "kid", "crit"]).ok_or("malformed")?;
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
    let verdict = signing::KEY
        .1
        .validate(&token, &Default::default(), signing::now());
    let found = verdict.map(drop).map_err(|error| error.reason());
    let expected = if token.len() > 64 * 1024 {
        Err("too_large")
    } else {
        expected(header)
    };
    assert_eq!(found, expected);
});
