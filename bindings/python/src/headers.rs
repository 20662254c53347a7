//! Response headers, converted on demand.

use pyo3::prelude::*;
use scalekit_bindings::call::{Response, headers};

/// The headers of a response.
#[pyclass(frozen, module = "scalekit._native")]
pub(crate) struct Headers(pub(crate) Response);

#[pymethods]
impl Headers {
    /// Returns lower-case names and values.
    fn items(&self) -> Vec<(&str, String)> {
        headers(&self.0)
    }
}
