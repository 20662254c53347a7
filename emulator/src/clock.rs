//! The emulator's clock: the system time plus an offset that tests can set.

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};

/// The allowed range in Unix seconds: from year 1 to year 9900. API timestamps end with year 9999,
/// so this leaves room for expiry times.
const EARLIEST: i64 = -62_135_596_800;
const LATEST: i64 = 250_246_627_200;

/// A clock that can be moved forward and back.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    /// The offset to the system time, in milliseconds.
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

    /// Sets the offset. Returns `false` if the resulting time is out of range.
    pub(crate) fn set_shift(&self, shift: SignedDuration) -> bool {
        let shifted = Timestamp::now().checked_add(shift);
        let in_range = shifted.is_ok_and(|now| (EARLIEST..LATEST).contains(&now.as_second()));
        let milliseconds = i64::try_from(shift.as_millis()).ok().filter(|_| in_range);
        if let Some(milliseconds) = milliseconds {
            self.shift.store(milliseconds, Ordering::Relaxed);
        }
        milliseconds.is_some()
    }
}
