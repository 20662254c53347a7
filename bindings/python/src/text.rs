//! Python strings as text.

use std::borrow::Cow;

use pyo3::prelude::*;
use pyo3::types::PyString;

/// The text of a string without a copy. A lone surrogate, which no text has, becomes U+FFFD, so that whatever reads it
/// refuses it for its own reasons.
pub(crate) fn lossy<'a>(text: &'a Bound<'_, PyString>) -> Cow<'a, str> {
    match text.to_str() {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => text.to_string_lossy(),
    }
}

/// The name of an object's type, for messages; the value itself may be a secret.
pub(crate) fn type_name(object: &Bound<'_, PyAny>) -> String {
    let name = object.get_type().name();
    name.map_or_else(|_| "something else".to_owned(), |name| lossy(&name).into_owned())
}
