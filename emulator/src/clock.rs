//! The emulator's time: the machine's, shifted as far as a test asks.

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};

/// A clock that can be put forward and back.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    /// Milliseconds added to the machine's time.
    shift: AtomicI64,
}

impl Clock {
    pub(crate) fn now(&self) -> Timestamp {
        let now = Timestamp::now();
        now.checked_add(self.shift()).unwrap_or(now)
    }

    pub(crate) fn shift(&self) -> SignedDuration {
        SignedDuration::from_millis(self.shift.load(Ordering::Relaxed))
    }

    pub(crate) fn set_shift(&self, shift: SignedDuration) {
        self.shift.store(
            i64::try_from(shift.as_millis()).unwrap_or_default(),
            Ordering::Relaxed,
        );
    }
}
