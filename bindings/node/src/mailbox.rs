//! Delivery of the results of background tasks to JavaScript.
//!
//! The package opens a mailbox when the first task starts and closes it after the last one. An open
//! mailbox keeps the process alive. It also holds a reference to a JavaScript function and thereby
//! to its context. A mailbox that stayed open would prevent the context from being collected.
//!
//! If a JavaScript environment ends, for example because a worker thread is terminated, its mailbox
//! is dropped and the running tasks are aborted.

use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use napi::Status;
use napi::bindgen_prelude::{Either3, External, FnArgs, Function, Uint8Array};
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi_derive::napi;
use scalekit_bindings::BindingError;
use scalekit_bindings::proxy::Streamed;
use scalekit_bindings::tasks::Tasks;

use crate::failure::Failure;
use crate::proxy::ProxyResponse;

/// The output of a background task.
pub(crate) enum Output {
    /// A serialized message.
    Bytes(Vec<u8>),
    /// Text, most often JSON.
    Text(String),
    /// A response of a third-party service, and its body unless it is read in pieces.
    Response(Streamed, Option<Vec<u8>>),
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
type Arguments = FnArgs<(
    u32,
    Option<Failure>,
    Option<Either3<Uint8Array, String, ProxyResponse>>,
)>;
type Delivery = (u32, Result<Output, BindingError>);
type Deliver = ThreadsafeFunction<Delivery, (), Arguments, Status, false>;

/// The handle of a mailbox. Dropping it closes the mailbox.
pub(crate) struct Mailbox(Arc<State>);

struct State {
    /// `None` after the mailbox was closed.
    deliver: Mutex<Option<Deliver>>,
    tasks: Tasks,
}

impl State {
    fn deliver(&self) -> MutexGuard<'_, Option<Deliver>> {
        self.deliver.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn close(&self) {
        let deliver = self.deliver().take();
        drop(deliver);
        self.tasks.cancel_all();
    }
}

impl Drop for Mailbox {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// Starts a background task. Its result is delivered with `id`.
pub(crate) fn start<T: Into<Output> + Send>(
    mailbox: &Mailbox,
    id: u32,
    task: impl Future<Output = Result<T, BindingError>> + Send + 'static,
) -> Option<Failure> {
    let state = Arc::clone(&mailbox.0);
    let finish = move |result: Result<T, BindingError>| {
        if let Some(deliver) = &*state.deliver() {
            let delivery = (id, result.map(Into::into));
            // The call fails if the environment is ending. The result is then not needed.
            let _ = deliver.call(delivery, ThreadsafeFunctionCallMode::NonBlocking);
        }
    };
    let started = mailbox.0.tasks.start(id, task, finish);
    started.err().map(Failure::from)
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
                Ok(Output::Bytes(bytes)) => (None, Some(Either3::A(bytes.into()))),
                Ok(Output::Text(text)) => (None, Some(Either3::B(text))),
                Ok(Output::Response(response, body)) => {
                    (None, Some(Either3::C(ProxyResponse::new(response, body))))
                }
                Ok(Output::Empty) => (None, None),
                Err(error) => (Some(error.into()), None),
            };
            Ok(FnArgs::from((id, failure, output)))
        })?;
    Ok(External::new(Mailbox(Arc::new(State {
        deliver: Mutex::new(Some(deliver)),
        tasks: Tasks::default(),
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
    mailbox.0.tasks.cancel(id);
}
