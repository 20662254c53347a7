//! Remembers which tokens verified, so that the same one again costs a hash instead of an RSA operation.
//!
//! It belongs to one [`KeySet`](super::KeySet) and says one thing only: *this exact token* has a valid signature under
//! *these keys*. Times, issuer, audience and scopes are checked on every call; another set of keys starts empty.

use std::fmt;
use std::sync::Mutex;

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;

/// Entries of a shard: few enough to be searched one by one.
const WAYS: usize = 16;

/// What is kept of a token: a keyed hash, so nobody can search for two tokens that share one.
pub(crate) type Fingerprint = u128;

/// A bounded set of tokens whose signatures hold. 16 bytes a token; no token is kept.
pub(crate) struct SignatureCache {
    key: hmac::Key,
    shards: Box<[Mutex<Shard>]>,
}

#[derive(Clone, Copy, Default)]
struct Shard {
    known: [Fingerprint; WAYS],
    next: usize,
}

impl SignatureCache {
    /// Room for `tokens`, rounded up to a multiple of 16; `None` for no room, or without a source of randomness.
    pub(crate) fn new(tokens: usize) -> Option<Self> {
        let shards = tokens.div_ceil(WAYS);
        let key = hmac::Key::generate(hmac::HMAC_SHA256, &SystemRandom::new()).ok()?;
        (shards > 0).then(|| Self {
            key,
            shards: (0..shards).map(|_| Mutex::default()).collect(),
        })
    }

    /// The fingerprint of a token, never 0, which is what an empty place holds.
    pub(crate) fn fingerprint(&self, token: &str) -> Fingerprint {
        let tag = hmac::sign(&self.key, token.as_bytes());
        let half = tag.as_ref().first_chunk().copied().unwrap_or_default();
        u128::from_le_bytes(half).max(1)
    }

    /// Whether the signature of this token has been found valid before.
    pub(crate) fn contains(&self, token: Fingerprint) -> bool {
        self.shard(token)
            .is_some_and(|shard| shard.known.contains(&token))
    }

    /// Notes that the signature of this token is valid; the oldest of its shard makes room.
    pub(crate) fn insert(&self, token: Fingerprint) {
        if let Some(mut shard) = self.shard(token) {
            let place = shard.next;
            shard.known[place] = token;
            shard.next = (place + 1) % WAYS;
        }
    }

    /// Nobody waits: a shard that is busy, or was when its process forked, knows nothing.
    fn shard(&self, token: Fingerprint) -> Option<std::sync::MutexGuard<'_, Shard>> {
        let index = (token >> 64) as usize % self.shards.len();
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
    fn remembers_what_was_noted_and_nothing_else() {
        let cache = SignatureCache::new(64).unwrap();
        let [one, two] = ["one", "two"].map(|token| cache.fingerprint(token));
        assert!(!cache.contains(one));
        cache.insert(one);
        assert!(cache.contains(one) && !cache.contains(two));
        assert!(!cache.contains(cache.fingerprint("onf")));
        let other = SignatureCache::new(64).unwrap();
        assert_ne!(other.fingerprint("one"), one, "each has a key of its own");
    }

    #[test]
    fn is_bounded_and_forgets_the_oldest_first() {
        let cache = SignatureCache::new(1).unwrap();
        let tokens: Vec<_> = (0..17)
            .map(|number| cache.fingerprint(&number.to_string()))
            .collect();
        for token in &tokens {
            cache.insert(*token);
        }
        assert!(!cache.contains(tokens[0]));
        assert!(tokens[1..].iter().all(|token| cache.contains(*token)));
        assert_eq!(size_of::<Shard>().div_ceil(WAYS), 17);
    }

    #[test]
    fn no_room_is_no_cache() {
        assert!(SignatureCache::new(0).is_none());
    }

    #[test]
    fn a_busy_shard_knows_nothing_and_holds_nobody_up() {
        let cache = SignatureCache::new(1).unwrap();
        let token = cache.fingerprint("token");
        cache.insert(token);
        let held = cache.shards[0].lock().unwrap();
        assert!(!cache.contains(token));
        cache.insert(token);
        drop(held);
        assert!(cache.contains(token));
    }
}
