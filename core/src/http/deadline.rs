//! The time limit of one call, over all its attempts and waits.

use std::future::Future;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use crate::error::Error;

/// Longer timeouts could overflow `Instant`.
const LONGEST: Duration = Duration::from_secs(60 * 60 * 24 * 365);

/// A point in time by which a call must be complete.
pub(crate) struct Deadline {
    at: Instant,
    timeout: Duration,
    /// The latest failed attempt, which explains why the time ran out.
    last_error: Mutex<Option<Error>>,
}

impl Deadline {
    /// A deadline `timeout` from now. A timeout of more than a year counts as a year.
    pub(crate) fn after(timeout: Duration) -> Self {
        Self {
            at: Instant::now() + timeout.min(LONGEST),
            timeout,
            last_error: Mutex::new(None),
        }
    }

    /// Awaits `call` until the deadline. The error of a missed deadline contains the latest
    /// recorded error and is marked retryable if `retryable` is set.
    pub(crate) async fn limit<T>(
        &self,
        retryable: bool,
        call: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        match timeout_at(self.at, call).await {
            Ok(result) => result,
            Err(_) => {
                let last = self
                    .last_error
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .take();
                Err(Error::deadline(self.timeout, last).with_retryable(retryable))
            }
        }
    }

    /// Returns `true` if a wait of this length ends before the deadline.
    pub(crate) fn allows(&self, wait: Duration) -> bool {
        Instant::now() + wait < self.at
    }

    /// Records the error of a failed attempt that will be repeated.
    pub(crate) fn record(&self, error: Error) {
        *self
            .last_error
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Some(error);
    }
}
