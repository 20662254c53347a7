//! Key sets (JWKS, RFC 7517).

use std::fmt;
use std::sync::Arc;

use arc_swap::ArcSwapOption;
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256};
use base64::Engine;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::Deserialize;
use serde_json::Value;

use super::TokenError;
use super::header::{Compact, MAX_TOKEN};
use super::signature_cache::SignatureCache;
use super::validation::{Checks, VerifiedToken};
use crate::config::defaults;
use crate::error::Error;

/// The maximum number of keys in a set. Environments have far fewer.
const MAX_KEYS: usize = 1000;

/// Accepts padding, which some servers add although RFC 7518 forbids it.
const NUMBER: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A set of RSA verification keys.
///
/// Validates tokens without I/O: fetch `{env_url}/keys`, parse the document, and pass the time to
/// each validation. [`Client::validate_token`](crate::Client::validate_token) fetches and caches
/// the keys for you.
///
/// A set caches verified signatures as keyed hashes of the last 1024 tokens (22 KiB). For a cached
/// token only the claims are checked. See [`with_signature_cache`](Self::with_signature_cache).
pub struct KeySet {
    keys: Vec<Key>,
    verified: Option<SignatureCache>,
}

struct Key {
    id: String,
    modulus: Vec<u8>,
    exponent: Vec<u8>,
    verifier: ParsedPublicKey,
    /// The encoded header of a token that this key verified. Tokens of an environment share their
    /// header, so an equal header selects this key without parsing.
    header: ArcSwapOption<String>,
}

/// Compares the key material.
impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id && self.modulus == other.modulus && self.exponent == other.exponent
    }
}

/// A pending validation whose signature is not cached, for language bindings.
#[doc(hidden)]
pub struct Validation<'a> {
    keys: &'a KeySet,
    token: &'a str,
    checks: &'a Checks<'a>,
    now: f64,
}

impl Validation<'_> {
    /// Checks encoding, algorithm, key, signature and claims, in this order.
    ///
    /// # Errors
    /// The first reason to reject the token.
    pub fn run(self) -> Result<VerifiedToken, TokenError> {
        let compact = Compact::parse(self.token)?;
        verify_signature(&self.keys.keys, &compact)?;
        if let Some(cache) = &self.keys.verified {
            cache.insert(self.token);
        }
        VerifiedToken::check(compact.into_payload(), self.checks, self.now)
    }
}

/// Verifies the signature with the key of the header's `kid`.
fn verify_signature(keys: &[Key], compact: &Compact<'_>) -> Result<(), TokenError> {
    let verify = |key: &Key| {
        // Hashing separately avoids a digest context per verification.
        let digest = digest(&SHA256, compact.signed);
        let verified = key.verifier.verify_digest_sig(&digest, compact.signature());
        verified.map_err(|_| TokenError::Signature)
    };
    let known = |key: &&Key| {
        let header = key.header.load();
        header
            .as_ref()
            .is_some_and(|header| **header == compact.header)
    };
    if let Some(key) = keys.iter().find(known) {
        return verify(key);
    }
    let key_id = compact.key_id()?;
    let named: Vec<&Key> = keys.iter().filter(|key| key.id == key_id).collect();
    match &named[..] {
        [] => Err(TokenError::UnknownKey),
        [key] => {
            verify(key)?;
            key.header.store(Some(Arc::new(compact.header.to_owned())));
            Ok(())
        }
        // A set may contain a `kid` twice while a key is replaced.
        keys if keys.iter().any(|key| verify(key).is_ok()) => Ok(()),
        _ => Err(TokenError::Signature),
    }
}

#[derive(Deserialize)]
struct Document {
    keys: Vec<Value>,
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    kid: String,
    n: String,
    e: String,
    #[serde(rename = "use")]
    purpose: Option<String>,
    alg: Option<String>,
}

impl KeySet {
    /// Parses a JWKS document. Keys other than RSA signature keys of 2048 to 8192 bits with a `kid`
    /// are skipped.
    ///
    /// # Errors
    /// The document is not a JWKS document, or it contains no usable key.
    pub fn parse(json: &[u8]) -> Result<Self, Error> {
        let keys = Self::parse_any(json)?;
        if keys.is_empty() {
            return Err(no_usable_key());
        }
        Ok(keys)
    }

    /// Like [`parse`](Self::parse), but accepts a document without usable keys.
    pub(crate) fn parse_any(json: &[u8]) -> Result<Self, Error> {
        let document: Document = serde_json::from_slice(json).map_err(|error| {
            Error::bad_response(200, "the key endpoint returned no JWKS document")
                .with_source(error)
        })?;
        let keys: Vec<_> = document
            .keys
            .into_iter()
            .filter_map(read_key)
            .take(MAX_KEYS)
            .collect();
        Ok(Self {
            keys,
            verified: SignatureCache::new(defaults::SIGNATURE_CACHE),
        })
    }

