//! Text that must not be seen.

use std::fmt;

use bytes::Bytes;
use zeroize::Zeroizing;

/// A secret: wiped from memory when dropped, never shown by `Debug`, compared nowhere.
///
/// ```
/// let secret = scalekit::Secret::from("s3cret");
/// assert_eq!(format!("{secret:?}"), "[redacted]");
/// assert_eq!(secret.expose(), "s3cret");
/// ```
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// The secret itself. The name is there to be noticed in a review.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// Text on its way out, wiped when the last one that holds it lets go.
pub(crate) fn wiped(text: String) -> Bytes {
    Bytes::from_owner(Zeroizing::new(text.into_bytes()))
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}
