//! A cache of parsed webhook secrets.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use aws_lc_rs::constant_time::verify_slices_are_equal;

use super::{Verifier, WebhookError};
use crate::secret::Secret;

/// One webhook and one interceptor secret, each with a successor during rotation.
const CAPACITY: usize = 4;

/// The verifiers of the secrets used last, newest first. Wiped from memory with the client.
#[derive(Default)]
pub(crate) struct SecretCache(ArcSwapOption<Vec<(Secret, Arc<Verifier>)>>);

impl SecretCache {
    /// Returns the verifier for `secret`, cached if possible.
    pub(crate) fn verifier(
        &self,
        secret: &str,
        tolerance: Duration,
    ) -> Result<Arc<Verifier>, WebhookError> {
        if let Some(verifier) = self.find(secret) {
            return Ok(verifier);
        }
        let verifier = Arc::new(Verifier::new(secret)?.with_tolerance(tolerance));
        self.insert(secret, &verifier);
        Ok(verifier)
    }

    fn find(&self, secret: &str) -> Option<Arc<Verifier>> {
        let entries = self.0.load();
        let mut entries = entries.as_deref()?.iter();
        let same = |cached: &Secret| {
            verify_slices_are_equal(cached.expose().as_bytes(), secret.as_bytes()).is_ok()
        };
        entries
            .find(|(cached, _)| same(cached))
            .map(|(_, verifier)| Arc::clone(verifier))
    }

    fn insert(&self, secret: &str, verifier: &Arc<Verifier>) {
        self.0.rcu(|entries| {
            let new = (Secret::from(secret), Arc::clone(verifier));
            let entries = entries.as_deref().into_iter().flatten().cloned();
            let entries: Vec<_> = [new].into_iter().chain(entries).take(CAPACITY).collect();
            Some(Arc::new(entries))
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_secrets_used_last_are_cached() {
        let cache = SecretCache::default();
        let tolerance = Duration::from_secs(300);
        for secret in ["w_AAAA", "w_AAAB", "w_AAAC", "w_AAAD", "w_AAAE"] {
            cache.verifier(secret, tolerance).unwrap();
        }
        assert!(cache.find("w_AAAA").is_none());
        assert!(cache.find("w_AAAB").is_some() && cache.find("w_AAAE").is_some());
        assert!(cache.find("w_AAA").is_none());
        assert!(cache.verifier("bad", tolerance).is_err());
        assert!(cache.find("bad").is_none());
    }
}
