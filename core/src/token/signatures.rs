//! Remembers which tokens verified, so that the same one again costs a hash instead of an RSA operation.
//!
//! It belongs to one [`KeySet`](super::KeySet) and says one thing only: *this exact token* has a valid signature under
//! *these keys*. Times, issuer, audience and scopes are checked on every call; another set of keys starts empty.

use std::fmt;
use std::hash::Hasher;
use std::sync::{Mutex, MutexGuard};

use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use siphasher::sip128::{Hasher128, SipHasher24};

/// Entries of a shard: few enough to be searched one by one.
const WAYS: usize = 16;

/// SipHash-2-4 of a token, with 128 bits, under a key that nobody knows: nobody can search for two tokens that share one.
type Fingerprint = u128;

/// A bounded set of tokens whose signatures hold. 20 bytes a token; no token is kept.
pub(crate) struct SignatureCache {
    /// With the random key, ahead of any token.
    keyed: SipHasher24,
    shards: Box<[Mutex<Shard>]>,
}

#[derive(Clone, Copy, Default)]
struct Shard {
    known: [Fingerprint; WAYS],
    /// The ends of the same tokens: most tokens that are not remembered are told by these alone, without a hash.
    ends: [u32; WAYS],
    next: usize,
}

impl SignatureCache {
    /// Room for `tokens`, rounded up to a multiple of 16; `None` for no room, or without a source of randomness.
    pub(crate) fn new(tokens: usize) -> Option<Self> {
        let shards = tokens.div_ceil(WAYS);
        let mut key = [0; 16];
        SystemRandom::new().fill(&mut key).ok()?;
        (shards > 0).then(|| Self {
            keyed: SipHasher24::new_with_key(&key),
            shards: (0..shards).map(|_| Mutex::default()).collect(),
        })
    }

    /// Never 0, which is what an empty place holds.
    fn fingerprint(&self, token: &str) -> Fingerprint {
        let mut hasher = self.keyed;
        hasher.write(token.as_bytes());
        hasher.finish128().as_u128().max(1)
    }

    /// Whether the signature of this token has been found valid before.
    pub(crate) fn contains(&self, token: &str) -> bool {
        let (index, end) = self.place(token);
        let likely = self.shard(index).is_some_and(|shard| shard.ends.contains(&end));
        likely && {
            let fingerprint = self.fingerprint(token);
            self.shard(index)
                .is_some_and(|shard| shard.known.contains(&fingerprint))
        }
    }

    /// Notes that the signature of this token is valid; the oldest of its shard makes room.
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

    /// The shard of a token, and its end. A token ends with its signature, which an attacker may write, but not so that
    /// it verifies: what is noted is spread well.
    fn place(&self, token: &str) -> (usize, u32) {
        let last = token.as_bytes().last_chunk().copied().unwrap_or_default();
        let mixed = u64::from_le_bytes(last).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        ((mixed >> 32) as usize % self.shards.len(), mixed as u32)
    }

    /// Nobody waits: a shard that is busy, or was when its process forked, knows nothing.
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
    fn remembers_what_was_noted_and_nothing_else() {
        let cache = SignatureCache::new(64).unwrap();
        assert!(!cache.contains("header.payload.signature"));
        cache.insert("header.payload.signature");
        assert!(cache.contains("header.payload.signature"));
        for other in ["header.payload.signaturf", "signature", "", "another", "gnature"] {
            assert!(!cache.contains(other), "{other}");
        }
        let same_end = "header.pay1oad.signature";
        assert_eq!(cache.place(same_end), cache.place("header.payload.signature"));
        assert!(!cache.contains(same_end));
        let other = SignatureCache::new(64).unwrap();
        assert_ne!(
            other.fingerprint("one"),
            cache.fingerprint("one"),
            "each has a key of its own"
        );
    }

    #[test]
    fn is_bounded_and_forgets_the_oldest_first() {
        let cache = SignatureCache::new(1).unwrap();
        let tokens: Vec<_> = (0..17).map(|number| format!("a token, the {number}th")).collect();
        for token in &tokens {
            cache.insert(token);
        }
        assert!(!cache.contains(&tokens[0]));
        assert!(tokens[1..].iter().all(|token| cache.contains(token)));
        assert_eq!(size_of::<Mutex<Shard>>().div_ceil(WAYS), 22);
    }

    #[test]
    fn signatures_are_spread_over_the_shards() {
        let cache = SignatureCache::new(1024).unwrap();
        let mut used = [0; 64];
        for number in 0..1024_u32 {
            let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &number.to_le_bytes());
            let signature = base64::Engine::encode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, digest);
            used[cache.place(&signature).0] += 1;
        }
        assert!(used.iter().all(|count| (4..32).contains(count)), "{used:?}");
    }

    #[test]
    fn no_room_is_no_cache() {
        assert!(SignatureCache::new(0).is_none());
    }

    #[test]
    fn a_busy_shard_knows_nothing_and_holds_nobody_up() {
        let cache = SignatureCache::new(1).unwrap();
        cache.insert("token");
        let held = cache.shards[0].lock().unwrap();
        assert!(!cache.contains("token"));
        cache.insert("token");
        drop(held);
        assert!(cache.contains("token"));
    }
}
