//! A signing key, signed tokens, and a simple JSON parser to compare with. Shared by the token
//! targets.

use std::sync::LazyLock;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize, PublicKeyComponents};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use scalekit::token::KeySet;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// The fixed time of all validations.
pub const NOW: u64 = 1_800_000_000;

pub fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(NOW)
}

/// A key pair that is generated for each run, and a key set that contains it with the key ID `k`.
pub static KEY: LazyLock<(KeyPair, KeySet)> = LazyLock::new(|| {
    let pair = KeyPair::generate(KeySize::Rsa2048).expect("generating a key succeeds");
    let public = PublicKeyComponents::<Vec<u8>>::from(pair.public_key());
    let (n, e) = (
        URL_SAFE_NO_PAD.encode(public.n),
        URL_SAFE_NO_PAD.encode(public.e),
    );
    let jwks = format!(r#"{{"keys":[{{"kty":"RSA","kid":"k","n":"{n}","e":"{e}"}}]}}"#);
    (
        pair,
        KeySet::parse(jwks.as_bytes()).expect("the key set is valid"),
    )
});

/// Returns a token with a valid signature. Header and payload may be invalid.
pub fn sign(header: &[u8], payload: &[u8]) -> String {
    let signed = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header),
        URL_SAFE_NO_PAD.encode(payload)
    );
    let mut signature = vec![0; KEY.0.public_modulus_len()];
    KEY.0
        .sign(
            &RSA_PKCS1_SHA256,
            &SystemRandom::new(),
            signed.as_bytes(),
            &mut signature,
        )
        .expect("signing succeeds");
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// The unparsed members of a JSON object, including duplicates.
pub struct Members(Vec<(String, Box<RawValue>)>);

impl Members {
    /// Parses an object in UTF-8. Returns `None` if a name in `unique` occurs more than once.
    pub fn parse(json: &[u8], unique: &[&str]) -> Option<Self> {
        let members: Self = serde_json::from_str(std::str::from_utf8(json).ok()?).ok()?;
        let is_unique =
            |name: &&str| members.0.iter().filter(|(found, _)| found == name).count() <= 1;
        unique.iter().all(is_unique).then_some(members)
    }

    /// Returns `true` if every member can be parsed, not counting the members in `skip`. Values are
    /// parsed one level deep, as in the object.
    #[allow(dead_code, reason = "only the payload target checks all values")]
    pub fn all_parse_except(&self, skip: &[&str]) -> bool {
        let parses =
            |json: &str| serde_json::from_str::<serde_json::Value>(&format!("[{json}]")).is_ok();
        self.0
            .iter()
            .all(|(name, value)| skip.contains(&name.as_str()) || parses(value.get()))
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(found, _)| found == name)
            .map(|(_, value)| value.get())
    }
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Members;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Collect)
    }
}
