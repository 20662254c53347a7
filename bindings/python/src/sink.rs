//! Delivers results to an asyncio event loop.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

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
    /// The loop's `call_soon_threadsafe`.
    call_soon: Py<PyAny>,
    queue: Mutex<Queue>,
}

#[derive(Default)]
struct Queue {
    completions: VecDeque<(Py<PyAny>, Completion)>,
    /// `true` from the wake-up of the loop until it drains the queue.
    drain_scheduled: bool,
}

/// An asyncio future without a result.
pub(crate) struct PendingFuture {
    sink: Py<Sink>,
    future: Py<PyAny>,
}

#[pymethods]
impl Sink {
    #[new]
    fn new(call_soon: Py<PyAny>) -> Self {
        Self {
            call_soon,
            queue: Mutex::default(),
        }
    }

    /// Sets results. The loop calls it.
    fn drain(self_: &Bound<'_, Self>) -> PyResult<()> {
        let py = self_.py();
        let (completions, more) = {
            let mut queue = self_.get().queue();
            let count = queue.completions.len().min(BATCH);
            let completions: Vec<_> = queue.completions.drain(..count).collect();
            queue.drain_scheduled = !queue.completions.is_empty();
            (completions, queue.drain_scheduled)
        };
        if more {
            Self::schedule_drain(self_);
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

impl Sink {
    /// Registers a future of the loop. Fails once the interpreter shuts down.
    pub(crate) fn register(sink: Py<Self>, future: Py<PyAny>) -> Result<PendingFuture> {
        if hooks::GATE.is_closed() {
            return Err(hooks::shutting_down().into());
        }
        Ok(PendingFuture { sink, future })
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn schedule_drain(self_: &Bound<'_, Self>) {
        let drain = self_.getattr(intern!(self_.py(), "drain"));
        let scheduled = drain.and_then(|drain| self_.get().call_soon.call1(self_.py(), (drain,)));
        // A closed loop raises an exception. Its futures are gone, so their results are dropped.
        if scheduled.is_err() {
            let completions = std::mem::take(&mut *self_.get().queue());
            drop(completions);
        }
    }
}

impl PendingFuture {
    /// Queues the result and wakes the loop, unless a wake-up is already scheduled.
    pub(crate) fn finish(self, completion: Completion) {
        let Self { sink, future } = self;
        let schedule = {
            let mut queue = sink.get().queue();
            queue.completions.push_back((future, completion));
            !std::mem::replace(&mut queue.drain_scheduled, true)
        };
        if schedule {
            // On another thread, because waiting for the GIL would block a thread that drives
            // sockets.
            spawn_blocking(move || {
                let pass = hooks::GATE.pass();
                if pass.is_some() {
                    Python::try_attach(|py| Sink::schedule_drain(sink.bind(py)));
                }
            });
        }
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
