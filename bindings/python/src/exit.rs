//! Waits at interpreter shutdown for threads of the client that run Python code.
//!
//! Waking an event loop runs Python code on a thread of the client. That code may release the GIL.
//! If the interpreter has been finalized when the thread requests the GIL again, CPython ends the
//! thread inside of Rust frames, which aborts the process. An `atexit` hook therefore waits until
//! no such thread is left.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use pyo3::intern;
use pyo3::prelude::*;
use scalekit_bindings::BindingError;

/// The bit that is set once the interpreter shuts down. The other bits count the [`PythonGuard`]s.
const CLOSED: usize = 1 << (usize::BITS - 1);

static STATE: AtomicUsize = AtomicUsize::new(0);

/// The maximum wait. An event loop with a blocking wake-up must not prevent the exit.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Permission for a thread of the client to run Python code.
pub(crate) struct PythonGuard(());

impl PythonGuard {
    /// Returns `None` once the interpreter shuts down.
    pub(crate) fn acquire() -> Option<Self> {
        // The count is incremented before the bit is read: either this thread reads the bit, or the
        // hook sees the count. Dropping the guard decrements it again.
        let guard = Self(());
        (STATE.fetch_add(1, Ordering::SeqCst) & CLOSED == 0).then_some(guard)
    }
}

impl Drop for PythonGuard {
    fn drop(&mut self) {
        STATE.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Returns `true` once the interpreter shuts down.
pub(crate) fn is_closed() -> bool {
    STATE.load(Ordering::SeqCst) & CLOSED != 0
}

/// The error of calls during the shutdown.
pub(crate) fn shutting_down() -> BindingError {
    BindingError::internal("the interpreter is shutting down")
}

/// Resets the count in a forked child, where the threads of the parent do not exist.
pub(crate) fn reset_after_fork() {
    STATE.fetch_and(CLOSED, Ordering::SeqCst);
}

/// Registers the `atexit` hook.
///
/// Hooks run in reverse order of registration. Hooks that were registered before this module was
/// loaded run later and cannot use an event loop.
pub(crate) fn wait_at_exit(py: Python<'_>) -> PyResult<()> {
    #[pyfunction]
    fn close(py: Python<'_>) {
        STATE.fetch_or(CLOSED, Ordering::SeqCst);
        py.detach(|| {
            let start = Instant::now();
            while STATE.load(Ordering::SeqCst) != CLOSED && start.elapsed() < TIMEOUT {
                thread::sleep(Duration::from_millis(1));
            }
        });
    }
    let atexit = py.import(intern!(py, "atexit"))?;
    let hook = wrap_pyfunction!(close, py)?;
    atexit
        .call_method1(intern!(py, "register"), (hook,))
        .map(drop)
}
