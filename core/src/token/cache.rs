//! The keys of the environment, fetched when needed and kept.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use http::{HeaderMap, header};
use tokio::runtime::Handle;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout_at};

use super::KeySet;
use super::keys::no_usable_key;
use crate::call::{Outgoing, deadline_in, own_task};
use crate::client::Client;
use crate::error::Error;

/// At most one fetch in this time is caused by tokens that name an unknown key, and one by keys that are stale while
/// the endpoint fails.
pub(crate) const COOL_DOWN: Duration = Duration::from_secs(30);

/// The same while there are no keys at all: long enough for a flood of tokens, short enough for a program that starts
/// before its network.
const FIRST_COOL_DOWN: Duration = Duration::from_secs(2);

/// How long a token waits, at most, for keys that may include the unknown one that it names.
const LOOK: Duration = Duration::from_secs(5);

/// How long keys are fresh if the endpoint does not say, and the bounds of what it may say.
const FRESH: Duration = Duration::from_secs(600);
const FRESH_BOUNDS: (Duration, Duration) = (Duration::from_secs(60), Duration::from_secs(3600));

/// Keys that have been stale for longer are not used before a fetch has been tried.
const STALE: Duration = Duration::from_secs(300);

/// What is known about the keys at one moment. Readers never wait for a fetch.
#[derive(Clone, Debug)]
pub(crate) struct Snapshot {
    /// The last good set.
    pub(crate) keys: Option<Arc<KeySet>>,
    stale_at: Instant,
    unusable_at: Instant,
    /// When an unknown key last caused a fetch.
    unknown_at: Option<Instant>,
    /// Why the latest fetch failed, if it did.
    pub(crate) failure: Option<Error>,
}

impl Snapshot {
    /// The keys, unless they are so old that a fetch must be tried first.
    pub(crate) fn usable(&self, now: Instant) -> Option<&KeySet> {
        self.keys.as_deref().filter(|_| now < self.unusable_at)
    }

    pub(crate) fn is_stale(&self, now: Instant) -> bool {
        now >= self.stale_at
    }

    /// Why there are no keys, if that was found out just now.
    pub(crate) fn recent_failure(&self, now: Instant) -> Option<&Error> {
        self.failure
            .as_ref()
            .filter(|_| self.keys.is_none() && !self.is_stale(now))
    }

    /// Whether a token with an unknown key may cause a fetch.
    pub(crate) fn may_look_again(&self, now: Instant) -> bool {
        self.unknown_at.is_none_or(|at| now >= at + COOL_DOWN)
    }

    /// What is known after a fetch that ended at `now`.
    fn after(
        before: Option<&Self>,
        result: Result<(KeySet, Duration), Error>,
        unknown: bool,
        now: Instant,
    ) -> Self {
        let unknown_at = if unknown {
            Some(now)
        } else {
            before.and_then(|before| before.unknown_at)
        };
        let known = before.and_then(|before| before.keys.as_ref());
        let result = match result {
            // To withdraw every key is an answer too, but one that never had any is set up wrongly.
            Ok((keys, _)) if keys.is_empty() && known.is_none() => {
                Err(no_usable_key().context("no signing keys"))
            }
            result => result,
        };
        match result {
            Ok((keys, fresh)) => Self {
                keys: Some(match known {
                    // The same keys, so what they verified still holds.
                    Some(known) if known.same_keys(&keys) => Arc::clone(known),
                    _ => Arc::new(keys),
                }),
                stale_at: now + fresh,
                unusable_at: now + fresh + STALE,
                unknown_at,
                failure: None,
            },
            Err(error) => Self {
                keys: known.cloned(),
                stale_at: now
                    + if known.is_some() {
                        COOL_DOWN
                    } else {
                        FIRST_COOL_DOWN
                    },
                unusable_at: before
                    .map_or(now, |before| before.unusable_at)
                    .max(now + COOL_DOWN),
                unknown_at,
                failure: Some(error),
            },
        }
    }
}

/// The snapshot and who is fetching the next one.
pub(crate) struct KeyCache {
    snapshot: ArcSwapOption<Snapshot>,
    flight: Mutex<()>,
    refreshing: AtomicBool,
}

impl KeyCache {
    /// Starts with the keys of another client, if it has some.
    pub(crate) fn new(snapshot: Option<Arc<Snapshot>>) -> Self {
        Self {
            snapshot: ArcSwapOption::new(snapshot),
            flight: Mutex::new(()),
            refreshing: AtomicBool::new(false),
        }
    }

    pub(crate) fn snapshot(&self) -> Option<Arc<Snapshot>> {
        self.snapshot.load_full()
    }

    /// As if the time of the keys had passed.
    #[cfg(test)]
    pub(crate) fn make_stale(&self) {
        let mut snapshot = Snapshot::clone(&self.snapshot().unwrap());
        snapshot.stale_at = Instant::now();
        self.snapshot.store(Some(Arc::new(snapshot)));
    }

    /// Without touching the count of owners, for the fast path.
    pub(crate) fn peek(&self) -> arc_swap::Guard<Option<Arc<Snapshot>>> {
        self.snapshot.load()
    }
}

/// Lowers the flag when its task ends, also when it is dropped with its runtime.
struct Refreshing(Client);

