//! What a token must claim. No I/O; the time is a parameter.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::header::read_object;
use super::{Claims, KeySet, TokenError};
use crate::config::Config;

const NO_CLAIMS: TokenError = TokenError::Malformed("its payload is not a JSON object of claims");

/// What a token must claim, besides being signed and within its time.
///
/// ```
/// use scalekit::token::TokenValidation;
/// let checks = TokenValidation { required_scopes: vec!["orders:read".into()], ..Default::default() };
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TokenValidation {
    /// `iss` must be this; `None` for the client's default, which may be to not check it.
    pub issuer: Option<String>,
    /// `aud` must name one of these; empty for the client's default, which may be to not check it.
    pub audience: Vec<String>,
    /// Scopes that must all be there, in `scopes` (list or text) or `scope` (text, separated by spaces).
    pub required_scopes: Vec<String>,
    /// How far the clocks of issuer and verifier may differ; `None` for the client's setting.
    pub leeway: Option<Duration>,
}

/// The checks in force: those of the call, completed by those of the client.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Checks<'a> {
    issuer: Option<&'a str>,
    audience: &'a [String],
    scopes: &'a [String],
    leeway: f64,
}

impl<'a> Checks<'a> {
    pub(crate) fn new(validation: &'a TokenValidation, config: &'a Config) -> Self {
        let audience = if validation.audience.is_empty() { &config.audience } else { &validation.audience };
        Self {
            issuer: validation.issuer.as_deref().or(config.issuer.as_deref()),
            audience,
            scopes: &validation.required_scopes,
            leeway: validation.leeway.unwrap_or(config.token_leeway).as_secs_f64(),
        }
    }
}

impl KeySet {
    /// Verifies the signature of a token with these keys and checks its claims as of `now`.
    ///
    /// What `checks` leaves open is not checked; the leeway is then 5 seconds.
    ///
    /// # Errors
    /// The first reason to refuse it.
    pub fn validate(
        &self,
        token: &str,
        checks: &TokenValidation,
        now: SystemTime,
    ) -> Result<VerifiedToken, TokenError> {
        let checks = Checks {
            issuer: checks.issuer.as_deref(),
            audience: &checks.audience,
            scopes: &checks.required_scopes,
            leeway: checks.leeway.unwrap_or(Duration::from_secs(5)).as_secs_f64(),
        };
        self.check(token, &checks, seconds(now))
    }
}

/// A clock as NumericDate (RFC 7519): seconds since 1970.
pub(crate) fn seconds(now: SystemTime) -> f64 {
    now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}

/// A token whose signature and claims hold. The claims are read only if they are asked for.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifiedToken {
    payload: Vec<u8>,
}

/// The claims that are checked, as they stand in the token.
#[derive(Deserialize)]
struct Registered<'p> {
    #[serde(borrow, default, deserialize_with = "present")]
    exp: Option<&'p RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    nbf: Option<&'p RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    iat: Option<&'p RawValue>,
    #[serde(borrow, default)]
    iss: Option<&'p RawValue>,
    #[serde(borrow, default)]
    aud: Option<&'p RawValue>,
    #[serde(borrow, default)]
    scopes: Option<&'p RawValue>,
    #[serde(borrow, default)]
    scope: Option<&'p RawValue>,
}

/// Null is a value too, and a wrong one.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(deserializer).map(Some)
}

