//! Signing keys for tokens (RFC 7517) and RS256 signatures (RFC 7515).

mod jws;

use std::collections::VecDeque;
use std::sync::{Arc, PoisonError, RwLock};

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair as _, RsaKeyPair};
use aws_lc_rs::{digest, rand};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::storage::DataFile;

pub(crate) use jws::{decode_claims, sign};

/// The maximum number of published keys: the current key, and the previous one for tokens that are
/// still valid.
const MAX_KEYS: usize = 2;

/// The name of the keys in the data file.
const SAVED: &str = "keys";

/// An RSA key.
pub(crate) struct SigningKey {
    pub(crate) id: String,
    pair: RsaKeyPair,
}

/// All keys, newest first. The first key is generated in the background because this would delay
/// the start. [`Keys::current`] waits for it.
pub(crate) struct Keys {
    keys: RwLock<VecDeque<Arc<SigningKey>>>,
    data_file: Option<Arc<DataFile>>,
    ready: watch::Sender<bool>,
}

impl SigningKey {
    fn generate() -> anyhow::Result<Self> {
        Ok(Self::new(RsaKeyPair::generate(KeySize::Rsa2048)?))
    }

    fn new(pair: RsaKeyPair) -> Self {
        // A hash of the modulus is unique and stable; a full RFC 7638 thumbprint is not needed.
        let hash = digest::digest(
            &digest::SHA256,
            pair.public_key()
                .modulus()
                .big_endian_without_leading_zero(),
        );
        Self {
            id: format!("snk_{}", URL_SAFE_NO_PAD.encode(&hash.as_ref()[..12])),
            pair,
        }
    }

    /// Returns the key as stored in the data file: base64 of PKCS #8.
    fn saved(&self) -> anyhow::Result<String> {
        let der: Pkcs8V1Der<'_> = self.pair.as_der()?;
        Ok(URL_SAFE_NO_PAD.encode(der.as_ref()))
    }

    fn from_saved(text: &str) -> anyhow::Result<Self> {
        let der = URL_SAFE_NO_PAD.decode(text)?;
        Ok(Self::new(RsaKeyPair::from_pkcs8(&der)?))
    }

    /// Returns the RS256 signature of `message`.
    fn sign(&self, message: &[u8]) -> anyhow::Result<Vec<u8>> {
        let mut signature = vec![0; self.pair.public_modulus_len()];
        let random = rand::SystemRandom::new();
        self.pair.sign(
            &aws_lc_rs::signature::RSA_PKCS1_SHA256,
            &random,
            message,
            &mut signature,
        )?;
        Ok(signature)
    }

    fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        let key = aws_lc_rs::signature::UnparsedPublicKey::new(
            &aws_lc_rs::signature::RSA_PKCS1_2048_8192_SHA256,
            self.pair.public_key().as_ref(),
        );
        key.verify(message, signature).is_ok()
    }

    fn jwk(&self) -> Value {
        let key = self.pair.public_key();
        json!({
            "kty": "RSA",
            "use": "sig",
            "alg": "RS256",
            "kid": self.id,
            "n": URL_SAFE_NO_PAD.encode(key.modulus().big_endian_without_leading_zero()),
            "e": URL_SAFE_NO_PAD.encode(key.exponent().big_endian_without_leading_zero()),
        })
    }
}

impl Keys {
    /// Loads the keys from the data file. If there are none, generates the first key in the
    /// background.
    ///
    /// # Errors
    /// Returns an error if the data file contains an invalid key.
    pub(crate) fn start(data_file: Option<Arc<DataFile>>) -> anyhow::Result<Arc<Self>> {
        let saved: Vec<String> = match &data_file {
            Some(file) => file.value(SAVED)?.unwrap_or_default(),
            None => Vec::new(),
        };
        let saved_keys = saved
            .iter()
            .map(|text| SigningKey::from_saved(text).map(Arc::new));
        let saved_keys: VecDeque<_> = saved_keys.collect::<anyhow::Result<_>>()?;
        let has_keys = !saved_keys.is_empty();
        let keys = Arc::new(Self {
            keys: RwLock::new(saved_keys),
            data_file,
            ready: watch::Sender::new(has_keys),
        });
        if has_keys {
            return Ok(keys);
        }
        let target = Arc::clone(&keys);
        tokio::task::spawn_blocking(move || target.add(MAX_KEYS));
        Ok(keys)
    }

    /// Generates a key and keeps at most `limit` keys. The key is not used before it is saved.
    fn add(&self, limit: usize) -> anyhow::Result<String> {
        let key = Arc::new(SigningKey::generate()?);
        let id = key.id.clone();
        let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        let mut next = keys.clone();
        next.push_front(key);
        next.truncate(limit);
        if let Some(file) = &self.data_file {
            let saved: anyhow::Result<Vec<String>> = next.iter().map(|key| key.saved()).collect();
            file.save_value(SAVED, &saved?).wait();
        }
        *keys = next;
        drop(keys);
        self.ready.send_replace(true);
        Ok(id)
    }

    /// Generates a new signing key and returns its id. The previous key stays published unless
    /// `revoke` is set.
    pub(crate) async fn rotate(self: &Arc<Self>, revoke: bool) -> anyhow::Result<String> {
        // Wait for the first key. Otherwise it could be added after the new one.
        self.current().await?;
        let keys = Arc::clone(self);
        let limit = if revoke { 1 } else { MAX_KEYS };
        tokio::task::spawn_blocking(move || keys.add(limit)).await?
    }

    /// Returns the current signing key. Waits until it has been generated.
    pub(crate) async fn current(&self) -> anyhow::Result<Arc<SigningKey>> {
        self.ready.subscribe().wait_for(|ready| *ready).await?;
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        keys.front()
            .cloned()
            .ok_or_else(|| anyhow::anyhow!("no signing key is available"))
    }

    /// Returns the key set for `/keys`.
    pub(crate) async fn set(&self) -> anyhow::Result<Value> {
        self.current().await?;
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        Ok(json!({ "keys": keys.iter().map(|key| key.jwk()).collect::<Vec<_>>() }))
    }

    fn find(&self, id: &str) -> Option<Arc<SigningKey>> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        keys.iter().find(|key| key.id == id).cloned()
    }
}
