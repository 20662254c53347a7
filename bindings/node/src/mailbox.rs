//! How what is done in the background reaches JavaScript.
//!
//! A mailbox is open while somebody waits, and keeps the process alive for that long. In between there is none: a
//! function that the addon held on to would hold on to the context that it belongs to, for ever. When an environment
//! ends, as that of a worker thread may at any time, its mailbox goes with it, and what is under way is given up.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use napi::bindgen_prelude::{External, FnArgs, Function, Uint8Array};
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi::{Either, Status};
use napi_derive::napi;
use tokio::task::AbortHandle;

use crate::failure::{Failure, Fault};
use crate::{guard, runtime};

/// What comes of work in the background.
pub(crate) enum Answer {
    /// A serialized message.
    Bytes(Vec<u8>),
    /// Text, most often JSON.
    Text(String),
    /// That it is done.
    Nothing,
}

/// Number of the work, failure, answer.
type Arguments = FnArgs<(u32, Option<Failure>, Option<Either<Uint8Array, String>>)>;
type Delivery = (u32, Result<Answer, Fault>);
type Deliver = ThreadsafeFunction<Delivery, (), Arguments, Status, false>;

/// What JavaScript holds: as long as it does, answers find their way.
pub(crate) struct Mailbox(Arc<Open>);

struct Open {
    /// Gone when the mailbox is closed.
    deliver: Mutex<Option<Deliver>>,
    running: Mutex<HashMap<u32, AbortHandle>>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Open {
    /// Takes a finished task off the list and hands its outcome to JavaScript.
    fn finish(&self, id: u32, outcome: Result<Answer, Fault>) {
        if locked(&self.running).remove(&id).is_some()
            && let Some(deliver) = &*locked(&self.deliver)
        {
            // An environment that is ending waits for nothing any more.
            let _ = deliver.call((id, outcome), ThreadsafeFunctionCallMode::NonBlocking);
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

/// Runs `work` in the background; its outcome is delivered under `id`.
pub(crate) fn start(
    mailbox: &Mailbox,
    id: u32,
    work: impl Future<Output = Result<Answer, Fault>> + Send + 'static,
) -> Option<Failure> {
    let handle = match runtime::handle() {
        Ok(handle) => handle,
        Err(fault) => return Some(fault.into()),
    };
    let open = Arc::clone(&mailbox.0);
    // A task that is quicker than this function waits for the list.
    let mut running = locked(&mailbox.0.running);
    let task = handle.spawn(async move {
        let outcome = guard::later(work).await;
        open.finish(id, outcome);
    });
    running.insert(id, task.abort_handle());
    None
}

/// Opens a mailbox whose answers go to `deliver(id, failure, answer)`.
#[napi]
pub(crate) fn open_mailbox(deliver: Function<'_, Arguments, ()>) -> napi::Result<External<Mailbox>> {
    let deliver = deliver
        .build_threadsafe_function::<Delivery>()
        .callee_handled::<false>()
        .build_callback(|context| {
            let (id, outcome) = context.value;
            let (failure, answer) = match outcome {
                Ok(Answer::Bytes(bytes)) => (None, Some(Either::A(Uint8Array::from(bytes)))),
                Ok(Answer::Text(text)) => (None, Some(Either::B(text))),
                Ok(Answer::Nothing) => (None, None),
                Err(fault) => (Some(fault.into()), None),
            };
            Ok(FnArgs::from((id, failure, answer)))
        })?;
    Ok(External::new(Mailbox(Arc::new(Open {
        deliver: Mutex::new(Some(deliver)),
        running: Mutex::default(),
    }))))
}

/// Closes a mailbox, for nobody waits.
#[napi]
pub(crate) fn close_mailbox(mailbox: &External<Mailbox>) {
    mailbox.0.close();
}

/// Gives up what is under way under `id`; nothing will be delivered.
#[napi]
pub(crate) fn cancel(mailbox: &External<Mailbox>, id: u32) {
    let task = locked(&mailbox.0.running).remove(&id);
    if let Some(task) = task {
        task.abort();
    }
}
