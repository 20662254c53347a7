//! Background tasks: every asynchronous function runs on the runtime's thread, and the caller's
//! executor is woken once, when the task has ended.

use std::any::Any;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use scalekit_bindings::process::with_runtime;
use scalekit_bindings::{BindingError, guard};
use tokio::task::JoinHandle;

use crate::cancellation::Cancellation;
use crate::failure::NativeError;

static LIVE: AtomicU64 = AtomicU64::new(0);

/// Returns the number of tasks in progress.
pub(crate) fn live() -> u64 {
    LIVE.load(Ordering::Acquire)
}

/// The result of a task, of any type.
type Output = Result<Box<dyn Any + Send>, BindingError>;

/// Runs a future on the runtime until it ends, the caller drops the returned future, or
/// `cancellation` is triggered. A panic becomes an error.
pub(crate) async fn run<T: Send + 'static>(
    operation: &str,
    cancellation: Option<Arc<Cancellation>>,
    future: impl Future<Output = Result<T, BindingError>> + Send + 'static,
) -> Result<T, NativeError> {
    let future = async move {
        future
            .await
            .map(|value| Box::new(value) as Box<dyn Any + Send>)
    };
    let value = run_boxed(operation, cancellation, Box::pin(future)).await?;
    let value = value.downcast::<T>();
    Ok(*value.map_err(|_| BindingError::internal("a task returned a value of another type"))?)
}

/// Not generic, because a copy of tokio's code for each function would be 8 KB.
async fn run_boxed(
    operation: &str,
    cancellation: Option<Arc<Cancellation>>,
    future: Pin<Box<dyn Future<Output = Output> + Send>>,
) -> Result<Box<dyn Any + Send>, NativeError> {
    let future = counted(future);
    let task = AbortOnDrop(with_runtime(|handle| handle.spawn(future))?);
    match cancellation {
        None => task.await,
        Some(cancellation) => tokio::select! {
            biased;
            () = cancellation.cancelled() => Err(NativeError::cancelled(operation)),
            result = task => result,
        },
    }
}

/// Counts a future as a task in progress until it is dropped. A panic becomes an error.
pub(crate) fn counted<T>(
    future: impl Future<Output = Result<T, BindingError>>,
) -> impl Future<Output = Result<T, BindingError>> {
    let counted = Live::new();
    async move {
        let _counted = counted;
        guard::run_async(future).await
    }
}

/// Counts a task in progress.
struct Live;

impl Live {
    fn new() -> Self {
        LIVE.fetch_add(1, Ordering::AcqRel);
        Self
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        LIVE.fetch_sub(1, Ordering::AcqRel);
    }
}

/// A task that is aborted if its result is not awaited to the end.
struct AbortOnDrop(JoinHandle<Output>);

impl Future for AbortOnDrop {
    type Output = Result<Box<dyn Any + Send>, NativeError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(context).map(|joined| {
            let joined = joined.unwrap_or_else(|error| {
                Err(BindingError::internal(format!(
                    "the call did not end: {error}"
                )))
            });
            joined.map_err(NativeError::from)
        })
    }
}

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}
