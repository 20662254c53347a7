//! Ids: a prefix followed by an increasing number.

use jiff::Timestamp;

/// 2020-01-01T00:00:00Z in milliseconds. With this epoch, ids have 18 digits for decades.
const EPOCH: i64 = 1_577_836_800_000;

/// The number of ids per millisecond.
const STEP: u64 = 1 << 20;

/// A generator of increasing ids. Ids increase even if the clock is set back.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ids {
    last: u64,
}

impl Ids {
    /// Returns the number of the last id.
    pub(crate) fn last(&self) -> u64 {
        self.last
    }

    /// Ensures that all new ids are greater than `last`.
    pub(crate) fn reserve(&mut self, last: u64) {
        self.last = self.last.max(last);
    }

    /// Returns a new id, such as `org_225903114522624000`.
    pub(crate) fn next(&mut self, prefix: &str) -> String {
        let elapsed = u64::try_from(Timestamp::now().as_millisecond() - EPOCH).unwrap_or_default();
        self.last = (self.last + 1).max(elapsed.saturating_mul(STEP));
        format!("{prefix}_{}", self.last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_grow_and_fit_the_schema() {
        let mut ids = Ids::default();
        let mut last = ids.next("usr");
        for _ in 0..5000 {
            let next = ids.next("usr");
            assert!(next > last && next.len() == last.len(), "{last} {next}");
            last = next;
        }
        assert!((15..=20).contains(&(last.len() - 4)), "{last}");
    }
}
