//! Compares token validation with `jsonwebtoken`.

use std::collections::HashMap;
use std::time::SystemTime;

use aws_lc_rs::rsa::{KeyPair, PublicKeyComponents};
use aws_lc_rs::signature::KeyPair as _;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use scalekit::token::KeySet;
use serde_json::{Map, Value, json};

use super::differences::{Difference, Ours, compare};
use super::token_cases::{TokenCase, keys, token_cases};

const CASES: usize = 6000;

/// Returns `true` if one of the members occurs more than once in an object.
fn is_repeated(object: &str, names: &[&str]) -> bool {
    names.iter().any(|name| {
        let name = format!("\"{name}\"");
        let rests = object.split(&name).skip(1);
        rests
            .filter(|rest| rest.trim_start().starts_with(':'))
            .count()
            > 1
    })
}

const DIFFERENCES: &[Difference<TokenCase>] = &[
    Difference {
        name: "iat is in the future or invalid",
        ours: Ours::Rejects,
        applies: |case| case.claim("iat").is_some(),
        reason: "jsonwebtoken ignores iat",
    },
    Difference {
        name: "crit",
        ours: Ours::Rejects,
        applies: |case| case.header.contains("\"crit\""),
        reason: "RFC 7515 section 4.1.11: this library supports no extensions, so critical ones are rejected",
    },
    Difference {
        name: "repeated members",
        ours: Ours::Rejects,
        applies: |case| is_repeated(&case.payload, &["iat", "scope", "scopes"]),
        reason: "different parsers could read different values; jsonwebtoken rejects only repeated claims that it checks",
    },
    Difference {
        name: "repeated sub",
        ours: Ours::Accepts,
        applies: |case| is_repeated(&case.payload, &["sub"]),
        reason: "the validation does not depend on sub",
    },
    Difference {
        name: "list of issuers",
        ours: Ours::Rejects,
        applies: |case| case.claim("iss").is_some_and(|iss| iss.is_array()),
        reason: "RFC 7519 section 4.1.1: iss is a single string",
    },
    Difference {
        name: "times before 1970 or larger than 64 bits",
        ours: Ours::Accepts,
        applies: |case| {
            ["exp", "nbf"].iter().any(|name| {
                let time = case.claim(name).and_then(|time| time.as_f64());
                time.is_some_and(|time| !(0.0..u64::MAX as f64).contains(&time))
            })
        },
        reason: "RFC 7519 section 2: any number is a NumericDate",
    },
    Difference {
        name: "larger than 64 KiB",
        ours: Ours::Rejects,
        applies: |case| case.token.len() > 64 * 1024,
        reason: "large tokens are rejected before parsing, to limit the work for hostile input",
    },
    Difference {
        name: "header parameters without effect",
        ours: Ours::Accepts,
        applies: |case| {
            let ignored = ["typ", "jwk", "jku", "x5c", "zip", "x", "z"];
            ignored
                .iter()
                .any(|name| case.header.contains(&format!("\"{name}\"")))
        },
        reason: "this library reads only alg, kid and crit; other parameters have no effect",
    },
    Difference {
        name: "sub is a list or an object",
        ours: Ours::Accepts,
        applies: |case| {
            case.claim("sub")
                .is_some_and(|sub| sub.is_array() || sub.is_object())
        },
        reason: "the validation does not depend on sub; the claim is returned unchanged",
    },
];

/// Both implementations with the same two keys.
struct Validators {
    ours: KeySet,
    theirs: HashMap<&'static str, DecodingKey>,
}

impl Validators {
    fn new(keys: &[KeyPair; 2]) -> Self {
        let (mut jwks, mut theirs) = (Vec::new(), HashMap::new());
        for (key, kid) in keys.iter().zip(["key_1", "key_2"]) {
            let public = PublicKeyComponents::<Vec<u8>>::from(key.public_key());
            let [n, e] = [public.n, public.e].map(|number| URL_SAFE_NO_PAD.encode(number));
            theirs.insert(kid, DecodingKey::from_rsa_components(&n, &e).unwrap());
            jwks.push(
                json!({"kty": "RSA", "use": "sig", "alg": "RS256", "kid": kid, "n": n, "e": e}),
            );
        }
        let ours = KeySet::parse(json!({ "keys": jwks }).to_string().as_bytes()).unwrap();
        Self { ours, theirs }
    }

    fn ours(&self, case: &TokenCase) -> Option<Map<String, Value>> {
        let verified = self
            .ours
            .validate(&case.token, &case.checks, SystemTime::now())
            .ok()?;
        Some(verified.claims().ok()?.into_map())
    }

    fn jsonwebtoken(&self, case: &TokenCase) -> Option<Map<String, Value>> {
        let key = self.theirs.get(&*decode_header(&case.token).ok()?.kid?)?;
        let mut validation = Validation::new(Algorithm::RS256);
        validation.leeway = case.checks.leeway?.as_secs();
        validation.validate_nbf = true;
        if let Some(issuer) = &case.checks.issuer {
            validation.set_issuer(issuer);
            validation.required_spec_claims.insert("iss".to_owned());
        }
        validation.validate_aud = case.checks.audience.is_some();
        if let Some(audience) = &case.checks.audience {
            validation.set_audience(audience);
            validation.required_spec_claims.insert("aud".to_owned());
        }
        let claims = decode::<Map<String, Value>>(&case.token, key, &validation)
            .ok()?
            .claims;
        let granted = granted(&claims);
        case.checks
            .required_scopes
            .iter()
            .all(|scope| granted.contains(scope))
            .then_some(claims)
    }
}

/// Returns the documented scopes. jsonwebtoken does not check scopes.
fn granted(claims: &Map<String, Value>) -> Vec<String> {
    let words = |claim: &Value| -> Vec<String> {
        claim
            .as_str()
            .unwrap_or_default()
            .split_ascii_whitespace()
            .map(str::to_owned)
            .collect()
    };
    let scopes = claims.get("scopes").cloned().unwrap_or_default();
    let listed: Option<Vec<String>> = serde_json::from_value(scopes.clone()).ok();
    let mut granted = listed.unwrap_or_else(|| words(&scopes));
    granted.extend(claims.get("scope").map(words).unwrap_or_default());
    granted
}

#[test]
fn generated_tokens_have_the_same_result_as_jsonwebtoken() {
    let keys = keys();
    let validators = Validators::new(&keys);
    compare(
        token_cases(1, CASES, &keys),
        |case| validators.ours(case),
        |case| validators.jsonwebtoken(case),
        DIFFERENCES,
        CASES / 4,
    );
}
