//! Runs the core's futures for Python: blocking with the GIL released, or for an asyncio future.

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

/// How long a blocking call goes without looking for signals, Ctrl-C above all.
const TICK: Duration = Duration::from_millis(50);

/// An asyncio future, and the sink through which its event loop gets answers.
pub(crate) type Target<'py> = (PyRef<'py, Sink>, Py<PyAny>);

/// Runs `future` to its end: blocking, or for `target` in the background, in which case the answer is a [`Task`].
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
    let Some((sink, waiting)) = target else {
        let value = py.detach(|| block(&handle, future)).or_raise(py)?;
        return convert(py, value);
    };
    let waiting = sink.expect(waiting).or_raise(py)?;
    let task = handle.spawn(async move {
        let outcome = match AssertUnwindSafe(future).catch_unwind().await {
            Ok(outcome) => outcome.map_err(Failure::Core),
            Err(payload) => Err(Failure::panic(&*payload)),
        };
        waiting.finish(Box::new(move |py| convert(py, outcome.or_raise(py)?)));
    });
    Ok(Task::new(task.abort_handle())
        .into_pyobject(py)?
        .into_any()
        .unbind())
}

/// Wakes the thread that polls.
struct Alarm {
    thread: Thread,
    rung: AtomicBool,
}

impl Wake for Alarm {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.rung.store(true, Ordering::Release);
        self.thread.unpark();
    }
}

/// Polls on this thread, while the runtime's threads serve the sockets.
///
/// `Runtime::block_on` would do the same, but a signal handler that runs meanwhile may itself make a call, and
/// tokio does not allow that inside of `block_on`.
fn block<T>(handle: &Handle, future: impl Future<Output = Result<T, Error>>) -> Result<T, Failure> {
    let alarm = Arc::new(Alarm {
        thread: thread::current(),
        rung: AtomicBool::new(true),
    });
    let waker = Waker::from(Arc::clone(&alarm));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    let home = generation();
    let mut look_up = Instant::now() + TICK;
    loop {
        if alarm.rung.swap(false, Ordering::Acquire) {
            let _inside = handle.enter();
            match panic::catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(&mut context))) {
                Ok(Poll::Ready(outcome)) => return outcome.map_err(Failure::Core),
                Ok(Poll::Pending) => {}
                Err(payload) => return Err(Failure::panic(&*payload)),
            }
        }
        let left = look_up.saturating_duration_since(Instant::now());
        if left.is_zero() {
            let Some(signals) = Python::try_attach(|py| py.check_signals()) else {
                return Err(Failure::Internal("the interpreter is shutting down".into()));
            };
            signals?;
            if generation() != home {
                return Err(Failure::Internal(
                    "the process was forked by a signal handler during the call".into(),
                ));
            }
            look_up = Instant::now() + TICK;
        } else if !alarm.rung.load(Ordering::Acquire) {
            thread::park_timeout(left);
        }
    }
}
