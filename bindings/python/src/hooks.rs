//! Hooks for the shutdown of the interpreter, and for forks.
//!
//! Waking an event loop runs Python code on a thread of the client. That code may release the GIL.
//! If the interpreter has been finalized when the thread requests the GIL again, CPython ends the
//! thread inside of Rust frames, which aborts the process. An `atexit` hook therefore waits until
//! no such thread is left.

use std::time::Duration;

use pyo3::prelude::*;
use pyo3::types::IntoPyDict;
use scalekit_bindings::gate::Gate;
use scalekit_bindings::{BindingError, process};

/// Threads of the client pass it before they run Python code.
pub(crate) static GATE: Gate = Gate::open();

/// The maximum wait. An event loop with a blocking wake-up must not prevent the exit.
const TIMEOUT: Duration = Duration::from_secs(5);

/// The error of calls during the shutdown.
pub(crate) fn shutting_down() -> BindingError {
    BindingError::internal("the interpreter is shutting down")
}

/// Registers the `atexit` hook.
///
/// Hooks run in reverse order of registration. Hooks that were registered before this module was
/// loaded run later and cannot use an event loop.
pub(crate) fn wait_at_exit(py: Python<'_>) -> PyResult<()> {
    #[pyfunction]
    fn close(py: Python<'_>) {
        // Python 3.11 and older call the hooks of another interpreter after the main one has begun
        // to finalize. A thread that releases the GIL then never gets it back.
        if !GATE.close(Duration::ZERO) {
            py.detach(|| GATE.close(TIMEOUT));
        }
    }
    let hook = wrap_pyfunction!(close, py)?;
    let atexit = py.import("atexit")?;
    atexit.call_method1("register", (hook,)).map(drop)
}

/// Registers a hook that counts forks, after which a process needs its own threads and connections.
/// Platforms without `os.register_at_fork` do not fork.
pub(crate) fn count_forks(py: Python<'_>) -> PyResult<()> {
    #[pyfunction]
    fn after_fork() {
        process::after_fork();
        GATE.reset_after_fork();
    }
    let Some(register) = py.import("os")?.getattr_opt("register_at_fork")? else {
        return Ok(());
    };
    let hook = [("after_in_child", wrap_pyfunction!(after_fork, py)?)];
    register.call((), Some(&hook.into_py_dict(py)?)).map(drop)
}
