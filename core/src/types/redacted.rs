//! `Debug` output of secret fields.

use std::fmt;

/// Shows only whether `value` is set.
pub(crate) fn redacted<T: Default + PartialEq>(value: &T) -> impl fmt::Debug + use<T> {
    Redacted {
        set: *value != T::default(),
    }
}

struct Redacted {
    set: bool,
}

impl fmt::Debug for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.set { "[redacted]" } else { "[unset]" })
    }
}
