//! The native module of the Python package. It converts between Python objects and the core and
//! contains no business rules.
//!
//! Methods copy their arguments, release the GIL, and run a future of the core: blocking, or in the
//! background for an asyncio future. The runtime is created lazily, and again in a forked child.

mod client;
mod failure;
mod hooks;
mod interpreters;
mod options;
mod run;
mod sink;
mod text;
mod tokens;
mod urls;
mod value;
mod web_auth;
mod webhooks;

/// The Rust core. This module is private: use the clients of `scalekit`.
// It has not been tested without the GIL. A free-threaded interpreter turns the GIL on.
#[pyo3::pymodule(gil_used = true)]
mod _native {
    use pyo3::prelude::*;
    use pyo3::types::{IntoPyDict, PyTuple};
    use scalekit_bindings::exceptions::Exception;
    use scalekit_bindings::language::PYTHON;
    use scalekit_bindings::options::{defaults, min_keepalive_interval, variables};
    use scalekit_bindings::{API_VERSION, VERSION, call};

    #[pymodule_export]
    use crate::client::{CallRecording, Headers, NativeClient, StreamedResponse};
    use crate::failure::Result;
    #[pymodule_export]
    use crate::sink::{Sink, Task};
    #[pymodule_export]
    use crate::tokens::generate_pkce;
    #[pymodule_export]
    use crate::web_auth::{WebAuth, WebAuthFlow, web_auth_tool};
    #[pymodule_export]
    use crate::webhooks::is_signature_header;

    /// Returns the full name of an operation's response message.
    #[pyfunction]
    fn response_type(operation: &str) -> Result<&'static str> {
        Ok(call::response_type(operation)?)
    }

    /// Returns the environment URL, the client id and the client secret. `variable` returns the
    /// value of an environment variable.
    #[pyfunction]
    fn credentials<'py>(variable: &Bound<'py, PyAny>) -> Result<[Bound<'py, PyAny>; 3]> {
        let read = |name: &str| {
            let value = variable.call1((name,)).ok()?;
            value.is_truthy().ok()?.then_some(value)
        };
        Ok(variables::credentials(read)?)
    }

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        let py = module.py();
        crate::interpreters::check(py)?;
        crate::hooks::count_forks(py)?;
        crate::hooks::wait_at_exit(py)?;
        module.add("__version__", VERSION)?;
        module.add("API_VERSION", API_VERSION)?;
        module.add("OPERATIONS", PyTuple::new(py, call::operations())?)?;
        module.add("EXCEPTIONS", Exception::table().into_py_dict(py)?)?;
        module.add("MIN_KEEPALIVE_TIME_MS", min_keepalive_interval(&PYTHON))?;
        module.add("VARIABLES", variables::CREDENTIALS.map(<[_]>::to_vec))?;
        module.add("DEFAULTS", defaults(&PYTHON).into_py_dict(py)?)
    }
}
