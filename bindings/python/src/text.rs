//! Conversion of Python strings.

use std::borrow::Cow;

use pyo3::prelude::*;
use pyo3::types::PyString;

/// The problem of a string that cannot be sent.
pub(crate) const LONE_SURROGATE: &str = "contains a lone surrogate";

/// Returns the text of a string, borrowed if possible.
///
/// Lone surrogates become U+FFFD. Verification then rejects the text like any other wrong value.
pub(crate) fn lossy<'a>(text: &'a Bound<'_, PyString>) -> Cow<'a, str> {
    match text.to_str() {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => text.to_string_lossy(),
    }
}

/// Returns the name of an object's type for error messages, which must not contain the value.
pub(crate) fn type_name(object: &Bound<'_, PyAny>) -> Cow<'static, str> {
    if object.is_exact_instance_of::<PyString>() {
        return "str".into();
    }
    let name = object.get_type().name();
    name.map_or("unknown".into(), |name| lossy(&name).into_owned().into())
}
