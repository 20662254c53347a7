use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::token::testing::{KEYS, jwks, sign};

const NOW: u64 = 1_800_000_000;

fn check(claims: Value, checks: &TokenValidation) -> Result<VerifiedToken, &'static str> {
    check_payload(&claims.to_string(), checks)
}

fn check_payload(payload: &str, checks: &TokenValidation) -> Result<VerifiedToken, &'static str> {
    let keys = KeySet::parse(jwks(&[(&KEYS.first, "k")]).as_bytes()).unwrap();
    let token = sign(
        &KEYS.first,
        &json!({"alg": "RS256", "kid": "k"}).to_string(),
        payload,
    );
    keys.validate(&token, checks, UNIX_EPOCH + Duration::from_secs(NOW))
        .map_err(|error| error.reason())
}

fn any() -> TokenValidation {
    TokenValidation::default()
}

#[test]
fn times_are_checked_with_leeway() {
    let table = [
        (json!({"exp": NOW + 1}), Ok(())),
        (json!({"exp": NOW - 4}), Ok(())),
        (json!({"exp": NOW - 5}), Err("expired")),
        (json!({"exp": -1}), Err("expired")),
        (json!({"exp": NOW as f64 + 0.5}), Ok(())),
        (json!({"exp": (NOW + 9).to_string()}), Err("claim")),
        (json!({"exp": null}), Err("claim")),
        (json!({"exp": true}), Err("claim")),
        (json!({}), Err("claim")),
        (json!({"exp": NOW + 9, "nbf": NOW + 5}), Ok(())),
        (
            json!({"exp": NOW + 9, "nbf": NOW + 6}),
            Err("not_yet_valid"),
        ),
        (json!({"exp": NOW + 9, "nbf": null}), Err("claim")),
        (json!({"exp": NOW + 9, "iat": NOW + 5}), Ok(())),
        (
            json!({"exp": NOW + 9, "iat": NOW + 6}),
            Err("issued_in_future"),
        ),
        (json!({"exp": NOW + 9, "iat": "x"}), Err("claim")),
    ];
    for (claims, expected) in table {
        assert_eq!(
            check(claims.clone(), &any()).map(|_| ()),
            expected,
            "{claims}"
        );
    }
    let strict = TokenValidation {
        leeway: Some(Duration::ZERO),
        ..any()
    };
    assert_eq!(check(json!({"exp": NOW}), &strict).err(), Some("expired"));
}

#[test]
fn a_payload_that_is_not_an_object_is_malformed() {
    for payload in [
        "",
        "[1]",
        "null",
        "{\"exp\":1e309",
        "{\"exp\":1,\"exp\":2}",
        "\u{feff}{}",
    ] {
        assert_eq!(
            check_payload(payload, &any()).err(),
            Some("malformed"),
            "{payload}"
        );
    }
    assert_eq!(
        check_payload("{\"exp\":1e309}", &any()).err(),
        Some("claim")
    );
}

#[test]
fn issuer_and_audience_are_compared_exactly() {
    let issuer = TokenValidation {
        issuer: Some(vec!["https://a".to_owned(), "https://b".to_owned()]),
        ..any()
    };
    for (iss, expected) in [
        (json!("https://a"), None),
        (json!("https://b"), None),
        (json!("https://a/"), Some("issuer")),
        (json!("https://A"), Some("issuer")),
        (json!(["https://a"]), Some("issuer")),
        (json!(null), Some("issuer")),
    ] {
        assert_eq!(
            check(json!({"exp": NOW + 9, "iss": iss}), &issuer).err(),
            expected,
            "{iss}"
        );
    }
    let nobody = TokenValidation {
        issuer: Some(Vec::new()),
        ..any()
    };
    assert_eq!(
        check(json!({"exp": NOW + 9, "iss": "https://a"}), &nobody).err(),
        Some("issuer")
    );
    let nobody = TokenValidation {
        audience: Some(Vec::new()),
        ..any()
    };
    assert_eq!(
        check(json!({"exp": NOW + 9, "aud": "x"}), &nobody).err(),
        Some("audience")
    );
    assert_eq!(
        check(json!({"exp": NOW + 9, "aud": []}), &nobody).err(),
        Some("audience")
    );
    let audience = TokenValidation {
        audience: Some(vec!["x".to_owned(), "y".to_owned()]),
        ..any()
    };
    for (aud, expected) in [
        (json!("y"), None),
        (json!(["z", "x"]), None),
        (json!("xy"), Some("audience")),
        (json!([]), Some("audience")),
        (json!(""), Some("audience")),
        (json!({"x": 1}), Some("audience")),
        (json!([["x"]]), Some("audience")),
        (json!(null), Some("audience")),
    ] {
        assert_eq!(
            check(json!({"exp": NOW + 9, "aud": aud}), &audience).err(),
            expected,
            "{aud}"
        );
    }
}

