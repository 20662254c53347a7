//! Blocking calls and background tasks on the runtime of the process.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::task::AbortHandle;

use crate::failure::BindingError;
use crate::guard;
use crate::process::with_runtime;

/// Runs a future in the background.
///
/// # Errors
/// The runtime cannot be started.
pub fn spawn(
    future: impl Future<Output = ()> + Send + 'static,
) -> Result<AbortHandle, BindingError> {
    with_runtime(|handle| handle.spawn(future).abort_handle())
}

/// Calls a function that may spawn tasks of the core.
///
/// # Errors
/// The runtime cannot be started.
pub fn enter<R>(function: impl FnOnce() -> R) -> Result<R, BindingError> {
    with_runtime(|handle| {
        let _entered = handle.enter();
        function()
    })
}

/// Awaits a future on this thread, while the threads of the runtime drive the sockets. Between two
/// intervals, calls `on_interval`, which ends the call if it fails.
///
/// `Runtime::block_on` is not used: `on_interval` may make a call too, for example in a signal
/// handler, and tokio does not allow a nested `block_on`.
///
/// # Errors
/// The future or `on_interval` fails, or the runtime cannot be started.
pub fn block_on<T, E: From<BindingError>>(
    future: impl Future<Output = Result<T, impl Into<BindingError>>>,
    interval: Duration,
    mut on_interval: impl FnMut() -> Result<(), E>,
) -> Result<T, E> {
    let handle = with_runtime(Handle::clone)?;
    let thread_waker = Arc::new(ThreadWaker {
        thread: thread::current(),
        woken: AtomicBool::new(true),
    });
    let waker = Waker::from(Arc::clone(&thread_waker));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(guard::run_async(future));
    let mut next = Instant::now() + interval;
    loop {
        if thread_waker.woken.swap(false, Ordering::Acquire) {
            let _entered = handle.enter();
            if let Poll::Ready(result) = future.as_mut().poll(&mut context) {
                return Ok(result?);
            }
        }
        let remaining = next.saturating_duration_since(Instant::now());
        if remaining.is_zero() {
            on_interval()?;
            next = Instant::now() + interval;
        } else if !thread_waker.woken.load(Ordering::Acquire) {
            thread::park_timeout(remaining);
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// An interval that does not elapse during a test.
    const LONG: Duration = Duration::from_secs(3600);

    fn block<T>(
        future: impl Future<Output = Result<T, BindingError>>,
        interval: Duration,
        on_interval: impl FnMut() -> Result<(), BindingError>,
    ) -> Result<T, String> {
        block_on(future, interval, on_interval).map_err(|error| error.to_string())
    }

    #[test]
    fn a_blocking_call_waits_for_a_background_task() {
        let call = async {
            let task = tokio::spawn(async {
                tokio::time::sleep(Duration::from_millis(20)).await;
                7
            });
            Ok(task.await.unwrap())
        };
        assert_eq!(block(call, LONG, || Ok(())), Ok(7));
    }

    #[test]
    fn the_interval_may_end_a_call_and_may_block() {
        let mut checks = 0;
        let interval = Duration::from_millis(1);
        let result: Result<(), _> = block(std::future::pending(), interval, || {
            checks += 1;
            let nested = block(async { Ok(checks) }, LONG, || Ok(()));
            assert_eq!(nested, Ok(checks));
            if checks < 3 {
                Ok(())
            } else {
                Err(BindingError::internal("stop"))
            }
        });
        assert_eq!(result, Err("stop".to_owned()));
    }

    #[test]
    fn a_panic_is_an_error() {
        let result: Result<(), _> = block(async { panic!("no") }, LONG, || Ok(()));
        assert_eq!(
            result,
            Err("internal error, please report it: no".to_owned())
        );
    }

    #[test]
    fn a_background_task_can_be_aborted() {
        let (sender, receiver) = tokio::sync::oneshot::channel::<()>();
        let task = spawn(async move {
            let _sender = sender;
            std::future::pending::<()>().await;
        });
        task.unwrap().abort();
        let dropped = async { Ok(receiver.await.is_err()) };
        assert_eq!(block(dropped, LONG, || Ok(())), Ok(true));
    }
}
