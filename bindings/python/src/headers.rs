//! Response headers, converted on demand.

use pyo3::prelude::*;
use scalekit::Response;

/// The headers of a response.
#[pyclass(frozen, module = "scalekit._native")]
pub(crate) struct Headers {
    response: Response,
}

impl Headers {
    /// Creates the headers of a response. The body may be moved out before.
    pub(crate) fn new(response: Response) -> Self {
        Self { response }
    }
}

#[pymethods]
impl Headers {
    /// Returns lower-case names and values.
    fn items(&self) -> Vec<(&str, String)> {
        let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
        self.response
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), text(value.as_bytes())))
            .collect()
    }
}
