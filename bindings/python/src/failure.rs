//! Conversion of errors to Python exceptions, field by field.

use std::any::Any;

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use scalekit::{Error, ErrorKind};

use crate::value::to_python;

/// An error of a native function.
pub(crate) enum Failure {
    /// An error of the core.
    Core(Error),
    /// An exception of Python code, such as a signal handler's `KeyboardInterrupt`.
    Python(PyErr),
    /// A bug in this library or an error of the operating system.
    Internal(String),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Core(error)
    }
}

impl From<PyErr> for Failure {
    fn from(error: PyErr) -> Self {
        Self::Python(error)
    }
}

impl Failure {
    /// Converts the payload of a panic. A panic is a bug in this library, but it must not end the
    /// user's process.
    pub(crate) fn panic(payload: &(dyn Any + Send)) -> Self {
        let text = payload
            .downcast_ref::<&str>()
            .copied()
            .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
            .unwrap_or("unknown");
        Self::Internal(format!("internal error, please report it: {text}"))
    }

    /// Converts the error to the exception that Python code sees.
    pub(crate) fn into_exception(self, py: Python<'_>) -> PyErr {
        let exception = match self {
            Self::Python(error) => return error,
            Self::Core(error) => from_core(py, &error),
            Self::Internal(message) => build(
                py,
                (
                    "ScalekitException",
                    message,
                    None::<&str>,
                    None::<&str>,
                    false,
                    None::<()>,
                ),
            ),
        };
        exception.unwrap_or_else(|error| error)
    }
}

/// Converts the error of a result to a Python exception.
pub(crate) trait OrRaise<T> {
    /// Returns the value, or the exception for the error.
    fn or_raise(self, py: Python<'_>) -> PyResult<T>;
}

impl<T, E: Into<Failure>> OrRaise<T> for Result<T, E> {
    fn or_raise(self, py: Python<'_>) -> PyResult<T> {
        self.map_err(|error| error.into().into_exception(py))
    }
}

/// Creates the exception for an invalid argument.
pub(crate) fn invalid_argument(py: Python<'_>, message: String) -> PyErr {
    Failure::Core(Error::invalid_argument(message)).into_exception(py)
}

fn from_core(py: Python<'_>, error: &Error) -> PyResult<PyErr> {
    let name = match error.kind() {
        ErrorKind::Config | ErrorKind::InvalidArgument => "ScalekitArgumentException",
        _ => error.class().name(),
    };
    let server = match (error.http_status(), error.grpc_code()) {
        (Some(status), Some(code)) => Some((
            status,
            code.name(),
            error.error_code(),
            to_python(py, error.details())?,
        )),
        _ => None,
    };
    build(
        py,
        (
            name,
            error.message(),
            error.operation(),
            error.request_id(),
            error.retryable(),
            server,
        ),
    )
}

/// Calls the Python function that creates exceptions.
fn build<'py, A>(py: Python<'py>, arguments: A) -> PyResult<PyErr>
where
    A: pyo3::call::PyCallArgs<'py>,
{
    static FACTORY: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let factory = FACTORY.import(py, "scalekit.common.exceptions", "_from_native")?;
    let exception = factory.call1(arguments)?;
    if exception.is_none() {
        return Err(PyRuntimeError::new_err(
            "the exception could not be created",
        ));
    }
    Ok(PyErr::from_value(exception))
}
