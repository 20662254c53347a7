//! The tokio runtime: one for the whole process, whatever number of worker threads and contexts use the addon.

use std::sync::{Mutex, OnceLock, PoisonError};

use tokio::runtime::{Builder, Handle, Runtime};

use crate::failure::Fault;

/// The runtime, made at first use. It has one thread, since all it does is to wait for sockets, and it lives as long as
/// the process: the environment that happened to start it may be a worker that ends before the others.
pub(crate) fn handle() -> Result<&'static Handle, Fault> {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    static MAKING: Mutex<()> = Mutex::new(());
    if let Some(runtime) = RUNTIME.get() {
        return Ok(runtime.handle());
    }
    let _making = MAKING.lock().unwrap_or_else(PoisonError::into_inner);
    if RUNTIME.get().is_none() {
        let made = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("scalekit")
            .enable_all()
            .build()
            .map_err(|error| {
                Fault::internal(format!("the threads of the client cannot be started: {error}"))
            })?;
        // Nobody else makes one meanwhile.
        let _ = RUNTIME.set(made);
    }
    RUNTIME
        .get()
        .map(Runtime::handle)
        .ok_or_else(|| Fault::internal("the client has no threads"))
}
