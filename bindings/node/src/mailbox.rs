//! How what is done in the background reaches JavaScript.
//!
//! A mailbox belongs to one JavaScript environment. When that ends, as that of a worker thread may at any time, its
//! function is closed, and what is still under way is given up.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use napi::bindgen_prelude::{Env, External, FnArgs, Function, Uint8Array};
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
type Deliver = ThreadsafeFunction<Delivery, (), Arguments, Status, false, true>;

/// The way back into one JavaScript environment, and what is under way there.
pub(crate) struct Mailbox {
    deliver: RwLock<Deliver>,
    running: Mutex<HashMap<u32, AbortHandle>>,
}

impl Mailbox {
    fn running(&self) -> MutexGuard<'_, HashMap<u32, AbortHandle>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a finished task off the list and hands its outcome to JavaScript.
    fn finish(&self, id: u32, outcome: Result<Answer, Fault>) {
        if self.running().remove(&id).is_some() {
            let deliver = self.deliver.read().unwrap_or_else(PoisonError::into_inner);
            // An environment that has ended waits for nothing any more.
            let _ = deliver.call((id, outcome), ThreadsafeFunctionCallMode::NonBlocking);
        }
    }

    fn give_up(&self) {
        for (_, task) in self.running().drain() {
            task.abort();
        }
    }
}

/// Runs `work` in the background; its outcome is delivered under `id`.
pub(crate) fn start(
    mailbox: &Arc<Mailbox>,
    id: u32,
    work: impl Future<Output = Result<Answer, Fault>> + Send + 'static,
) -> Option<Failure> {
    let handle = match runtime::handle() {
        Ok(handle) => handle,
        Err(fault) => return Some(fault.into()),
    };
    let mailbox = Arc::clone(mailbox);
    let owner = Arc::clone(&mailbox);
    // A task that is quicker than this function waits for the list.
    let mut running = mailbox.running();
    let task = handle.spawn(async move {
        let outcome = guard::later(work).await;
        owner.finish(id, outcome);
    });
    running.insert(id, task.abort_handle());
    None
}

/// Makes a mailbox whose answers go to `deliver(id, failure, answer)`.
#[napi]
pub(crate) fn open_mailbox(
    env: Env,
    deliver: Function<'_, Arguments, ()>,
) -> napi::Result<External<Arc<Mailbox>>> {
    let deliver = deliver
        .build_threadsafe_function::<Delivery>()
        .callee_handled::<false>()
        .weak::<true>()
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
    let mailbox = Arc::new(Mailbox {
        deliver: RwLock::new(deliver),
        running: Mutex::default(),
    });
    env.add_env_cleanup_hook(Arc::clone(&mailbox), |mailbox| mailbox.give_up())?;
    Ok(External::new(mailbox))
}

/// Says whether somebody waits: only then does the mailbox keep the process alive.
#[napi]
#[allow(deprecated, reason = "nothing else changes it once the function is made")]
pub(crate) fn keep_alive(env: Env, mailbox: &External<Arc<Mailbox>>, wanted: bool) -> napi::Result<()> {
    let mut deliver = mailbox.deliver.write().unwrap_or_else(PoisonError::into_inner);
    if wanted {
        deliver.refer(&env)
    } else {
        deliver.unref(&env)
    }
}

/// Gives up what is under way under `id`; nothing will be delivered.
#[napi]
pub(crate) fn cancel(mailbox: &External<Arc<Mailbox>>, id: u32) {
    let task = mailbox.running().remove(&id);
    if let Some(task) = task {
        task.abort();
    }
}
