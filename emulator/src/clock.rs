//! The emulator's time: the machine's, shifted as far as a test asks.

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};

/// The years 1 and 9900, in seconds since 1970: the times of the API end with the year 9999.
const EARLIEST: i64 = -62_135_596_800;
const LATEST: i64 = 250_246_627_200;

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

    /// Moves the clock; answers whether it can go there, with room for what is yet to expire.
    pub(crate) fn set_shift(&self, shift: SignedDuration) -> bool {
        let shifted = Timestamp::now().checked_add(shift);
        let fits = shifted.is_ok_and(|now| (EARLIEST..LATEST).contains(&now.as_second()));
        let milliseconds = i64::try_from(shift.as_millis()).ok().filter(|_| fits);
        if let Some(milliseconds) = milliseconds {
            self.shift.store(milliseconds, Ordering::Relaxed);
        }
        milliseconds.is_some()
    }
}
