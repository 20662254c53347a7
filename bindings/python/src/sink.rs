//! Brings answers to an asyncio event loop.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use pyo3::intern;
use pyo3::prelude::*;
use tokio::task::{AbortHandle, spawn_blocking};

use crate::exit::{self, Visit};
use crate::failure::Failure;

/// So many answers are handed over before the loop gets its turn again.
const BATCH: usize = 32;

/// Makes the value of a future, or the exception.
type Outcome = Box<dyn FnOnce(Python<'_>) -> PyResult<Py<PyAny>> + Send>;

/// The answers for one event loop. Answers that come while the loop is being woken share that wake-up.
#[pyclass(frozen, module = "scalekit._native")]
pub(crate) struct Sink {
    shared: Arc<Shared>,
}

struct Shared {
    /// The loop's `call_soon_threadsafe`.
    call_soon: Py<PyAny>,
    queue: Mutex<Queue>,
}

#[derive(Default)]
struct Queue {
    answers: VecDeque<(Py<PyAny>, Outcome)>,
    /// The loop has been told to fetch answers and has not come yet.
    called: bool,
}

/// An asyncio future that waits for its answer.
pub(crate) struct Waiting {
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
    /// Refuses when nobody could bring the answer any more.
    pub(crate) fn expect(&self, future: Py<PyAny>) -> Result<Waiting, Failure> {
        if exit::is_closed() {
            return Err(Failure::Internal("the interpreter is shutting down".into()));
        }
        Ok(Waiting {
            shared: Arc::clone(&self.shared),
            future,
        })
    }
}

impl Waiting {
    /// Queues the answer and wakes the loop if nobody did yet.
    pub(crate) fn finish(self, outcome: Outcome) {
        let Self { shared, future } = self;
        let call = {
            let mut queue = shared.queue.lock().unwrap_or_else(PoisonError::into_inner);
            queue.answers.push_back((future, outcome));
            !std::mem::replace(&mut queue.called, true)
        };
        if call {
            // Waiting for the GIL would hold up a thread that serves sockets.
            spawn_blocking(move || {
                // There is no interpreter to tell while it shuts down.
                let visit = Visit::begin();
                if visit.is_some() {
                    Python::try_attach(|py| call_drain(py, &shared));
                }
            });
        }
    }
}

fn call_drain(py: Python<'_>, shared: &Arc<Shared>) {
    let drain = Drain {
        shared: Arc::clone(shared),
    };
    // A closed loop refuses; whoever waited on it is gone.
    if shared.call_soon.call1(py, (drain,)).is_err() {
        let answers = std::mem::take(&mut *shared.queue.lock().unwrap_or_else(PoisonError::into_inner));
        drop(answers);
    }
}

/// What the loop calls to fetch answers.
#[pyclass(frozen, module = "scalekit._native")]
struct Drain {
    shared: Arc<Shared>,
}

#[pymethods]
impl Drain {
    fn __call__(&self, py: Python<'_>) -> PyResult<()> {
        let (answers, more) = {
            let mut queue = self.shared.queue.lock().unwrap_or_else(PoisonError::into_inner);
            let count = queue.answers.len().min(BATCH);
            let answers: Vec<_> = queue.answers.drain(..count).collect();
            queue.called = !queue.answers.is_empty();
            (answers, queue.called)
        };
        if more {
            call_drain(py, &self.shared);
        }
        for (future, outcome) in answers {
            let future = future.bind(py);
            if future.call_method0(intern!(py, "done"))?.is_truthy()? {
                continue;
            }
            match outcome(py) {
                Ok(value) => future.call_method1(intern!(py, "set_result"), (value,))?,
                Err(error) => future.call_method1(intern!(py, "set_exception"), (error.into_value(py),))?,
            };
        }
        Ok(())
    }
}

/// A call in the background.
#[pyclass(frozen, module = "scalekit._native")]
pub(crate) struct Task {
    handle: AbortHandle,
}

impl Task {
    pub(crate) fn new(handle: AbortHandle) -> Self {
        Self { handle }
    }
}

#[pymethods]
impl Task {
    /// Drops the request and its connection; without effect on a call that is done.
    fn cancel(&self) {
        self.handle.abort();
    }
}