impl VerifiedToken {
    pub(crate) fn check(payload: Vec<u8>, checks: &Checks<'_>, now: f64) -> Result<Self, TokenError> {
        let claims: Registered<'_> = read_object(&payload).ok_or(NO_CLAIMS)?;
        let expiry = time(claims.exp, "exp")?.ok_or(TokenError::Claim("exp"))?;
        if expiry <= now - checks.leeway {
            return Err(TokenError::Expired);
        }
        if time(claims.nbf, "nbf")?.is_some_and(|start| start > now + checks.leeway) {
            return Err(TokenError::NotYetValid);
        }
        if time(claims.iat, "iat")?.is_some_and(|issued| issued > now + checks.leeway) {
            return Err(TokenError::IssuedInFuture);
        }
        if let Some(issuer) = checks.issuer
            && one_or_many(claims.iss).is_none_or(|found| found != One(issuer))
        {
            return Err(TokenError::Issuer);
        }
        if !checks.audience.is_empty() {
            let found = one_or_many(claims.aud).map(Texts::into_vec).unwrap_or_default();
            if !found.iter().any(|audience| checks.audience.contains(audience)) {
                return Err(TokenError::Audience);
            }
        }
        if !checks.scopes.is_empty() {
            let granted = granted(&claims);
            let missing: Vec<_> =
                checks.scopes.iter().filter(|scope| !granted.contains(scope)).cloned().collect();
            if !missing.is_empty() {
                return Err(TokenError::Scopes(missing));
            }
        }
        Ok(Self { payload })
    }

    /// The claims as JSON text, as the issuer wrote it.
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// The claims.
    ///
    /// # Errors
    /// They are nested so deeply that no reader of JSON takes them.
    pub fn claims(&self) -> Result<Claims, TokenError> {
        serde_json::from_slice(&self.payload).map(Claims::new).map_err(|_| NO_CLAIMS)
    }
}

/// NumericDate: a JSON number, with or without a fraction.
fn time(value: Option<&RawValue>, claim: &'static str) -> Result<Option<f64>, TokenError> {
    let Some(value) = value else { return Ok(None) };
    serde_json::from_str(value.get()).map(Some).map_err(|_| TokenError::Claim(claim))
}

enum Texts {
    One(String),
    Many(Vec<String>),
}

struct One<'a>(&'a str);

impl PartialEq<One<'_>> for Texts {
    fn eq(&self, other: &One<'_>) -> bool {
        matches!(self, Self::One(text) if text == other.0)
    }
}

impl Texts {
    fn into_vec(self) -> Vec<String> {
        match self {
            Self::One(text) => vec![text],
            Self::Many(texts) => texts,
        }
    }
}

/// A text or a list of texts; anything else counts as absent, so a check on it fails.
fn one_or_many(value: Option<&RawValue>) -> Option<Texts> {
    let json = value?.get();
    if json.starts_with('[') {
        serde_json::from_str(json).map(Texts::Many).ok()
    } else {
        serde_json::from_str(json).map(Texts::One).ok()
    }
}

fn granted(claims: &Registered<'_>) -> Vec<String> {
    let words = |texts: Vec<String>| -> Vec<String> {
        texts.iter().flat_map(|text| text.split_ascii_whitespace()).map(str::to_owned).collect()
    };
    let mut granted = match one_or_many(claims.scopes) {
        Some(Texts::Many(scopes)) => scopes,
        Some(Texts::One(scopes)) => words(vec![scopes]),
        None => Vec::new(),
    };
    if let Some(Texts::One(scope)) = one_or_many(claims.scope) {
        granted.extend(words(vec![scope]));
    }
    granted
}

impl std::fmt::Debug for VerifiedToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("VerifiedToken").field("claims", &self.claims()).finish()
    }
}

