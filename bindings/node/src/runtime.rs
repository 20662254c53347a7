//! The tokio runtime. All worker threads and contexts of the process share it.

use std::sync::{Mutex, OnceLock, PoisonError};

use tokio::runtime::{Builder, Handle, Runtime};

use crate::failure::AddonError;

/// Returns the handle of the runtime, which is started on first use.
///
/// The runtime has one thread, which is enough to wait for sockets. It lives until the process
/// ends, because the worker thread that started it may end before others that use it.
pub(crate) fn handle() -> Result<&'static Handle, AddonError> {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    static STARTING: Mutex<()> = Mutex::new(());
    if let Some(runtime) = RUNTIME.get() {
        return Ok(runtime.handle());
    }
    let _starting = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
    if RUNTIME.get().is_none() {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("scalekit")
            .enable_all()
            .build()
            .map_err(|error| {
                AddonError::internal(format!(
                    "the client's background thread cannot be started: {error}"
                ))
            })?;
        // `set` cannot fail: `STARTING` is locked.
        let _ = RUNTIME.set(runtime);
    }
    RUNTIME
        .get()
        .map(Runtime::handle)
        .ok_or_else(|| AddonError::internal("the client's background thread is not running"))
}
