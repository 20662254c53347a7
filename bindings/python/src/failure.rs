//! Conversion of errors to Python exceptions, field by field.

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pythonize::pythonize;
use scalekit_bindings::language::PYTHON;
use scalekit_bindings::{BindingError, Error, Failure};

/// The result of a native function.
pub(crate) type Result<T, E = Raised> = std::result::Result<T, E>;

/// An error of a native function.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Raised {
    /// An error of the client.
    #[error(transparent)]
    Native(#[from] BindingError),
    /// An exception of Python code, such as a signal handler's `KeyboardInterrupt`.
    #[error(transparent)]
    Python(#[from] PyErr),
}

impl From<Error> for Raised {
    fn from(error: Error) -> Self {
        Self::Native(error.into())
    }
}

impl From<Raised> for PyErr {
    fn from(error: Raised) -> Self {
        match error {
            Raised::Python(error) => error,
            Raised::Native(error) => {
                let failure = Failure::new(&error, &PYTHON);
                Python::attach(|py| exception(py, &failure)).unwrap_or_else(Self::from)
            }
        }
    }
}

/// An invalid argument. The message is Python's, such as `headers must be a mapping of str to str`.
pub(crate) fn invalid_argument(message: impl Into<String>) -> Raised {
    Error::invalid_argument(message.into()).into()
}

/// Calls the Python function that creates exceptions.
fn exception(py: Python<'_>, failure: &Failure) -> Result<PyErr> {
    static FACTORY: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let details = pythonize(py, &failure.details).map_err(PyErr::from)?;
    let error_code = failure.error_code.as_deref();
    let status = failure.status;
    let server = status.map(|(status, code)| (status, code.name(), error_code, details));
    let factory = FACTORY.import(py, "scalekit.common.exceptions", "_from_native")?;
    let exception = factory.call1((
        failure.exception.name(),
        &failure.message,
        failure.operation,
        failure.request_id.as_deref(),
        failure.retryable,
        server,
    ))?;
    if exception.is_none() {
        return Err(PyRuntimeError::new_err("the exception could not be created").into());
    }
    Ok(PyErr::from_value(exception))
}
