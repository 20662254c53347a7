//! Delivers results to an asyncio event loop.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pyo3::intern;
use pyo3::prelude::*;
use tokio::task::{AbortHandle, spawn_blocking};

use crate::failure::Result;
use crate::hooks;

/// The number of results to deliver before other callbacks of the event loop run.
const BATCH: usize = 32;

/// Creates the result of an asyncio future, or its exception.
type Completion = Box<dyn FnOnce(Python<'_>) -> Result<Py<PyAny>> + Send>;

/// The queue of results for one event loop. Results that arrive during a wake-up share it.
#[pyclass(frozen, module = "scalekit._native")]
pub(crate) struct Sink {
    shared: Arc<Shared>,
}

struct Shared {
    /// The loop's `call_soon_threadsafe`.
    call_soon: Py<PyAny>,
    queue: Mutex<Queue>,
}

impl Shared {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Default)]
struct Queue {
    completions: VecDeque<(Py<PyAny>, Completion)>,
    /// `true` from the wake-up of the loop until it drains the queue.
    drain_scheduled: bool,
}

/// An asyncio future without a result.
pub(crate) struct PendingFuture {
    shared: Arc<Shared>,
    future: Py<PyAny>,
}

#[pymethods]
impl Sink {
    #[new]
    fn new(call_soon: Py<PyAny>) -> Self {
        Self {
            shared: Arc::new(Shared {
                call_soon,
                queue: Mutex::default(),
            }),
        }
    }
}

impl Sink {
    /// Registers a future of the loop. Fails once the interpreter shuts down.
    pub(crate) fn register(&self, future: Py<PyAny>) -> Result<PendingFuture> {
        if hooks::GATE.is_closed() {
            return Err(hooks::shutting_down().into());
        }
        Ok(PendingFuture {
            shared: Arc::clone(&self.shared),
            future,
        })
    }
}

impl PendingFuture {
    /// Queues the result and wakes the loop, unless a wake-up is already scheduled.
    pub(crate) fn finish(self, completion: Completion) {
        let Self { shared, future } = self;
        let schedule = {
            let mut queue = shared.queue();
            queue.completions.push_back((future, completion));
            !std::mem::replace(&mut queue.drain_scheduled, true)
        };
        if schedule {
            // On another thread, because waiting for the GIL would block a thread that drives
            // sockets.
            spawn_blocking(move || {
                let pass = hooks::GATE.pass();
                if pass.is_some() {
                    Python::try_attach(|py| schedule_drain(py, &shared));
                }
            });
        }
    }
}

fn schedule_drain(py: Python<'_>, shared: &Arc<Shared>) {
    let drain = Drain {
        shared: Arc::clone(shared),
    };
    // A closed loop raises an exception. Its futures are gone, so their results are dropped.
    if shared.call_soon.call1(py, (drain,)).is_err() {
        let completions = std::mem::take(&mut *shared.queue());
        drop(completions);
    }
}

/// The callback that the loop runs to set results.
#[pyclass(frozen, module = "scalekit._native")]
struct Drain {
    shared: Arc<Shared>,
}

#[pymethods]
impl Drain {
    fn __call__(&self, py: Python<'_>) -> PyResult<()> {
        let (completions, more) = {
            let mut queue = self.shared.queue();
            let count = queue.completions.len().min(BATCH);
            let completions: Vec<_> = queue.completions.drain(..count).collect();
            queue.drain_scheduled = !queue.completions.is_empty();
            (completions, queue.drain_scheduled)
        };
        if more {
            schedule_drain(py, &self.shared);
        }
        for (future, completion) in completions {
            let future = future.bind(py);
            if future.call_method0(intern!(py, "done"))?.is_truthy()? {
                continue;
            }
            match completion(py) {
                Ok(value) => future.call_method1(intern!(py, "set_result"), (value,))?,
                Err(error) => {
                    let exception = PyErr::from(error).into_value(py);
                    future.call_method1(intern!(py, "set_exception"), (exception,))?
                }
            };
        }
        Ok(())
    }
}

/// A call that runs in the background.
#[pyclass(frozen, module = "scalekit._native")]
pub(crate) struct Task(pub(crate) AbortHandle);

#[pymethods]
impl Task {
    /// Drops the request and its connection. Has no effect on a finished call.
    fn cancel(&self) {
        self.0.abort();
    }
}
