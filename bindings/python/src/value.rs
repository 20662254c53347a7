//! Conversion of JSON to Python objects.

use pyo3::prelude::*;
use pythonize::Pythonizer;

use crate::failure::Result;

/// Builds Python objects directly from JSON text, without a tree of JSON values.
pub(crate) fn from_json(py: Python<'_>, json: &[u8]) -> Result<Py<PyAny>> {
    let mut reader = serde_json::Deserializer::from_slice(json);
    let object = serde_transcode::transcode(&mut reader, Pythonizer::new(py));
    Ok(object.map_err(PyErr::from)?.unbind())
}
