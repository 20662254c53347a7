//! Counting forks, after which a process needs its own threads and connections.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use scalekit_bindings::process;

use crate::exit;

/// Registers a hook that counts forks. Platforms without `os.register_at_fork` do not fork.
pub(crate) fn count_forks(py: Python<'_>) -> PyResult<()> {
    #[pyfunction]
    fn after_fork() {
        process::after_fork();
        exit::reset_after_fork();
    }
    let os = py.import(intern!(py, "os"))?;
    let Some(register) = os.getattr_opt(intern!(py, "register_at_fork"))? else {
        return Ok(());
    };
    let hook = PyDict::new(py);
    hook.set_item("after_in_child", wrap_pyfunction!(after_fork, py)?)?;
    register.call((), Some(&hook)).map(drop)
}