#[cfg(test)]
mod tests {
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
        let token = sign(&KEYS.first, &json!({"alg": "RS256", "kid": "k"}).to_string(), payload);
        keys.validate(&token, checks, UNIX_EPOCH + Duration::from_secs(NOW)).map_err(|error| error.reason())
    }

    fn any() -> TokenValidation {
        TokenValidation::default()
    }

    #[test]
    fn times_are_checked_with_leeway_to_the_second() {
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
            (json!({"exp": NOW + 9, "nbf": NOW + 6}), Err("not_yet_valid")),
            (json!({"exp": NOW + 9, "nbf": null}), Err("claim")),
            (json!({"exp": NOW + 9, "iat": NOW + 5}), Ok(())),
            (json!({"exp": NOW + 9, "iat": NOW + 6}), Err("issued_in_future")),
            (json!({"exp": NOW + 9, "iat": "x"}), Err("claim")),
        ];
        for (claims, expected) in table {
            assert_eq!(check(claims.clone(), &any()).map(|_| ()), expected, "{claims}");
        }
        let strict = TokenValidation { leeway: Some(Duration::ZERO), ..any() };
        assert_eq!(check(json!({"exp": NOW}), &strict).err(), Some("expired"));
    }

    #[test]
    fn a_payload_that_is_no_object_of_claims_is_malformed() {
        for payload in ["", "[1]", "null", "{\"exp\":1e309", "{\"exp\":1,\"exp\":2}", "\u{feff}{}"] {
            assert_eq!(check_payload(payload, &any()).err(), Some("malformed"), "{payload}");
        }
        assert_eq!(check_payload("{\"exp\":1e309}", &any()).err(), Some("claim"));
    }

    #[test]
    fn issuer_and_audience_are_compared_exactly() {
        let issuer = TokenValidation { issuer: Some("https://a".to_owned()), ..any() };
        for (iss, expected) in [
            (json!("https://a"), None),
            (json!("https://a/"), Some("issuer")),
            (json!("https://A"), Some("issuer")),
            (json!(["https://a"]), Some("issuer")),
            (json!(null), Some("issuer")),
        ] {
            assert_eq!(check(json!({"exp": NOW + 9, "iss": iss}), &issuer).err(), expected, "{iss}");
        }
        let audience = TokenValidation { audience: vec!["x".to_owned(), "y".to_owned()], ..any() };
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
            assert_eq!(check(json!({"exp": NOW + 9, "aud": aud}), &audience).err(), expected, "{aud}");
        }
    }

    #[test]
    fn all_required_scopes_must_be_there() {
        let checks = TokenValidation { required_scopes: vec!["a".to_owned(), "b".to_owned()], ..any() };
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
    fn a_signature_counts_only_under_the_key_that_is_named() {
        let keys = KeySet::parse(jwks(&[(&KEYS.first, "one"), (&KEYS.second, "two")]).as_bytes()).unwrap();
        let now = UNIX_EPOCH + Duration::from_secs(NOW);
        let payload = json!({"exp": NOW + 9, "sub": "usr_1"}).to_string();
        let header = |kid: &str| json!({"alg": "RS256", "kid": kid}).to_string();
        let good = sign(&KEYS.second, &header("two"), &payload);
        let verified = keys.validate(&good, &any(), now).unwrap();
        assert_eq!(verified.payload(), payload.as_bytes());
        assert_eq!(verified.claims().unwrap().subject(), Some("usr_1"));
        let crossed = sign(&KEYS.second, &header("one"), &payload);
        assert_eq!(keys.validate(&crossed, &any(), now), Err(TokenError::Signature));
        let unknown = sign(&KEYS.second, &header("three"), &payload);
        assert_eq!(keys.validate(&unknown, &any(), now), Err(TokenError::UnknownKey));
        let cut = good.rsplit_once('.').unwrap().0.to_owned() + ".";
        assert_eq!(keys.validate(&cut, &any(), now), Err(TokenError::Signature));
    }

    #[test]
    fn any_changed_bit_of_what_was_signed_is_noticed() {
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
            assert!(keys.validate(&changed, &any(), now).is_err(), "position {index}");
        }
    }

    proptest! {
        #[test]
        fn any_claims_are_survived(payload in "\\{(\"(exp|nbf|iat|aud|iss|scopes)\":(1e9|-?[0-9]{1,12}|null|\"a\"|\\[\\]|\\{\\}),?){0,4}\\}") {
            let checks = Checks { issuer: Some("a"), audience: &["a".to_owned()], scopes: &["a".to_owned()], leeway: 0.0 };
            let _ = VerifiedToken::check(payload.into_bytes(), &checks, NOW as f64);
        }
    }
}
