//! Encryption of cookies: AES-256-GCM with keys from HKDF-SHA256 (RFC 5869).
//!
//! Version 2, which this module writes, is base64url without padding of
//!
//! | bytes | content |
//! |---|---|
//! | 1 | the version, 2 |
//! | 4 | the id of the secret |
//! | 16 | random input of the key derivation |
//! | 12 | the nonce |
//! | rest | ciphertext and tag |
//!
//! Each cookie has its own key, so the number of cookies per secret is not limited by the random
//! nonces of GCM. The name of the cookie is the associated data. The plaintext starts with a byte
//! that is 1 if the rest is compressed (RFC 1951), else 0.
//!
//! Version 1 is the format of the official packages: version, nonce, ciphertext and tag, with
//! one key per secret and no associated data.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::hkdf::{HKDF_SHA256, Prk, Salt};
use aws_lc_rs::rand;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use zeroize::Zeroizing;

use crate::error::{Error, Message};
use crate::secret::Secret;

/// The minimum length of a secret, in characters.
const MIN_SECRET: usize = 32;

const ID: usize = 4;
const SALT: usize = 16;
const HEADER: usize = 1 + ID + SALT + NONCE_LEN;

/// The maximum length of a decompressed value, in bytes. Larger values are rejected, so that a
/// small cookie cannot fill the memory.
const MAX_LENGTH: usize = 256 * 1024;

const V1_SALT: &[u8] = b"scalekit-session-v1";
const V1_INFO: &[u8] = b"scalekit-encrypted-session";
const V2_SALT: &[u8] = b"scalekit-cookie-v2";
const V2_ID: &[u8] = b"key id";
const V2_KEY: &[u8] = b"key";

/// Secrets that encrypt cookies. The first secret encrypts. All secrets decrypt.
///
/// To rotate a secret, put the new one first. Remove the old one after the sessions that it
/// encrypted have ended or were written again.
///
/// Clones share the keys: pass one key ring to `SessionCookies` and `LoginCookies`.
#[derive(Clone)]
pub struct KeyRing {
    keys: Arc<[Key]>,
}

struct Key {
    id: [u8; ID],
    v1: LessSafeKey,
    v2: Prk,
}

/// Why a value cannot be decrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The value is not base64url, or it is too short.
    #[error("the value is not a sealed cookie")]
    Malformed,
    /// The version is not supported.
    #[error("the version of the sealed cookie is not supported")]
    Version,
    /// No secret of the key ring encrypted the value.
    #[error("no secret of the key ring encrypted the cookie")]
    UnknownKey,
    /// The value was changed, or it belongs to a cookie with another name.
    #[error("the cookie was changed, or it belongs to another name")]
    Tampered,
    /// The decrypted value is not valid.
    #[error("the content of the cookie is not valid")]
    Content,
}

/// A decrypted value.
pub(crate) struct Opened<T> {
    pub(crate) value: T,
    /// `true` if the value should be encrypted again: with the current version and first secret.
    pub(crate) outdated: bool,
}

impl KeyRing {
    /// Creates a key ring. The first secret encrypts, all of them decrypt.
    ///
    /// # Errors
    /// The list is empty, the first secret has fewer than 32 characters, or an old secret is empty.
    /// Old secrets may be shorter, so that a short secret can be replaced.
    pub fn new<S: Into<Secret>>(secrets: impl IntoIterator<Item = S>) -> Result<Self, Error> {
        let secrets: Vec<Secret> = secrets.into_iter().map(Into::into).collect();
        let invalid =
            |text: String| Error::config(Message::about("cookie_encryption_secret").text(text));
        let lengths: Vec<usize> = secrets
            .iter()
            .map(|secret| secret.expose().chars().count())
            .collect();
        match lengths.as_slice() {
            [] => return Err(invalid(" is missing".to_owned())),
            [first, ..] if *first < MIN_SECRET => {
                return Err(invalid(format!(
                    " must have at least {MIN_SECRET} characters, not {first}; \
                     create one with: openssl rand -base64 32"
                )));
            }
            [_, old @ ..] if old.contains(&0) => {
                return Err(invalid(" contains an empty old secret".to_owned()));
            }
            _ => {}
        }
        let keys = secrets.iter().map(Key::new).collect::<Result<_, _>>();
        let keys = keys.map_err(|Unspecified| invalid(" cannot be used".to_owned()))?;
        Ok(Self { keys })
    }

    /// Encrypts the JSON of `value` for the cookie `name`.
    ///
    /// # Errors
    /// The operating system fails to return random numbers.
    pub(crate) fn seal(&self, name: &str, value: &impl Serialize) -> Result<String, Error> {
        let json = serde_json::to_vec(value).map(Zeroizing::new);
        let json = json.map_err(|error| Error::invalid_argument(error.to_string()))?;
        self.try_seal(name, &json)
            .map_err(|Unspecified| Error::config("the cookie cannot be encrypted"))
    }

    /// Encrypts a JSON value. Public for bindings.
    #[doc(hidden)]
    pub fn seal_json(&self, name: &str, value: &Value) -> Result<String, Error> {
        self.seal(name, value)
    }

    /// Decrypts a JSON value of version 1 or 2. Public for bindings.
    #[doc(hidden)]
    pub fn open_json(&self, name: &str, sealed: &str) -> Result<Value, OpenError> {
        Ok(self.open(name, sealed, true)?.value)
    }

