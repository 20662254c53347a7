//! Ids: a prefix and digits that grow with time.

use jiff::Timestamp;

/// 2020-01-01T00:00:00Z in milliseconds; ids made decades from now still have 18 digits.
const EPOCH: i64 = 1_577_836_800_000;

/// Ids in one millisecond.
const STEP: u64 = 1 << 20;

/// Makes ids. They grow even when the clock is put back.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ids {
    last: u64,
}

impl Ids {
    /// The number of the last id.
    pub(crate) fn last(&self) -> u64 {
        self.last
    }

    /// Makes only ids after this one.
    pub(crate) fn reserve(&mut self, last: u64) {
        self.last = self.last.max(last);
    }

    /// A new id, such as `org_225903114522624000`.
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
