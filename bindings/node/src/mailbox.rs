//! Delivery of the results of background tasks to JavaScript.
//!
//! The package opens a mailbox when the first task starts and closes it after the last one. An open
//! mailbox keeps the process alive. It also holds a reference to a JavaScript function and thereby
//! to its context. A mailbox that stayed open would prevent the context from being collected.
//!
//! If a JavaScript environment ends, for example because a worker thread is terminated, its mailbox
//! is dropped and the running tasks are aborted.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use napi::bindgen_prelude::{External, FnArgs, Function, Uint8Array};
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi::{Either, Status};
use napi_derive::napi;
use scalekit_bindings::{BindingError, guard, runtime};
use tokio::task::AbortHandle;

use crate::failure::Failure;

/// The output of a background task.
pub(crate) enum Output {
    /// A serialized message.
    Bytes(Vec<u8>),
    /// Text, most often JSON.
    Text(String),
    /// No output.
    Empty,
}

impl From<()> for Output {
    fn from((): ()) -> Self {
        Self::Empty
    }
}

impl From<String> for Output {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

/// The arguments of the JavaScript function: task id, failure, output.
type Arguments = FnArgs<(u32, Option<Failure>, Option<Either<Uint8Array, String>>)>;
type Delivery = (u32, Result<Output, BindingError>);
type Deliver = ThreadsafeFunction<Delivery, (), Arguments, Status, false>;

/// The handle of a mailbox. Dropping it closes the mailbox.
pub(crate) struct Mailbox(Arc<State>);

struct State {
    /// `None` after the mailbox was closed.
    deliver: Mutex<Option<Deliver>>,
    running: Mutex<HashMap<u32, AbortHandle>>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl State {
    /// Removes a finished task and delivers its result, unless the task was cancelled.
    fn finish(&self, id: u32, result: Result<Output, BindingError>) {
        if locked(&self.running).remove(&id).is_some()
            && let Some(deliver) = &*locked(&self.deliver)
        {
            // The call fails if the environment is ending. The result is then not needed.
            let _ = deliver.call((id, result), ThreadsafeFunctionCallMode::NonBlocking);
        }
    }

    fn close(&self) {
        let deliver = locked(&self.deliver).take();
        drop(deliver);
        for (_, task) in locked(&self.running).drain() {
            task.abort();
        }
    }
}

impl Drop for Mailbox {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// Starts a background task. Its result is delivered with `id`.
pub(crate) fn start(
    mailbox: &Mailbox,
    id: u32,
    task: impl Future<Output = Result<impl Into<Output>, BindingError>> + Send + 'static,
) -> Option<Failure> {
    let state = Arc::clone(&mailbox.0);
    // The lock is held until the task is inserted, so that `finish` finds it.
    let mut running = locked(&mailbox.0.running);
    let task = async move {
        let result = guard::run_async(task).await;
        state.finish(id, result.map(Into::into));
    };
    match runtime::spawn(task) {
        Ok(task) => {
            running.insert(id, task);
            None
        }
        Err(error) => Some(error.into()),
    }
}

/// Opens a mailbox that calls `deliver(id, failure, output)` with each result.
#[napi]
pub(crate) fn open_mailbox(
    deliver: Function<'_, Arguments, ()>,
) -> napi::Result<External<Mailbox>> {
    let deliver = deliver
        .build_threadsafe_function::<Delivery>()
        .callee_handled::<false>()
        .build_callback(|context| {
            let (id, result) = context.value;
            let (failure, output) = match result {
                Ok(Output::Bytes(bytes)) => (None, Some(Either::A(Uint8Array::from(bytes)))),
                Ok(Output::Text(text)) => (None, Some(Either::B(text))),
                Ok(Output::Empty) => (None, None),
                Err(error) => (Some(error.into()), None),
            };
            Ok(FnArgs::from((id, failure, output)))
        })?;
    Ok(External::new(Mailbox(Arc::new(State {
        deliver: Mutex::new(Some(deliver)),
        running: Mutex::default(),
    }))))
}

/// Closes a mailbox and aborts its running tasks.
#[napi]
pub(crate) fn close_mailbox(mailbox: &External<Mailbox>) {
    mailbox.0.close();
}

/// Aborts a task. Its result will not be delivered.
#[napi]
pub(crate) fn cancel(mailbox: &External<Mailbox>, id: u32) {
    let task = locked(&mailbox.0.running).remove(&id);
    if let Some(task) = task {
        task.abort();
    }
}
