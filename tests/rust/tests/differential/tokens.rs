//! Tokens: the core and `jsonwebtoken`.

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

/// Whether a member of this name stands in an object twice.
fn twice(object: &str, names: &[&str]) -> bool {
    names.iter().any(|name| {
        let name = format!("\"{name}\"");
        let behind = object.split(&name).skip(1);
        behind.filter(|rest| rest.trim_start().starts_with(':')).count() > 1
    })
}

const DIFFERENCES: &[Difference<TokenCase>] = &[
    Difference {
        name: "iat in the future, or no time at all",
        ours: Ours::Refuses,
        applies: |case| case.claim("iat").is_some(),
        reason: "iat is honoured here; jsonwebtoken does not look at it",
    },
    Difference {
        name: "crit",
        ours: Ours::Refuses,
        applies: |case| case.header.contains("\"crit\""),
        reason: "RFC 7515 section 4.1.11: no extension is supported here, so every demand for one is refused",
    },
    Difference {
        name: "members twice",
        ours: Ours::Refuses,
        applies: |case| twice(&case.payload, &["iat", "scope", "scopes"]),
        reason: "two readers must not see two different tokens; jsonwebtoken notices it for its own claims only",
    },
    Difference {
        name: "sub twice",
        ours: Ours::Accepts,
        applies: |case| twice(&case.payload, &["sub"]),
        reason: "nothing is decided by it",
    },
    Difference {
        name: "a list of issuers",
        ours: Ours::Refuses,
        applies: |case| case.claim("iss").is_some_and(|iss| iss.is_array()),
        reason: "RFC 7519 section 4.1.1: iss is one text",
    },
    Difference {
        name: "times before 1970 and beyond 64 bits",
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
        ours: Ours::Refuses,
        applies: |case| case.token.len() > 64 * 1024,
        reason: "bounded work on hostile input: it is refused unread",
    },
    Difference {
        name: "parameters of the header that nothing is decided by",
        ours: Ours::Accepts,
        applies: |case| {
            let unread = ["typ", "jwk", "jku", "x5c", "zip", "x", "z"];
            unread
                .iter()
                .any(|name| case.header.contains(&format!("\"{name}\"")))
        },
        reason: "nothing but alg, kid and crit is read: what else a token brings along never has an effect",
    },
    Difference {
        name: "sub that is a list or an object",
        ours: Ours::Accepts,
        applies: |case| {
            case.claim("sub")
                .is_some_and(|sub| sub.is_array() || sub.is_object())
        },
        reason: "nothing is decided by it; it is handed over as the issuer wrote it",
    },
];

/// Both judges have the same two keys.
struct Judges {
    ours: KeySet,
    theirs: HashMap<&'static str, DecodingKey>,
}

impl Judges {
    fn new(keys: &[KeyPair; 2]) -> Self {
        let (mut jwks, mut theirs) = (Vec::new(), HashMap::new());
        for (key, kid) in keys.iter().zip(["key_1", "key_2"]) {
            let public = PublicKeyComponents::<Vec<u8>>::from(key.public_key());
            let [n, e] = [public.n, public.e].map(|number| URL_SAFE_NO_PAD.encode(number));
            theirs.insert(kid, DecodingKey::from_rsa_components(&n, &e).unwrap());
            jwks.push(json!({"kty": "RSA", "use": "sig", "alg": "RS256", "kid": kid, "n": n, "e": e}));
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
        let mut rules = Validation::new(Algorithm::RS256);
        rules.leeway = case.checks.leeway?.as_secs();
        rules.validate_nbf = true;
        if let Some(issuer) = &case.checks.issuer {
            rules.set_issuer(issuer);
            rules.required_spec_claims.insert("iss".to_owned());
        }
        rules.validate_aud = case.checks.audience.is_some();
        if let Some(audience) = &case.checks.audience {
            rules.set_audience(audience);
            rules.required_spec_claims.insert("aud".to_owned());
        }
        let claims = decode::<Map<String, Value>>(&case.token, key, &rules)
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

/// The scopes as documented; jsonwebtoken has no word for them.
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
fn every_generated_token_is_judged_alike() {
    let keys = keys();
    let judges = Judges::new(&keys);
    compare(
        token_cases(1, CASES, &keys),
        |case| judges.ours(case),
        |case| judges.jsonwebtoken(case),
        DIFFERENCES,
        CASES / 4,
    );
}
