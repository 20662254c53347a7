//! Runs futures of the core: blocking with the GIL released, or in the background for an asyncio
//! future.

use std::future::Future;
use std::time::Duration;

use pyo3::prelude::*;
use scalekit_bindings::process::generation;
use scalekit_bindings::{BindingError, guard, runtime};

use crate::failure::Result;
use crate::hooks;
use crate::sink::{Sink, Task};

/// The interval between checks for signals, such as Ctrl-C, during a blocking call.
const SIGNAL_CHECK_INTERVAL: Duration = Duration::from_millis(50);

/// The sink of an event loop, and an asyncio future of that loop.
pub(crate) type Target = (Py<Sink>, Py<PyAny>);

/// Runs `future` and converts its result.
///
/// Without a `target`, blocks until the result is available. With a `target`, returns a [`Task`]
/// and sets the result of the asyncio future later.
pub(crate) fn run<T, E, F, C>(
    py: Python<'_>,
    target: Option<Target>,
    future: F,
    convert: C,
) -> Result<Py<PyAny>>
where
    T: Send + 'static,
    E: Into<BindingError> + 'static,
    F: Future<Output = Result<T, E>> + Send + 'static,
    C: FnOnce(Python<'_>, T) -> Result<Py<PyAny>> + Send + 'static,
{
    let Some((sink, asyncio_future)) = target else {
        let block = || runtime::block_on(future, SIGNAL_CHECK_INTERVAL, check_signals());
        return convert(py, py.detach(block)?);
    };
    let pending = Sink::register(sink, asyncio_future)?;
    let task = runtime::spawn(async move {
        let result = guard::run_async(future).await;
        pending.finish(Box::new(move |py| convert(py, result?)));
    })?;
    Ok(Task(task).into_pyobject(py)?.into_any().unbind())
}

/// Returns a function that raises the exception of a signal handler, such as `KeyboardInterrupt`.
fn check_signals() -> impl FnMut() -> Result<()> {
    let start_generation = generation();
    move || {
        Python::try_attach(|py| py.check_signals()).ok_or_else(hooks::shutting_down)??;
        if generation() != start_generation {
            let message = "the process was forked by a signal handler during the call";
            return Err(BindingError::internal(message).into());
        }
        Ok(())
    }
}
