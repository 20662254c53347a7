//! Runs futures of the core: blocking with the GIL released, or in the background for an asyncio
//! future.

use std::future::Future;
use std::panic::{self, AssertUnwindSafe};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use pyo3::prelude::*;
use scalekit::Error;
use tokio::runtime::Handle;

use crate::failure::{Failure, OrRaise};
use crate::process::{generation, with_runtime};
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
) -> PyResult<Py<PyAny>>
where
    T: Send + 'static,
    F: Future<Output = Result<T, Error>> + Send + 'static,
    C: FnOnce(Python<'_>, T) -> PyResult<Py<PyAny>> + Send + 'static,
{
    let handle = with_runtime(|runtime| runtime.handle().clone()).or_raise(py)?;
    let Some((sink, asyncio_future)) = target else {
        let value = py.detach(|| block(&handle, future)).or_raise(py)?;
        return convert(py, value);
    };
    let pending = sink.register(asyncio_future).or_raise(py)?;
    let task = handle.spawn(async move {
        let result = match AssertUnwindSafe(future).catch_unwind().await {
            Ok(result) => result.map_err(Failure::Core),
            Err(payload) => Err(Failure::panic(&*payload)),
        };
        pending.finish(Box::new(move |py| convert(py, result.or_raise(py)?)));
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
fn block<T>(handle: &Handle, future: impl Future<Output = Result<T, Error>>) -> Result<T, Failure> {
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
            match panic::catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(&mut context))) {
                Ok(Poll::Ready(result)) => return result.map_err(Failure::Core),
                Ok(Poll::Pending) => {}
                Err(payload) => return Err(Failure::panic(&*payload)),
            }
        }
        let remaining = next_check.saturating_duration_since(Instant::now());
        if remaining.is_zero() {
            let Some(signals) = Python::try_attach(|py| py.check_signals()) else {
                return Err(Failure::Internal("the interpreter is shutting down".into()));
            };
            signals?;
            if generation() != start_generation {
                return Err(Failure::Internal(
                    "the process was forked by a signal handler during the call".into(),
                ));
            }
            next_check = Instant::now() + SIGNAL_CHECK_INTERVAL;
        } else if !thread_waker.woken.load(Ordering::Acquire) {
            thread::park_timeout(remaining);
        }
    }
}
