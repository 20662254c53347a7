//! The native module of the Python package: glue between Python objects and the core, without rules of its own.
//!
//! Every method owns its arguments, releases the GIL, and runs a future of the core: blocking, or in the background
//! for an asyncio future. Nothing is made before it is needed, and a forked child makes everything anew.

mod client;
mod exit;
mod failure;
mod headers;
mod options;
mod process;
mod run;
mod sink;
mod text;
mod tokens;
mod urls;
mod value;
mod webhooks;

/// Private: use the clients of `scalekit`.
#[pyo3::pymodule]
mod _native {
    use pyo3::prelude::*;
    use pyo3::types::PyTuple;
    use scalekit::schema::{self, OPERATIONS};
    use scalekit::{API_VERSION, Class, Error};

    #[pymodule_export]
    use crate::client::NativeClient;
    #[pymodule_export]
    use crate::headers::Headers;
    #[pymodule_export]
    use crate::options::make_client;
    #[pymodule_export]
    use crate::sink::{Sink, Task};
    #[pymodule_export]
    use crate::tokens::generate_pkce;

    use crate::failure::Failure;

    /// The full name of an operation's response message.
    #[pyfunction]
    fn response_type(py: Python<'_>, operation: &str) -> PyResult<&'static str> {
        let found = schema::find(operation).map(|operation| operation.response);
        let unknown = || Error::invalid_argument(format!("there is no operation {operation:?}"));
        found.ok_or_else(|| Failure::Core(unknown()).into_exception(py))
    }

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        let py = module.py();
        crate::process::count_forks(py)?;
        crate::exit::wait_at_exit(py)?;
        module.add("__version__", env!("CARGO_PKG_VERSION"))?;
        module.add("API_VERSION", API_VERSION)?;
        module.add(
            "OPERATIONS",
            PyTuple::new(py, OPERATIONS.iter().map(|operation| operation.name))?,
        )?;
        module.add("EXCEPTIONS", PyTuple::new(py, Class::ALL.map(Class::name))?)?;
        Ok(())
    }
}
