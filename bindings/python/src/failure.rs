//! How a failure becomes a Python exception: field by field, never as a string.

use std::any::Any;

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use scalekit::{Error, ErrorKind};

use crate::value::to_python;

/// Why a native function failed.
pub(crate) enum Failure {
    /// The core says why.
    Core(Error),
    /// Python says why: a signal handler raised, as the one of Ctrl-C does.
    Python(PyErr),
    /// A fault of this library or of the machine.
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
    /// A panic, which is a fault in this library but must not take the user's process down.
    pub(crate) fn panic(payload: &(dyn Any + Send)) -> Self {
        let text = payload
            .downcast_ref::<&str>()
            .copied()
            .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
            .unwrap_or("unknown");
        Self::Internal(format!("internal error, please report it: {text}"))
    }

    /// The exception that Python code sees.
    pub(crate) fn into_exception(self, py: Python<'_>) -> PyErr {
        let made = match self {
            Self::Python(error) => return error,
            Self::Core(error) => from_core(py, &error),
            Self::Internal(message) => make(
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
        made.unwrap_or_else(|error| error)
    }
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
    make(
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

fn make<'py, A>(py: Python<'py>, arguments: A) -> PyResult<PyErr>
where
    A: pyo3::call::PyCallArgs<'py>,
{
    static FACTORY: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let factory = FACTORY.import(py, "scalekit.common.exceptions", "_from_native")?;
    let exception = factory.call1(arguments)?;
    if exception.is_none() {
        return Err(PyRuntimeError::new_err("no exception was made"));
    }
    Ok(PyErr::from_value(exception))
}
