//! The native module of the Python package. It converts between Python objects and the core and
//! contains no business rules.
//!
//! Methods copy their arguments, release the GIL, and run a future of the core: blocking, or in the
//! background for an asyncio future. The runtime is created lazily, and again in a forked child.

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

/// The Rust core. This module is private: use the clients of `scalekit`.
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
