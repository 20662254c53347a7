//! A cache of verified signatures: validating the same token again takes a hash instead of an RSA
//! operation.
//!
//! An entry means that *this exact token* has a valid signature under the keys of one
//! [`KeySet`](super::KeySet). Times, issuer, audience and scopes are checked on every call. A new
//! key set starts with an empty cache.

use std::fmt;
use std::hash::Hasher;
use std::sync::{Mutex, MutexGuard};

use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use siphasher::sip128::{Hasher128, SipHasher24};

/// Entries per shard, searched linearly.
const WAYS: usize = 16;

/// A 128-bit SipHash-2-4 of a token. The key is random and secret, so collisions cannot be searched
/// for.
type Fingerprint = u128;

/// A bounded set of fingerprints of verified tokens, 22 bytes each. Tokens themselves are not
/// stored.
pub(crate) struct SignatureCache {
    /// A hasher initialized with the random key.
    keyed: SipHasher24,
    shards: Box<[Mutex<Shard>]>,
}

#[derive(Clone, Copy, Default)]
struct Shard {
    known: [Fingerprint; WAYS],
    /// The last bytes of the same tokens. Most misses are detected by these, without a hash.
    ends: [u32; WAYS],
    next: usize,
}

impl SignatureCache {
    /// Creates a cache for `tokens` tokens, rounded up to a multiple of 16. `None` if `tokens` is 0
    /// or the system has no random numbers.
    pub(crate) fn new(tokens: usize) -> Option<Self> {
        let shards = tokens.div_ceil(WAYS);
        let mut key = [0; 16];
        SystemRandom::new().fill(&mut key).ok()?;
        (shards > 0).then(|| Self {
            keyed: SipHasher24::new_with_key(&key),
            shards: (0..shards).map(|_| Mutex::default()).collect(),
        })
    }

    /// Never 0, which marks an empty entry.
    fn fingerprint(&self, token: &str) -> Fingerprint {
        let mut hasher = self.keyed;
        hasher.write(token.as_bytes());
        hasher.finish128().as_u128().max(1)
    }

    /// Returns `true` if the signature of this token was verified before.
    pub(crate) fn contains(&self, token: &str) -> bool {
        let (index, end) = self.place(token);
        let likely = self
            .shard(index)
            .is_some_and(|shard| shard.ends.contains(&end));
        likely && {
            let fingerprint = self.fingerprint(token);
            self.shard(index)
                .is_some_and(|shard| shard.known.contains(&fingerprint))
        }
    }

    /// Adds a verified token and evicts the oldest entry of its shard.
    pub(crate) fn insert(&self, token: &str) {
        let (index, end) = self.place(token);
        let fingerprint = self.fingerprint(token);
        if let Some(mut shard) = self.shard(index) {
            let place = shard.next;
            shard.known[place] = fingerprint;
            shard.ends[place] = end;
            shard.next = (place + 1) % WAYS;
        }
    }

    /// Returns the shard and the last bytes of a token. Only verified signatures are added, and an
    /// attacker cannot choose those, so entries are spread evenly.
    fn place(&self, token: &str) -> (usize, u32) {
        let last = token.as_bytes().last_chunk().copied().unwrap_or_default();
        let mixed = u64::from_le_bytes(last).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        ((mixed >> 32) as usize % self.shards.len(), mixed as u32)
    }

    /// Never blocks: a locked shard is a cache miss. A fork may leave a shard locked forever.
    fn shard(&self, index: usize) -> Option<MutexGuard<'_, Shard>> {
        self.shards[index].try_lock().ok()
    }
}

impl fmt::Debug for SignatureCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignatureCache")
            .field("tokens", &(self.shards.len() * WAYS))
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_added_tokens_are_found() {
        let cache = SignatureCache::new(64).unwrap();
        assert!(!cache.contains("header.payload.signature"));
        cache.insert("header.payload.signature");
        assert!(cache.contains("header.payload.signature"));
        for other in [
            "header.payload.signaturf",
            "signature",
            "",
            "another",
            "gnature",
        ] {
            assert!(!cache.contains(other), "{other}");
        }
        let same_end = "header.pay1oad.signature";
        assert_eq!(
            cache.place(same_end),
            cache.place("header.payload.signature")
        );
        assert!(!cache.contains(same_end));
        let other = SignatureCache::new(64).unwrap();
        assert_ne!(
            other.fingerprint("one"),
            cache.fingerprint("one"),
            "each cache has its own key"
        );
    }

    #[test]
    fn the_oldest_entry_is_evicted() {
        let cache = SignatureCache::new(1).unwrap();
        let tokens: Vec<_> = (0..17)
            .map(|number| format!("a token, the {number}th"))
            .collect();
        for token in &tokens {
            cache.insert(token);
        }
        assert!(!cache.contains(&tokens[0]));
        assert!(tokens[1..].iter().all(|token| cache.contains(token)));
        assert_eq!(size_of::<Mutex<Shard>>().div_ceil(WAYS), 22);
    }

    #[test]
    fn signatures_are_spread_over_all_shards() {
        let cache = SignatureCache::new(1024).unwrap();
        let mut used = [0; 64];
        for number in 0..1024_u32 {
            let digest =
                aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &number.to_le_bytes());
            let signature =
                base64::Engine::encode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, digest);
            used[cache.place(&signature).0] += 1;
        }
        assert!(used.iter().all(|count| (4..32).contains(count)), "{used:?}");
    }

    #[test]
    fn a_size_of_zero_disables_the_cache() {
        assert!(SignatureCache::new(0).is_none());
    }

    #[test]
    fn a_locked_shard_is_a_miss() {
        let cache = SignatureCache::new(1).unwrap();
        cache.insert("token");
        let held = cache.shards[0].lock().unwrap();
        assert!(!cache.contains("token"));
        cache.insert("token");
        drop(held);
        assert!(cache.contains("token"));
    }
}
