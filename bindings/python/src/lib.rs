//! The native module of the Python package: glue between Python objects and the core, without rules of its own.
//!
//! Every method owns its arguments, releases the GIL, and runs a future of the core: blocking, or in the background
//! for an asyncio future. Nothing is made before it is needed, and a forked child makes everything anew.

mod client;
mod exit;
mod failure;
mod headers;
mod operations;
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
    use scalekit::schema::OPERATIONS;
    use scalekit::{API_VERSION, Class};

    #[pymodule_export]
    use crate::client::NativeClient;
    #[pymodule_export]
    use crate::headers::Headers;
    #[pymodule_export]
    use crate::operations::response_type;
    #[pymodule_export]
    use crate::sink::{Sink, Task};
    #[pymodule_export]
    use crate::tokens::generate_pkce;

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