impl Drop for Refreshing {
    fn drop(&mut self) {
        self.0.keys().refreshing.store(false, Ordering::Release);
    }
}

impl Client {
    /// Whether the signing keys should be fetched anew. They are still good to use; in a tokio runtime validation
    /// fetches them in the background by itself.
    pub fn keys_are_stale(&self) -> bool {
        self.keys()
            .peek()
            .as_ref()
            .is_none_or(|snapshot| snapshot.is_stale(Instant::now()))
    }

    /// Fetches the signing keys if they are stale or there are none.
    ///
    /// # Errors
    /// The endpoint cannot be reached or does not answer with keys. The last good keys stay in use.
    pub async fn refresh_keys(&self) -> Result<(), Error> {
        let seen = self.keys().snapshot();
        let now = Instant::now();
        if seen
            .as_ref()
            .is_some_and(|snapshot| snapshot.usable(now).is_some() && !snapshot.is_stale(now))
        {
            return Ok(());
        }
        let snapshot = self.fetch_keys(seen, false).await;
        snapshot.failure.clone().map_or(Ok(()), Err)
    }

    /// Makes sure that there are keys to use.
    pub(crate) async fn ensure_keys(&self, deadline: Instant) -> Result<(), Error> {
        let seen = self.keys().snapshot();
        if seen
            .as_ref()
            .is_some_and(|seen| seen.usable(Instant::now()).is_some())
        {
            return Ok(());
        }
        match timeout_at(deadline, self.fetch_keys(seen, false)).await {
            Ok(found) => match &found.failure {
                Some(failure) if found.keys.is_none() => Err(failure.clone()),
                _ => Ok(()),
            },
            Err(_) => Err(Error::deadline(self.config().call_timeout, None).with_retryable(true)),
        }
    }

    /// Fetches the keys unless someone else has done so since the caller looked. In a task of its own: the one who waits
    /// may give up, while others wait for the same keys.
    pub(crate) async fn fetch_keys(&self, seen: Option<Arc<Snapshot>>, unknown: bool) -> Arc<Snapshot> {
        let client = self.clone();
        let task = tokio::spawn(async move { client.fetch_keys_here(seen, unknown).await });
        own_task(task, || {
            let before = self.keys().snapshot();
            Arc::new(Snapshot::after(
                before.as_deref(),
                Err(Error::closed()),
                false,
                Instant::now(),
            ))
        })
        .await
    }

    async fn fetch_keys_here(&self, seen: Option<Arc<Snapshot>>, unknown: bool) -> Arc<Snapshot> {
        let cache = self.keys();
        let _flight = cache.flight.lock().await;
        let before = cache.snapshot();
        if let Some(current) = &before
            && !seen.is_some_and(|seen| Arc::ptr_eq(&seen, current))
        {
            return Arc::clone(current);
        }
        let timeout = self.config().call_timeout;
        let result = self
            .request_keys(if unknown { timeout.min(LOOK) } else { timeout })
            .await;
        let after = Arc::new(Snapshot::after(
            before.as_deref(),
            result,
            unknown,
            Instant::now(),
        ));
        cache.snapshot.store(Some(Arc::clone(&after)));
        after
    }

    /// Starts to fetch stale keys in the background, if there is a runtime to do so.
    pub(crate) fn refresh_keys_in_background(&self) {
        let Ok(runtime) = Handle::try_current() else {
            return;
        };
        if self.keys().refreshing.swap(true, Ordering::AcqRel) {
            return;
        }
        let task = Refreshing(self.clone());
        runtime.spawn(async move {
            // A failure stays in the snapshot, and the last good keys stay in use.
            let _ = task.0.refresh_keys().await;
        });
    }

    async fn request_keys(&self, timeout: Duration) -> Result<(KeySet, Duration), Error> {
        let deadline = deadline_in(timeout);
        let outgoing = Outgoing::document(self.url("/keys", None));
        let mut last = None;
        let reply = match timeout_at(deadline, self.attempts(&outgoing, deadline, &mut last)).await {
            Ok(reply) => reply,
            Err(_) => Err(Error::deadline(timeout, last).with_retryable(true)),
        };
        reply
            .and_then(|reply| {
                let keys =
                    KeySet::parse_any(&reply.body)?.with_signature_cache(self.config().signature_cache);
                Ok((keys, fresh_for(&reply.headers)))
            })
            .map_err(|error| error.context("no signing keys"))
    }
}

/// How long the endpoint says that its keys are fresh (RFC 9111), within bounds.
fn fresh_for(headers: &HeaderMap) -> Duration {
    let directives = headers
        .get_all(header::CACHE_CONTROL)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let mut fresh = FRESH;
    for directive in directives.flat_map(|value| value.split(',')) {
        let directive = directive.trim().to_ascii_lowercase();
        if directive == "no-store" || directive == "no-cache" {
            return FRESH_BOUNDS.0;
        }
        if let Some(age) = directive.strip_prefix("max-age=")
            && let Ok(seconds) = age.trim_matches('"').parse()
        {
            fresh = Duration::from_secs(seconds);
        }
    }
    fresh.clamp(FRESH_BOUNDS.0, FRESH_BOUNDS.1)
}

#[cfg(test)]
mod tests;