#[test]
fn all_scopes_are_required() {
    let checks = TokenValidation {
        required_scopes: vec!["a".to_owned(), "b".to_owned()],
        ..any()
    };
    for (claims, expected) in [
        (json!({"scopes": ["a", "b", "c"]}), None),
        (json!({"scopes": "a b"}), None),
        (json!({"scope": "b a"}), None),
        (json!({"scopes": ["a"], "scope": "b"}), None),
        (json!({"scopes": ["a"]}), Some("scopes")),
        (json!({"scopes": ["ab"]}), Some("scopes")),
        (json!({"scopes": ["a b"]}), Some("scopes")),
        (json!({"scopes": [["a", "b"]]}), Some("scopes")),
        (json!({"scope": null, "scopes": 5}), Some("scopes")),
        (json!({}), Some("scopes")),
    ] {
        let mut claims = claims;
        claims["exp"] = json!(NOW + 9);
        assert_eq!(check(claims.clone(), &checks).err(), expected, "{claims}");
    }
}

#[test]
fn a_signature_is_verified_with_the_key_of_its_kid() {
    let keys =
        KeySet::parse(jwks(&[(&KEYS.first, "one"), (&KEYS.second, "two")]).as_bytes()).unwrap();
    let now = UNIX_EPOCH + Duration::from_secs(NOW);
    let payload = json!({"exp": NOW + 9, "sub": "usr_1"}).to_string();
    let header = |kid: &str| json!({"alg": "RS256", "kid": kid}).to_string();
    let good = sign(&KEYS.second, &header("two"), &payload);
    let verified = keys.validate(&good, &any(), now).unwrap();
    assert_eq!(verified.payload(), payload.as_bytes());
    assert_eq!(verified.claims().unwrap().subject(), Some("usr_1"));
    let crossed = sign(&KEYS.second, &header("one"), &payload);
    assert_eq!(
        keys.validate(&crossed, &any(), now),
        Err(TokenError::Signature)
    );
    let unknown = sign(&KEYS.second, &header("three"), &payload);
    assert_eq!(
        keys.validate(&unknown, &any(), now),
        Err(TokenError::UnknownKey)
    );
    let cut = good.rsplit_once('.').unwrap().0.to_owned() + ".";
    assert_eq!(keys.validate(&cut, &any(), now), Err(TokenError::Signature));
}

#[test]
fn every_changed_bit_invalidates_the_signature() {
    let keys = KeySet::parse(jwks(&[(&KEYS.first, "k")]).as_bytes()).unwrap();
    let now = UNIX_EPOCH + Duration::from_secs(NOW);
    let token = sign(
        &KEYS.first,
        &json!({"alg": "RS256", "kid": "k"}).to_string(),
        &json!({"exp": NOW + 9}).to_string(),
    );
    for index in 0..token.len() {
        let mut bytes = token.clone().into_bytes();
        bytes[index] = if bytes[index] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(bytes).unwrap();
        assert!(
            keys.validate(&changed, &any(), now).is_err(),
            "position {index}"
        );
    }
}

proptest! {
    #[test]
    fn no_claims_cause_a_panic(payload in "\\{(\"(exp|nbf|iat|aud|iss|scopes)\":(1e9|-?[0-9]{1,12}|null|\"a\"|\\[\\]|\\{\\}),?){0,4}\\}") {
        let checks = Checks { issuer: Some(&["a".to_owned()]), audience: Some(&["a".to_owned()]), scopes: &["a".to_owned()], leeway: 0.0 };
        let _ = VerifiedToken::check(payload.into_bytes(), &checks, NOW as f64);
    }
}
