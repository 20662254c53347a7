//! Validates tokens with arbitrary payloads and valid signatures. Compares the result with a simple
//! implementation. The claims of accepted tokens must round-trip through JSON.
#![no_main]

mod signing;

use std::time::Duration;

use scalekit::token::{Claims, TokenValidation};
use serde_json::Value;
use signing::{Members, NOW};

const LEEWAY: u64 = 5;

/// Returns the reason why the payload must be rejected, or `Ok` if it must be accepted.
fn expected(payload: &[u8]) -> Result<(), &'static str> {
    let checked = ["exp", "nbf", "iat", "iss", "aud", "scopes", "scope"];
    let members = Members::parse(payload, &checked).ok_or("malformed")?;
    // A time that does not parse is an invalid claim. Any other value that does not parse makes the
    // token malformed.
    if !members.all_parse_except(&["exp", "nbf", "iat"]) {
        return Err("malformed");
    }
    let value = |name| {
        let json = members.get(name)?;
        Some(serde_json::from_str::<Value>(json).unwrap_or(Value::Null))
    };
    let time = |name| match value(name) {
        None => Ok(None),
        Some(Value::Number(number)) => Ok(number.as_f64()),
        Some(_) => Err("claim"),
    };
    let (now, leeway) = (NOW as f64, LEEWAY as f64);
    if time("exp")?.ok_or("claim")? <= now - leeway {
        return Err("expired");
    }
    if time("nbf")?.is_some_and(|time| time > now + leeway) {
        return Err("not_yet_valid");
    }
    if time("iat")?.is_some_and(|time| time > now + leeway) {
        return Err("issued_in_future");
    }
    if value("iss") != Some("me".into()) {
        return Err("issuer");
    }
    let audience = texts(value("aud"), false);
    if !audience.iter().any(|audience| audience == "app") {
        return Err("audience");
    }
    let mut scopes = texts(value("scopes"), true);
    if let Some(text @ Value::String(_)) = value("scope") {
        scopes.extend(texts(Some(text), true));
    }
    if !["a", "b"]
        .iter()
        .all(|required| scopes.iter().any(|scope| scope == required))
    {
        return Err("scopes");
    }
    Ok(())
}

/// Returns the strings of a list, or a single string. If `split` is set, a single string is split
/// into words.
fn texts(value: Option<Value>, split: bool) -> Vec<String> {
    match value {
        Some(Value::String(text)) if split => {
            text.split_ascii_whitespace().map(str::to_owned).collect()
        }
        Some(Value::String(text)) => vec![text],
        Some(list @ Value::Array(_)) => serde_json::from_value(list).unwrap_or_default(),
        _ => Vec::new(),
    }
}

libfuzzer_sys::fuzz_target!(|payload: &[u8]| {
    let checks = TokenValidation::new()
        .issuer(["me"])
        .audience(["app"])
        .required_scopes(["a", "b"])
        .leeway(Duration::from_secs(LEEWAY));
    let token = signing::sign(br#"{"alg":"RS256","kid":"k"}"#, payload);
    if token.len() > 64 * 1024 {
        return;
    }
    let result = signing::KEY.1.validate(&token, &checks, signing::now());
    let reason = result.as_ref().map(drop).map_err(|error| error.reason());
    assert_eq!(reason, expected(payload));
    if let Ok(verified) = result {
        let claims = verified
            .claims()
            .expect("the claims of a verified token can be parsed");
        let json = serde_json::to_string(&claims).expect("claims can be serialized");
        assert_eq!(
            serde_json::from_str::<Claims>(&json).expect("serialized claims can be parsed"),
            claims
        );
    }
});
