//! Cancellation of calls.

use std::sync::Arc;

use tokio::sync::watch;

use crate::failure::NativeError;
use scalekit_bindings::guard;

/// Cancels the calls that it was passed to.
///
/// Kotlin cancels a call by dropping its future and does not need this object. Swift does not drop
/// futures: a task that is cancelled must call [`cancel`](Self::cancel).
#[derive(Debug, uniffi::Object)]
pub struct Cancellation {
    cancelled: watch::Sender<bool>,
}

#[uniffi::export]
impl Cancellation {
    /// Creates a cancellation for one or more calls.
    #[uniffi::constructor]
    #[must_use]
    pub fn new() -> Arc<Self> {
        let (cancelled, _) = watch::channel(false);
        Arc::new(Self { cancelled })
    }

    /// Cancels all calls that have this object, also those that start later. Repeated calls have
    /// no effect.
    ///
    /// # Errors
    /// Never fails.
    pub fn cancel(&self) -> Result<(), NativeError> {
        guard::run(|| {
            self.cancelled.send_replace(true);
            Ok(())
        })
    }
}

impl Cancellation {
    /// Completes when the calls are cancelled.
    pub(crate) async fn cancelled(&self) {
        // Waiting fails only if the sender is dropped, and `self` owns it.
        let _ = self
            .cancelled
            .subscribe()
            .wait_for(|cancelled| *cancelled)
            .await;
    }
}
