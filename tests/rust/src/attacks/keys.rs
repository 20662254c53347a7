//! The keys of the suite and all ways to sign its tokens.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256,
    RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256, RsaEncoding,
};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use minijinja::Value;
use num_bigint::BigUint;
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use super::recipe::Sign;

/// The ASN.1 prefix of a SHA-256 digest (RFC 8017, section 9.2), with and without the NULL
/// parameter.
const DIGEST_INFO: [u8; 19] =
    *b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20";
const DIGEST_INFO_NO_NULL: [u8; 17] =
    *b"\x30\x2f\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x04\x20";

/// The keys of `keys.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    private: BTreeMap<String, Private>,
    jwks: Vec<Published>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Private {
    pkcs8: Option<String>,
    n: Option<String>,
    e: Option<String>,
    d: Option<String>,
    x: Option<String>,
    y: Option<String>,
    certificate: Option<String>,
}

#[derive(Deserialize)]
struct Published {
    key: Option<String>,
    #[serde(flatten)]
    jwk: Map<String, Json>,
}

impl Keys {
    /// Reads the keys from `keys.toml`.
    ///
    /// # Errors
    /// The file is missing or invalid.
    pub fn read() -> Result<Self> {
        super::read("keys.toml")
    }

    /// Returns the key set that the environment publishes under `/keys`.
    ///
    /// # Errors
    /// The file refers to a key that does not exist.
    pub fn jwks(&self) -> Result<String> {
        let keys = self.jwks.iter().map(|published| {
            let mut jwk = match &published.key {
                Some(key) => self.get(key)?.jwk(),
                None => Map::new(),
            };
            jwk.extend(published.jwk.clone());
            Ok(Json::Object(jwk))
        });
        Ok(json!({ "keys": keys.collect::<Result<Vec<_>>>()? }).to_string())
    }

    /// Returns the key set of an attacker: one key, with a kid of the environment and with its own
    /// kid.
    ///
    /// # Errors
    /// The attacker's key is missing.
    pub fn attacker_jwks(&self) -> Result<String> {
        let jwk = |kid: &str| {
            let mut jwk = self.get("attacker")?.jwk();
            jwk.insert("kid".to_owned(), json!(kid));
            anyhow::Ok(jwk)
        };
        Ok(json!({ "keys": [jwk("first")?, jwk("attacker")?] }).to_string())
    }

    /// Returns the public key of each key in all encodings, for templates.
    pub(super) fn public_forms(&self) -> Result<Value> {
        let forms = self.private.iter().map(|(name, key)| {
            let mut forms =
                BTreeMap::from([("jwk", Value::from(Json::Object(key.jwk()).to_string()))]);
            if let Some(n) = &key.n {
                forms.insert("n", compact(n).into());
                forms.insert("modulus", Value::from_bytes(number(n)?));
            }
            if let Some(certificate) = &key.certificate {
                forms.insert("certificate", compact(certificate).into());
            }
            if let (Some(pkcs8), Some(_)) = (&key.pkcs8, &key.n) {
                let pair = KeyPair::from_pkcs8(&STANDARD.decode(compact(pkcs8))?)?;
                let pkcs1 = pair.public_key().as_ref().to_vec();
                let spki: PublicKeyX509Der<'_> = pair.public_key().as_der()?;
                forms.insert("pkcs1_pem", pem("RSA PUBLIC KEY", &pkcs1).into());
                forms.insert("spki_pem", pem("PUBLIC KEY", spki.as_ref()).into());
                forms.insert("pkcs1", Value::from_bytes(pkcs1));
                forms.insert("spki", Value::from_bytes(spki.as_ref().to_vec()));
            }
            Ok((name.as_str(), Value::from(forms)))
        });
        Ok(Value::from(forms.collect::<Result<BTreeMap<_, _>>>()?))
    }

    pub(super) fn sign(
        &self,
        key: &str,
        method: Sign,
        message: &[u8],
        hmac_key: &[u8],
    ) -> Result<Vec<u8>> {
        let key = self.get(key)?;
        match method {
            Sign::None => Ok(Vec::new()),
            Sign::Hs256 => Ok(super::payload::mac(
                aws_lc_rs::hmac::HMAC_SHA256,
                hmac_key,
                message,
            )),
            Sign::Rs256 => key.sign(&RSA_PKCS1_SHA256, message),
            Sign::Rs384 => key.sign(&RSA_PKCS1_SHA384, message),
            Sign::Rs512 => key.sign(&RSA_PKCS1_SHA512, message),
            Sign::Ps256 => key.sign(&RSA_PSS_SHA256, message),
            Sign::Es256 => {
                let pair =
                    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &key.pkcs8()?)?;
                Ok(pair.sign(&SystemRandom::new(), message)?.as_ref().to_vec())
            }
            Sign::CubeRoot => key.forge(message),
            Sign::RawRsa
            | Sign::BareDigest
            | Sign::NoNull
            | Sign::ShortPadding
            | Sign::BlockType2 => key.sign_raw(method, message),
        }
    }

    fn get(&self, name: &str) -> Result<&Private> {
        self.private
            .get(name)
            .with_context(|| format!("unknown key {name}"))
    }
}

