//! Runs futures of the core: blocking with the GIL released, or in the background for an asyncio
//! future.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use pyo3::prelude::*;
use scalekit_bindings::process::{generation, with_runtime};
use scalekit_bindings::{BindingError, Error, guard};
use tokio::runtime::Handle;

use crate::exit;
use crate::failure::Result;
use crate::sink::{Sink, Task};

/// The interval between checks for signals, such as Ctrl-C, during a blocking call.
const SIGNAL_CHECK_INTERVAL: Duration = Duration::from_millis(50);

/// The sink of an event loop, and an asyncio future of that loop.
pub(crate) type Target<'py> = (PyRef<'py, Sink>, Py<PyAny>);

/// Runs `future` and converts its result.
///
/// Without a `target`, blocks until the result is available. With a `target`, returns a [`Task`]
/// and sets the result of the asyncio future later.
pub(crate) fn run<T, F, C>(
    py: Python<'_>,
    target: Option<Target<'_>>,
    future: F,
    convert: C,
) -> Result<Py<PyAny>>
where
    T: Send + 'static,
    F: Future<Output = Result<T, Error>> + Send + 'static,
    C: FnOnce(Python<'_>, T) -> Result<Py<PyAny>> + Send + 'static,
{
    let handle = with_runtime(Handle::clone)?;
    let Some((sink, asyncio_future)) = target else {
        return convert(py, py.detach(|| block(&handle, future))?);
    };
    let pending = sink.register(asyncio_future)?;
    let task = handle.spawn(async move {
        let result = guard::run_async(future).await;
        pending.finish(Box::new(move |py| convert(py, result?)));
    });
    Ok(Task::new(task.abort_handle())
        .into_pyobject(py)?
        .into_any()
        .unbind())
}

/// Wakes the polling thread.
struct ThreadWaker {
    thread: Thread,
    woken: AtomicBool,
}

impl Wake for ThreadWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.woken.store(true, Ordering::Release);
        self.thread.unpark();
    }
}

/// Polls `future` on this thread, while the threads of the runtime drive the sockets.
///
/// `Runtime::block_on` is not used: a signal handler that runs during the call may make a call too,
/// and tokio does not allow a nested `block_on`.
fn block<T>(handle: &Handle, future: impl Future<Output = Result<T, Error>>) -> Result<T> {
    let thread_waker = Arc::new(ThreadWaker {
        thread: thread::current(),
        woken: AtomicBool::new(true),
    });
    let waker = Waker::from(Arc::clone(&thread_waker));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    let start_generation = generation();
    let mut next_check = Instant::now() + SIGNAL_CHECK_INTERVAL;
    loop {
        if thread_waker.woken.swap(false, Ordering::Acquire) {
            let _entered = handle.enter();
            let poll = || Ok::<_, BindingError>(future.as_mut().poll(&mut context));
            if let Poll::Ready(result) = guard::run(poll)? {
                return Ok(result?);
            }
        }
        let remaining = next_check.saturating_duration_since(Instant::now());
        if remaining.is_zero() {
            let Some(signals) = Python::try_attach(|py| py.check_signals()) else {
                return Err(exit::shutting_down().into());
            };
            signals?;
            if generation() != start_generation {
                let message = "the process was forked by a signal handler during the call";
                return Err(BindingError::internal(message).into());
            }
            next_check = Instant::now() + SIGNAL_CHECK_INTERVAL;
        } else if !thread_waker.woken.load(Ordering::Acquire) {
            thread::park_timeout(remaining);
        }
    }
}
