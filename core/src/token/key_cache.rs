//! The cache of the environment's signing keys.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use http::{HeaderMap, header};
use tokio::runtime::Handle;
use tokio::time::Instant;

use super::KeySet;
use super::key_set::no_usable_key;
use crate::error::Error;
use crate::http::{Anonymous, Deadline, Outgoing, Pipeline};
use crate::single_flight::SingleFlight;

/// Tokens with an unknown `kid` cause at most one fetch in this time, and so do stale keys while
/// the endpoint fails.
pub(crate) const COOL_DOWN: Duration = Duration::from_secs(30);

/// The cool-down while there are no keys: long enough for a flood of tokens, short enough for a
/// program that starts before its network is up.
const FIRST_COOL_DOWN: Duration = Duration::from_secs(2);

/// The timeout of a fetch that a token with an unknown `kid` waits for.
const UNKNOWN_KEY_TIMEOUT: Duration = Duration::from_secs(5);

/// How long keys are fresh without `Cache-Control`, and the limits of its `max-age`.
const FRESH: Duration = Duration::from_secs(600);
const FRESH_BOUNDS: (Duration, Duration) = (Duration::from_secs(60), Duration::from_secs(3600));

/// Keys that have been stale for longer are used only after an attempt to fetch new ones.
const STALE: Duration = Duration::from_secs(300);

/// The state of the keys at one point in time. Immutable, so readers never wait for a fetch.
#[derive(Clone, Debug)]
pub(crate) struct Snapshot {
    /// The last valid key set.
    pub(crate) keys: Option<Arc<KeySet>>,
    stale_at: Instant,
    unusable_at: Instant,
    /// When an unknown `kid` last caused a fetch.
    unknown_at: Option<Instant>,
    /// The error of the latest fetch, if it failed.
    pub(crate) failure: Option<Error>,
}

impl Snapshot {
    /// Returns the keys, unless they have been stale for so long that they must be fetched first.
    pub(crate) fn usable(&self, now: Instant) -> Option<&KeySet> {
        self.keys.as_deref().filter(|_| now < self.unusable_at)
    }

    pub(crate) fn is_stale(&self, now: Instant) -> bool {
        now >= self.stale_at
    }

    /// Returns the error of the latest fetch if there are no keys and the cool-down has not passed.
    pub(crate) fn recent_failure(&self, now: Instant) -> Option<&Error> {
        self.failure
            .as_ref()
            .filter(|_| self.keys.is_none() && !self.is_stale(now))
    }

    /// Returns `true` if a token with an unknown `kid` may cause a fetch.
    pub(crate) fn may_fetch_unknown(&self, now: Instant) -> bool {
        self.unknown_at.is_none_or(|at| now >= at + COOL_DOWN)
    }

