//! The end of the interpreter. Waking an event loop runs Python code on a thread of the client, and that code may let go
//! of the GIL. Had the interpreter gone by the time it wants it back, CPython would end the thread in the midst of
//! Rust's frames, and the process with it. So Python's `atexit` waits until no such thread is left.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use pyo3::intern;
use pyo3::prelude::*;

/// Set once the interpreter is on its way out; the other bits count the threads that run Python code.
const CLOSED: usize = 1 << (usize::BITS - 1);

static STATE: AtomicUsize = AtomicUsize::new(0);

/// A loop that blocks in its wake-up for longer must not keep the process from ending.
const PATIENCE: Duration = Duration::from_secs(5);

/// Permission for a thread that is not Python's to run Python code.
pub(crate) struct Visit(());

impl Visit {
    /// `None` once the interpreter is on its way out.
    pub(crate) fn begin() -> Option<Self> {
        // Counted before looked at, so that whoever closes either sees this thread or is seen by it.
        let visit = Self(());
        (STATE.fetch_add(1, Ordering::SeqCst) & CLOSED == 0).then_some(visit)
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        STATE.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Whether the interpreter is on its way out.
pub(crate) fn is_closed() -> bool {
    STATE.load(Ordering::SeqCst) & CLOSED != 0
}

/// The threads of the parent are not in the child.
pub(crate) fn forked() {
    STATE.fetch_and(CLOSED, Ordering::SeqCst);
}

/// Has Python wait for the visits under way before it takes itself down. Hooks run last registered first, so those of
/// whoever loaded this module before come later, and must do without an event loop.
pub(crate) fn wait_at_exit(py: Python<'_>) -> PyResult<()> {
    #[pyfunction]
    fn close(py: Python<'_>) {
        STATE.fetch_or(CLOSED, Ordering::SeqCst);
        py.detach(|| {
            let start = Instant::now();
            while STATE.load(Ordering::SeqCst) != CLOSED && start.elapsed() < PATIENCE {
                thread::sleep(Duration::from_millis(1));
            }
        });
    }
    let atexit = py.import(intern!(py, "atexit"))?;
    let hook = wrap_pyfunction!(close, py)?;
    atexit.call_method1(intern!(py, "register"), (hook,)).map(drop)
}
