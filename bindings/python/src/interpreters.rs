//! The module works in one interpreter of a process.
//!
//! Its classes, and the Python functions that it caches, belong to the interpreter that loads it
//! first. In another one, an `except` clause would not match its exceptions. CPython rejects
//! interpreters with their own GIL, but not those that share it, as in `mod_wsgi`.

use pyo3::exceptions::PyImportError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

/// Returns an error if another interpreter has loaded the module.
pub(crate) fn check(py: Python<'_>) -> PyResult<()> {
    // Each interpreter has its own module `sys`. The reference prevents that a later one gets the
    // same address.
    static SYS: PyOnceLock<Py<PyModule>> = PyOnceLock::new();
    let sys = py.import(intern!(py, "sys"))?;
    if SYS.get_or_init(py, || sys.clone().unbind()).is(&sys) {
        return Ok(());
    }
    Err(PyImportError::new_err(
        "another interpreter of this process has loaded scalekit, which supports one interpreter; \
         run each application in its own process, or all in the main interpreter \
         (mod_wsgi: WSGIApplicationGroup %{GLOBAL})",
    ))
}
