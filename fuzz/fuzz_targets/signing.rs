//! Shared by the targets about tokens: a key, tokens signed with it, and a plain reading of JSON to compare with.

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

/// The clock stands still.
pub const NOW: u64 = 1_800_000_000;

pub fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(NOW)
}

/// The key, which changes with every run, and the set that has it under the name `k`.
pub static KEY: LazyLock<(KeyPair, KeySet)> = LazyLock::new(|| {
    let pair = KeyPair::generate(KeySize::Rsa2048).expect("a key");
    let public = PublicKeyComponents::<Vec<u8>>::from(pair.public_key());
    let (n, e) = (URL_SAFE_NO_PAD.encode(public.n), URL_SAFE_NO_PAD.encode(public.e));
    let jwks = format!(r#"{{"keys":[{{"kty":"RSA","kid":"k","n":"{n}","e":"{e}"}}]}}"#);
    (pair, KeySet::parse(jwks.as_bytes()).expect("a key set"))
});

/// A token whose signature holds, whatever it says.
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
        .expect("a signature");
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// The members of a JSON object as they stand, repeated ones included.
pub struct Members(Vec<(String, Box<RawValue>)>);

impl Members {
    /// One object in UTF-8 in which none of `unique` is repeated.
    pub fn read(json: &[u8], unique: &[&str]) -> Option<Self> {
        let members: Self = serde_json::from_str(std::str::from_utf8(json).ok()?).ok()?;
        let once = |name: &&str| members.0.iter().filter(|(found, _)| found == name).count() <= 1;
        unique.iter().all(once).then_some(members)
    }

    /// Whether all values but those of `raw` can be read as JSON where they stand, one level deep.
    #[allow(dead_code, reason = "only payloads are read whole")]
    pub fn sound(&self, raw: &[&str]) -> bool {
        let readable = |json: &str| serde_json::from_str::<serde_json::Value>(&format!("[{json}]")).is_ok();
        self.0
            .iter()
            .all(|(name, value)| raw.contains(&name.as_str()) || readable(value.get()))
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