    /// Returns the state after a fetch that ended at `now`.
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
            // An environment may withdraw all its keys, but one that never had any is
            // misconfigured.
            Ok((keys, _)) if keys.is_empty() && known.is_none() => {
                Err(no_usable_key().context("no signing keys"))
            }
            result => result,
        };
        match result {
            Ok((keys, fresh)) => Self {
                keys: Some(match known {
                    // The set is unchanged, so its signature cache remains valid.
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

/// The current keys and the fetch of the next ones.
pub(crate) struct KeyCache {
    pipeline: Arc<Pipeline>,
    snapshot: ArcSwapOption<Snapshot>,
    flight: SingleFlight<Arc<Snapshot>>,
}

impl KeyCache {
    /// Starts with the keys of another client, if it has some.
    pub(crate) fn new(pipeline: Arc<Pipeline>, snapshot: Option<Arc<Snapshot>>) -> Self {
        Self {
            pipeline,
            snapshot: ArcSwapOption::new(snapshot),
            flight: SingleFlight::new(),
        }
    }

    pub(crate) fn snapshot(&self) -> Option<Arc<Snapshot>> {
        self.snapshot.load_full()
    }

    /// Marks the keys as stale.
    #[cfg(test)]
    pub(crate) fn make_stale(&self) {
        let mut snapshot = Snapshot::clone(&self.snapshot().unwrap());
        snapshot.stale_at = Instant::now();
        self.snapshot.store(Some(Arc::new(snapshot)));
    }

    /// Returns the snapshot without a reference count update, for the hot path.
    pub(crate) fn peek(&self) -> arc_swap::Guard<Option<Arc<Snapshot>>> {
        self.snapshot.load()
    }

    pub(crate) fn is_stale(&self) -> bool {
        self.peek()
            .as_ref()
            .is_none_or(|snapshot| snapshot.is_stale(Instant::now()))
    }

    /// Fetches the keys if they are stale or missing.
    pub(crate) async fn refresh(self: &Arc<Self>) -> Result<(), Error> {
        let seen = self.snapshot();
        let now = Instant::now();
        if seen
            .as_ref()
            .is_some_and(|snapshot| snapshot.usable(now).is_some() && !snapshot.is_stale(now))
        {
            return Ok(());
        }
        let snapshot = self.fetch(seen, false).await;
        snapshot.failure.clone().map_or(Ok(()), Err)
    }

    /// Fetches the keys if none can be used.
    pub(crate) async fn ensure(self: &Arc<Self>) -> Result<(), Error> {
        let seen = self.snapshot();
        if seen
            .as_ref()
            .is_some_and(|seen| seen.usable(Instant::now()).is_some())
        {
            return Ok(());
        }
        let fetched = self.fetch(seen, false).await;
        match &fetched.failure {
            Some(failure) if fetched.keys.is_none() => Err(failure.clone()),
            _ => Ok(()),
        }
    }

    /// Fetches the keys, unless they have been replaced since the caller read `seen`. `unknown` is
    /// set for a token with an unknown `kid`.
    pub(crate) async fn fetch(
        self: &Arc<Self>,
        seen: Option<Arc<Snapshot>>,
        unknown: bool,
    ) -> Arc<Snapshot> {
        let flight = self.flight.start(Arc::clone(self).replace(seen, unknown));
        flight.result().await.unwrap_or_else(|| {
            let before = self.snapshot();
            let closed = Err(Error::closed());
            Arc::new(Snapshot::after(
                before.as_deref(),
                closed,
                false,
                Instant::now(),
            ))
        })
    }

    /// Starts to fetch stale keys. Does nothing outside of a tokio runtime.
    pub(crate) fn refresh_in_background(self: &Arc<Self>) {
        if Handle::try_current().is_ok() {
            self.flight
                .start(Arc::clone(self).replace(self.snapshot(), false));
        }
    }

    async fn replace(self: Arc<Self>, seen: Option<Arc<Snapshot>>, unknown: bool) -> Arc<Snapshot> {
        let before = self.snapshot();
        if let Some(current) = &before
            && !seen.is_some_and(|seen| Arc::ptr_eq(&seen, current))
        {
            return Arc::clone(current);
        }
        let result = self.request(unknown).await;
        let after = Arc::new(Snapshot::after(
            before.as_deref(),
            result,
            unknown,
            Instant::now(),
        ));
        self.snapshot.store(Some(Arc::clone(&after)));
        after
    }

    async fn request(&self, unknown: bool) -> Result<(KeySet, Duration), Error> {
        let config = self.pipeline.config();
        let timeout = if unknown {
            config.call_timeout.min(UNKNOWN_KEY_TIMEOUT)
        } else {
            config.call_timeout
        };
        let deadline = Deadline::after(timeout);
        let outgoing = Outgoing::document("oauth.keys", config.env_url.below("/keys", None));
        deadline
            .limit(true, self.pipeline.send(&outgoing, &Anonymous, &deadline))
            .await
            .and_then(|response| {
                let keys =
                    KeySet::parse_any(&response.body)?.with_signature_cache(config.signature_cache);
                Ok((keys, max_age(&response.headers)))
            })
            .map_err(|error| error.context("no signing keys"))
    }
}

/// Returns how long the keys are fresh by `Cache-Control` (RFC 9111), within limits.
fn max_age(headers: &HeaderMap) -> Duration {
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