    /// Returns the set with an empty signature cache for `tokens` tokens, 22 bytes each; 0 disables
    /// the cache.
    #[must_use]
    pub fn with_signature_cache(mut self, tokens: usize) -> Self {
        self.verified = SignatureCache::new(tokens);
        self
    }

    /// Returns the number of usable keys.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Returns `true` if the set is empty. [`parse`](Self::parse) never returns an empty set.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Returns `true` if both sets have the same keys in the same order.
    #[cfg(feature = "client")]
    pub(crate) fn same_keys(&self, other: &Self) -> bool {
        self.keys == other.keys
    }

    /// Checks only the claims if the signature is cached. Otherwise `run` executes the whole
    /// validation.
    pub(crate) fn check(
        &self,
        token: &str,
        checks: &Checks<'_>,
        now: f64,
        run: impl FnOnce(Validation<'_>) -> Result<VerifiedToken, TokenError>,
    ) -> Result<VerifiedToken, TokenError> {
        let cache = self.verified.as_ref().filter(|_| token.len() <= MAX_TOKEN);
        if cache.is_some_and(|cache| cache.contains(token)) {
            return VerifiedToken::check(Compact::payload_only(token)?, checks, now);
        }
        run(Validation {
            keys: self,
            token,
            checks,
            now,
        })
    }
}

pub(crate) fn no_usable_key() -> Error {
    Error::bad_response(200, "the JWKS document contains no RSA signature key")
}

impl fmt::Debug for KeySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.keys.iter().map(|key| &key.id))
            .finish()
    }
}

fn read_key(value: Value) -> Option<Key> {
    let jwk: Jwk = serde_json::from_value(value).ok()?;
    let for_us = jwk.kty == "RSA"
        && jwk.purpose.is_none_or(|purpose| purpose == "sig")
        && jwk.alg.is_none_or(|algorithm| algorithm == "RS256");
    if !for_us {
        return None;
    }
    let modulus = NUMBER.decode(&jwk.n).ok()?;
    let exponent = NUMBER.decode(&jwk.e).ok()?;
    let (n, e) = (significant(&modulus), significant(&exponent));
    let bits = n.len() * 8 - n.first()?.leading_zeros() as usize;
    let odd_exponent = e.last().is_some_and(|last| last % 2 == 1) && e != [1] && e.len() <= 8;
    if !(2048..=8192).contains(&bits) || !odd_exponent {
        return None;
    }
    let verifier = PublicKeyComponents { n, e }
        .to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256)
        .ok()?;
    Some(Key {
        id: jwk.kid,
        modulus: n.to_vec(),
        exponent: e.to_vec(),
        verifier,
        header: ArcSwapOption::empty(),
    })
}

fn significant(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    &number[zeros..]
}

#[cfg(test)]
mod wycheproof_tests;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::token::testing::{KEYS, jwk};

    #[test]
    fn unsuitable_keys_are_skipped() {
        let good = jwk(&KEYS.first, "one");
        let with = |name: &str, value: Value| {
            let mut key = good.clone();
            key[name] = value;
            key
        };
        let mut without_kid = good.clone();
        without_kid.as_object_mut().unwrap().remove("kid");
        let document = json!({"keys": [
            {"kty": "EC", "crv": "P-256", "kid": "ec", "x": "AA", "y": "AA"},
            {"kty": "oct", "kid": "secret", "k": "AA"},
            5, null, {},
            without_kid,
            with("use", json!("enc")),
            with("alg", json!("RS512")),
            with("n", json!("AQAB")),
            with("n", json!("!")),
            with("e", json!("AQ")),
            with("e", json!("")),
            with("n", json!(7)),
            jwk(&KEYS.short, "1024 bits"),
            good,
            jwk(&KEYS.second, "two"),
        ]});
        let keys = KeySet::parse(document.to_string().as_bytes()).unwrap();
        assert_eq!(format!("{keys:?}"), r#"["one", "two"]"#);
        assert_eq!((keys.len(), keys.is_empty()), (2, false));
    }

    #[test]
    fn a_document_without_a_usable_key_is_an_error() {
        for document in [
            "",
            "{}",
            "[]",
            r#"{"keys":{}}"#,
            r#"{"keys":[]}"#,
            r#"{"keys":[{"kty":"RSA"}]}"#,
            "<html>",
        ] {
            assert!(KeySet::parse(document.as_bytes()).is_err(), "{document}");
        }
    }

    #[test]
    fn padding_and_leading_zeros_do_not_matter() {
        let mut key = jwk(&KEYS.first, "one");
        let modulus = NUMBER.decode(key["n"].as_str().unwrap()).unwrap();
        key["n"] =
            json!(base64::engine::general_purpose::URL_SAFE.encode([&[0][..], &modulus].concat()));
        assert_eq!(
            KeySet::parse(json!({"keys": [key]}).to_string().as_bytes())
                .unwrap()
                .len(),
            1
        );
    }
}
