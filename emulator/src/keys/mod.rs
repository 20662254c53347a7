//! The keys that tokens are signed with (RFC 7517) and the signing itself (RFC 7515, RS256).

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

use crate::data::Data;

pub(crate) use jws::{decode_claims, sign};

/// How many keys the set lists: the current one and the one before it, whose tokens still live.
const LISTED: usize = 2;

/// What the data file calls the keys.
const SAVED: &str = "keys";

/// One RSA key.
pub(crate) struct SigningKey {
    pub(crate) id: String,
    pair: RsaKeyPair,
}

/// All keys, the newest first. Making the first one takes longer than starting the emulator may, so it is made
/// beside; whoever needs a key awaits [`Keys::current`].
pub(crate) struct Keys {
    keys: RwLock<VecDeque<Arc<SigningKey>>>,
    data: Option<Arc<Data>>,
    ready: watch::Sender<bool>,
}

impl SigningKey {
    fn generate() -> anyhow::Result<Self> {
        Ok(Self::new(RsaKeyPair::generate(KeySize::Rsa2048)?))
    }

    fn new(pair: RsaKeyPair) -> Self {
        // RFC 7638 names keys by a hash; here the hash of the modulus is enough to be unique and stable.
        let hash = digest::digest(
            &digest::SHA256,
            pair.public_key().modulus().big_endian_without_leading_zero(),
        );
        Self {
            id: format!("snk_{}", URL_SAFE_NO_PAD.encode(&hash.as_ref()[..12])),
            pair,
        }
    }

    /// As the data file keeps it: PKCS #8 in base64.
    fn saved(&self) -> anyhow::Result<String> {
        let der: Pkcs8V1Der<'_> = self.pair.as_der()?;
        Ok(URL_SAFE_NO_PAD.encode(der.as_ref()))
    }

    fn from_saved(text: &str) -> anyhow::Result<Self> {
        let der = URL_SAFE_NO_PAD.decode(text)?;
        Ok(Self::new(RsaKeyPair::from_pkcs8(&der)?))
    }

    /// The RS256 signature of `message`.
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
    /// The keys of the data file; without any there is none yet, and the first one is being made.
    ///
    /// # Errors
    /// A key of the data file is none.
    pub(crate) fn start(data: Option<Arc<Data>>) -> anyhow::Result<Arc<Self>> {
        let saved: Vec<String> = match &data {
            Some(data) => data.kept(SAVED)?.unwrap_or_default(),
            None => Vec::new(),
        };
        let known = saved
            .iter()
            .map(|text| SigningKey::from_saved(text).map(Arc::new));
        let known: VecDeque<_> = known.collect::<anyhow::Result<_>>()?;
        let some = !known.is_empty();
        let keys = Arc::new(Self {
            keys: RwLock::new(known),
            data,
            ready: watch::Sender::new(some),
        });
        if some {
            return Ok(keys);
        }
        let made = Arc::clone(&keys);
        tokio::task::spawn_blocking(move || made.add(LISTED));
        Ok(keys)
    }

    /// Makes a key and lists so many; it signs nothing before the data file has it.
    fn add(&self, listed: usize) -> anyhow::Result<String> {
        let key = Arc::new(SigningKey::generate()?);
        let id = key.id.clone();
        let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        let mut next = keys.clone();
        next.push_front(key);
        next.truncate(listed);
        if let Some(data) = &self.data {
            let saved: anyhow::Result<Vec<String>> = next.iter().map(|key| key.saved()).collect();
            data.keep(SAVED, &saved?).wait();
        }
        *keys = next;
        drop(keys);
        self.ready.send_replace(true);
        Ok(id)
    }

    /// Makes a new key and signs with it from now on; answers with its id. The key before it stays listed unless
    /// `revoke` is set.
    pub(crate) async fn rotate(self: &Arc<Self>, revoke: bool) -> anyhow::Result<String> {
        // The first key may still be in the making, and must not end up as the newest one.
        self.current().await?;
        let keys = Arc::clone(self);
        let listed = if revoke { 1 } else { LISTED };
        tokio::task::spawn_blocking(move || keys.add(listed)).await?
    }

    /// The key to sign with.
    pub(crate) async fn current(&self) -> anyhow::Result<Arc<SigningKey>> {
        self.ready.subscribe().wait_for(|ready| *ready).await?;
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        keys.front()
            .cloned()
            .ok_or_else(|| anyhow::anyhow!("there is no signing key"))
    }

    /// The key set, as `/keys` shows it.
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