    fn try_seal(&self, name: &str, plain: &[u8]) -> Result<String, Unspecified> {
        let key = &self.keys[0];
        let mut header = [0; HEADER];
        header[0] = 2;
        header[1..=ID].copy_from_slice(&key.id);
        rand::fill(&mut header[1 + ID..])?;
        let (salt, nonce) = header[1 + ID..].split_at(SALT);
        let mut content = compressed(plain);
        let nonce = Nonce::try_assume_unique_for_key(nonce)?;
        key.for_cookie(salt)?.seal_in_place_append_tag(
            nonce,
            Aad::from(name.as_bytes()),
            &mut *content,
        )?;
        Ok(URL_SAFE_NO_PAD.encode([header.as_slice(), &content].concat()))
    }

    /// Decrypts a value of the cookie `name`. Version 1 is accepted if `accept_v1` is set.
    pub(crate) fn open<T: DeserializeOwned>(
        &self,
        name: &str,
        sealed: &str,
        accept_v1: bool,
    ) -> Result<Opened<T>, OpenError> {
        let bytes = URL_SAFE_NO_PAD
            .decode(sealed)
            .map_err(|_| OpenError::Malformed)?;
        let (json, outdated) = match bytes.first() {
            Some(1) if accept_v1 => (self.open_v1(&bytes[1..])?, true),
            Some(2) => self.open_v2(name, &bytes)?,
            Some(_) => return Err(OpenError::Version),
            None => return Err(OpenError::Malformed),
        };
        let value = serde_json::from_slice(&json).map_err(|_| OpenError::Content)?;
        Ok(Opened { value, outdated })
    }

    fn open_v1(&self, bytes: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        let (nonce, sealed) = bytes
            .split_at_checked(NONCE_LEN)
            .ok_or(OpenError::Malformed)?;
        let plain = self.keys.iter().find_map(|key| {
            let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
            decrypted(&key.v1, nonce, &[], sealed)
        });
        plain.ok_or(OpenError::Tampered)
    }

    /// Also returns `true` if an old secret encrypted the value.
    fn open_v2(&self, name: &str, bytes: &[u8]) -> Result<(Zeroizing<Vec<u8>>, bool), OpenError> {
        let (header, sealed) = bytes.split_at_checked(HEADER).ok_or(OpenError::Malformed)?;
        let id = &header[1..=ID];
        let (salt, nonce) = header[1 + ID..].split_at(SALT);
        let mut known = false;
        for (index, key) in self.keys.iter().enumerate() {
            if key.id != id {
                continue;
            }
            known = true;
            let opened = Nonce::try_assume_unique_for_key(nonce)
                .and_then(|nonce| Ok((nonce, key.for_cookie(salt)?)))
                .ok()
                .and_then(|(nonce, key)| decrypted(&key, nonce, name.as_bytes(), sealed));
            if let Some(content) = opened {
                return Ok((decompressed(&content)?, index > 0));
            }
        }
        Err(if known {
            OpenError::Tampered
        } else {
            OpenError::UnknownKey
        })
    }
}

impl Key {
    fn new(secret: &Secret) -> Result<Self, Unspecified> {
        let secret = secret.expose().as_bytes();
        let v1 = Salt::new(HKDF_SHA256, V1_SALT).extract(secret);
        let v2 = Salt::new(HKDF_SHA256, V2_SALT).extract(secret);
        let mut id = [0; 32];
        v2.expand(&[V2_ID], HKDF_SHA256)?.fill(&mut id)?;
        let mut short = [0; ID];
        short.copy_from_slice(&id[..ID]);
        let v1 = UnboundKey::from(v1.expand(&[V1_INFO], &AES_256_GCM)?);
        Ok(Self {
            id: short,
            v1: LessSafeKey::new(v1),
            v2,
        })
    }

    /// Derives the key of one cookie.
    fn for_cookie(&self, salt: &[u8]) -> Result<LessSafeKey, Unspecified> {
        let info = [V2_KEY, salt];
        let key = self.v2.expand(&info, &AES_256_GCM)?;
        Ok(LessSafeKey::new(UnboundKey::from(key)))
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyRing")
            .field("secrets", &self.keys.len())
            .finish()
    }
}

fn decrypted(
    key: &LessSafeKey,
    nonce: Nonce,
    name: &[u8],
    sealed: &[u8],
) -> Option<Zeroizing<Vec<u8>>> {
    let mut content = Zeroizing::new(sealed.to_vec());
    let length = key
        .open_in_place(nonce, Aad::from(name), &mut content)
        .ok()?
        .len();
    content.truncate(length);
    Some(content)
}

/// Returns a byte that is 1 if the rest is compressed, and the shorter form of `plain`.
fn compressed(plain: &[u8]) -> Zeroizing<Vec<u8>> {
    let short = Zeroizing::new(miniz_oxide::deflate::compress_to_vec(plain, 6));
    let (flag, rest) = if short.len() < plain.len() {
        (1, short.as_slice())
    } else {
        (0, plain)
    };
    let mut content = Zeroizing::new(Vec::with_capacity(1 + rest.len() + AES_256_GCM.tag_len()));
    content.push(flag);
    content.extend_from_slice(rest);
    content
}

fn decompressed(content: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    match content.split_first() {
        Some((0, rest)) => Ok(Zeroizing::new(rest.to_vec())),
        Some((1, rest)) => miniz_oxide::inflate::decompress_to_vec_with_limit(rest, MAX_LENGTH)
            .map(Zeroizing::new)
            .map_err(|_| OpenError::Content),
        _ => Err(OpenError::Content),
    }
}
