//! Any bytes as the payload of a token whose signature holds: the verdict is that of a plain reading, and the claims of
//! what is accepted can be written and read again.
#![no_main]

mod signing;

use std::time::Duration;

use scalekit::token::{Claims, TokenValidation};
use serde_json::Value;
use signing::{Members, NOW};

const LEEWAY: u64 = 5;

/// Why the payload is refused, if it is.
fn expected(payload: &[u8]) -> Result<(), &'static str> {
    let checked = ["exp", "nbf", "iat", "iss", "aud", "scopes", "scope"];
    let members = Members::read(payload, &checked).ok_or("malformed")?;
    // A time that cannot be read is a wrong claim; anything else makes the token unreadable.
    if !members.sound(&["exp", "nbf", "iat"]) {
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
        .all(|wanted| scopes.iter().any(|scope| scope == wanted))
    {
        return Err("scopes");
    }
    Ok(())
}

/// A text, as its words if so wanted, or a list of texts; else nothing.
fn texts(value: Option<Value>, words: bool) -> Vec<String> {
    match value {
        Some(Value::String(text)) if words => text.split_ascii_whitespace().map(str::to_owned).collect(),
        Some(Value::String(text)) => vec![text],
        Some(list @ Value::Array(_)) => serde_json::from_value(list).unwrap_or_default(),
        _ => Vec::new(),
    }
}

libfuzzer_sys::fuzz_target!(|payload: &[u8]| {
    let checks = TokenValidation {
        issuer: Some(vec!["me".to_owned()]),
        audience: Some(vec!["app".to_owned()]),
        required_scopes: vec!["a".to_owned(), "b".to_owned()],
        leeway: Some(Duration::from_secs(LEEWAY)),
        as_of: None,
    };
    let token = signing::sign(br#"{"alg":"RS256","kid":"k"}"#, payload);
    if token.len() > 64 * 1024 {
        return;
    }
    let verdict = signing::KEY.1.validate(&token, &checks, signing::now());
    let found = verdict.as_ref().map(drop).map_err(|error| error.reason());
    assert_eq!(found, expected(payload));
    if let Ok(verified) = verdict {
        let claims = verified.claims().expect("claims of a verified token can be read");
        let json = serde_json::to_string(&claims).expect("claims are JSON");
        assert_eq!(
            serde_json::from_str::<Claims>(&json).expect("reads what it wrote"),
            claims
        );
    }
});