impl Private {
    fn jwk(&self) -> Map<String, Json> {
        let (key_type, curve) = if self.n.is_some() {
            ("RSA", None)
        } else {
            ("EC", Some("P-256"))
        };
        let fields = [("kty", Some(key_type)), ("crv", curve)]
            .map(|(name, value)| (name, value.map(str::to_owned)));
        let numbers = [
            ("n", &self.n),
            ("e", &self.e),
            ("x", &self.x),
            ("y", &self.y),
        ];
        let numbers = numbers.map(|(name, value)| (name, value.as_deref().map(compact)));
        fields
            .into_iter()
            .chain(numbers)
            .filter_map(|(name, value)| Some((name.to_owned(), Json::from(value?))))
            .collect()
    }

    fn pkcs8(&self) -> Result<Vec<u8>> {
        Ok(STANDARD.decode(compact(
            self.pkcs8.as_deref().context("the key has no pkcs8")?,
        ))?)
    }

    fn sign(&self, encoding: &'static dyn RsaEncoding, message: &[u8]) -> Result<Vec<u8>> {
        let pair = KeyPair::from_pkcs8(&self.pkcs8()?)?;
        let mut signature = vec![0; pair.public_modulus_len()];
        pair.sign(encoding, &SystemRandom::new(), message, &mut signature)?;
        Ok(signature)
    }

    fn modulus(&self) -> Result<Vec<u8>> {
        number(self.n.as_deref().context("not an RSA key")?)
    }

    fn sign_raw(&self, method: Sign, message: &[u8]) -> Result<Vec<u8>> {
        let modulus = self.modulus()?;
        let exponent = number(self.d.as_deref().context("the key has no d")?)?;
        let size = modulus.len();
        let digest = digest(&SHA256, message);
        let content = match method {
            Sign::BareDigest => digest.as_ref().to_vec(),
            Sign::NoNull => [&DIGEST_INFO_NO_NULL, digest.as_ref()].concat(),
            _ => [&DIGEST_INFO, digest.as_ref()].concat(),
        };
        let (block_type, filler, padding) = match method {
            Sign::BlockType2 => (2, 0xaa, size - content.len() - 3),
            Sign::ShortPadding => (1, 0xff, 8),
            _ => (1, 0xff, size - content.len() - 3),
        };
        let mut block = vec![0, block_type];
        block.resize(2 + padding, filler);
        block.push(0);
        block.extend(content);
        block.resize(size, 0x55);
        let signature = BigUint::from_bytes_be(&block).modpow(
            &BigUint::from_bytes_be(&exponent),
            &BigUint::from_bytes_be(&modulus),
        );
        Ok(padded(&signature, size))
    }

    /// Returns a number whose cube begins like a valid block and continues with random bytes.
    fn forge(&self, message: &[u8]) -> Result<Vec<u8>> {
        ensure!(
            self.e.as_deref() == Some("Aw"),
            "the key must have the exponent 3"
        );
        let size = self.modulus()?.len();
        let prefix = [
            b"\x00\x01\xff\xff\xff\xff\xff\xff\xff\xff\x00",
            &DIGEST_INFO[..],
            digest(&SHA256, message).as_ref(),
        ]
        .concat();
        let mut block = prefix.clone();
        block.resize(size, 0);
        let root = BigUint::from_bytes_be(&block).cbrt() + 1u8;
        ensure!(
            padded(&root.pow(3), size).starts_with(&prefix),
            "the cube of the root does not begin with the block"
        );
        Ok(padded(&root, size))
    }
}

/// Encodes a number in `size` bytes.
fn padded(number: &BigUint, size: usize) -> Vec<u8> {
    let bytes = number.to_bytes_be();
    let mut padded = vec![0; size - bytes.len()];
    padded.extend(bytes);
    padded
}

fn compact(text: &str) -> String {
    text.split_whitespace().collect()
}

fn number(text: &str) -> Result<Vec<u8>> {
    Ok(URL_SAFE_NO_PAD.decode(compact(text))?)
}

fn pem(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<_> = text
        .as_bytes()
        .chunks(64)
        .map(String::from_utf8_lossy)
        .collect();
    format!(
        "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
        lines.join("\n")
    )
}
