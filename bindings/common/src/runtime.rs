//! The runtimes of the process.
//!
//! A blocking call drives its own connection on the thread of the caller: handing the request to
//! another thread and the response back takes longer than the work itself. So each concurrent
//! blocking call uses a separate runtime. Later calls on any thread reuse it.
//!
//! Background tasks and asynchronous calls run on a runtime with its own thread.

use std::future::Future;
use std::pin::pin;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;
use tokio::task::{AbortHandle, yield_now};
use tokio::time::{sleep, timeout};

use crate::failure::BindingError;
use crate::guard;
use crate::process::{PerProcess, with_runtime};

/// How long an unused runtime of blocking calls is kept, as long as the core keeps an idle
/// connection.
const MAX_IDLE: Duration = Duration::from_secs(50);

/// After this time, a connection may have been closed by the server.
const MAY_BE_CLOSED: Duration = Duration::from_secs(1);

/// Runs a future in the background.
///
/// # Errors
/// The runtime cannot be started.
pub fn spawn(
    future: impl Future<Output = ()> + Send + 'static,
) -> Result<AbortHandle, BindingError> {
    with_runtime(|handle| handle.spawn(future).abort_handle())
}

/// Runs a future on the background runtime and awaits its result. Dropping the returned future
/// cancels it.
///
/// # Errors
/// The future fails or panics, or the runtime cannot be started or is stopped.
pub(crate) async fn in_background<T: Send + 'static>(
    future: impl Future<Output = Result<T, BindingError>> + Send + 'static,
) -> Result<T, BindingError> {
    let (result, received) = oneshot::channel();
    let _cancel = Cancel(spawn(async move {
        let _ = result.send(guard::run_async(future).await);
    })?);
    let stopped = |_| BindingError::internal("the runtime of the request was stopped");
    received.await.map_err(stopped)?
}

/// Cancels a task when it is dropped.
struct Cancel(AbortHandle);

impl Drop for Cancel {
    fn drop(&mut self) {
        self.0.abort();
    }
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

/// Awaits a future on this thread. Between two intervals, calls `on_interval`, which ends the call
/// if it fails, and which may make blocking calls itself.
///
/// # Errors
/// The future or `on_interval` fails, or a runtime cannot be started.
pub fn block_on<T, E: From<BindingError>>(
    future: impl Future<Output = Result<T, impl Into<BindingError>>>,
    interval: Duration,
    mut on_interval: impl FnMut() -> Result<(), E>,
) -> Result<T, E> {
    let lane = take()?;
    let mut future = pin!(guard::run_async(future));
    loop {
        let step = lane.runtime.block_on(async {
            let result = timeout(interval, future.as_mut()).await;
            // Returns the connection to the pool, so that the next call uses it.
            yield_now().await;
            result
        });
        match step {
            Ok(result) => {
                put_back(lane)?;
                return Ok(result?);
            }
            Err(_) => on_interval()?,
        }
    }
}

/// The runtime of one blocking call at a time. The core keeps a connection pool for it.
struct Lane {
    runtime: Runtime,
    last_used: Instant,
}

/// The lanes that no call uses.
#[derive(Default)]
struct Idle {
    /// The most recently used lane is the last.
    lanes: Vec<Lane>,
    /// `true` while a background task removes unused lanes.
    cleaning: bool,
}

impl Idle {
    /// Removes the lanes that are unused for `max` or longer.
    fn remove_unused(&mut self, max: Duration) -> Vec<Lane> {
        let lanes = self.lanes.iter();
        let unused = lanes.take_while(|lane| lane.last_used.elapsed() >= max);
        let count = unused.count();
        let removed = self.lanes.drain(..count).collect();
        self.cleaning = !self.lanes.is_empty();
        removed
    }
}

fn with_idle<R>(read: impl FnOnce(&mut Idle) -> R) -> Result<R, BindingError> {
    static IDLE: PerProcess<Mutex<Idle>> = PerProcess::empty();
    IDLE.read(
        |_| Ok(Mutex::default()),
        |idle| read(&mut idle.lock().unwrap_or_else(PoisonError::into_inner)),
    )
}

fn take() -> Result<Lane, BindingError> {
    let Some(lane) = with_idle(|idle| idle.lanes.pop())? else {
        // Tasks that outlive a call must not stop with it.
        scalekit::spawn_background_tasks_with(|task| drop(spawn(task)));
        let runtime = Builder::new_current_thread().enable_all().build();
        return Ok(Lane {
            runtime: runtime.map_err(|error| {
                BindingError::internal(format!("cannot start a runtime for the call: {error}"))
            })?,
            last_used: Instant::now(),
        });
    };
    if lane.last_used.elapsed() > MAY_BE_CLOSED {
        // Notices closed connections, so that the call opens a new one. The first turn wakes their
        // tasks, the second one runs them.
        lane.runtime.block_on(async {
            yield_now().await;
            yield_now().await;
        });
    }
    Ok(lane)
}

fn put_back(mut lane: Lane) -> Result<(), BindingError> {
    lane.last_used = Instant::now();
    let cleaning = with_idle(|idle| {
        idle.lanes.push(lane);
        std::mem::replace(&mut idle.cleaning, true)
    })?;
    if !cleaning {
        spawn(clean())?;
    }
    Ok(())
}

/// Removes unused lanes until there are none.
async fn clean() {
    let mut more = true;
    while more {
        sleep(MAX_IDLE).await;
        let Ok(removed) = with_idle(|idle| (idle.remove_unused(MAX_IDLE), idle.cleaning)) else {
            return;
        };
        more = removed.1;
        for lane in removed.0 {
            // A runtime must not be dropped within another one.
            lane.runtime.shutdown_background();
        }
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

    #[test]
    fn dropping_a_background_call_cancels_it() {
        let (sender, receiver) = oneshot::channel::<()>();
        let call = in_background::<()>(async move {
            let _sender = sender;
            std::future::pending().await
        });
        let dropped = async {
            assert!(timeout(Duration::from_millis(20), call).await.is_err());
            Ok(receiver.await.is_err())
        };
        assert_eq!(block(dropped, LONG, || Ok(())), Ok(true));
        let panics = in_background(async { panic!("no") as Result<(), BindingError> });
        let message = "internal error, please report it: no";
        assert_eq!(block(panics, LONG, || Ok(())), Err(message.to_owned()));
    }

    #[test]
    fn unused_lanes_are_removed_and_the_latest_stay() {
        let lane = |age: u64| Lane {
            runtime: Builder::new_current_thread().build().unwrap(),
            last_used: Instant::now() - Duration::from_secs(age),
        };
        let mut idle = Idle {
            lanes: vec![lane(90), lane(60), lane(10)],
            cleaning: true,
        };
        assert_eq!(idle.remove_unused(MAX_IDLE).len(), 2);
        assert!(idle.lanes.len() == 1 && idle.cleaning);
        idle.lanes.clear();
        assert!(idle.remove_unused(MAX_IDLE).is_empty() && !idle.cleaning);
    }
}
