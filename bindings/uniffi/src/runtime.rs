//! The tokio runtime, which all clients of the process share.

use std::sync::{Mutex, OnceLock, PoisonError};

use tokio::runtime::{Builder, Handle, Runtime};

use crate::failure::NativeError;

/// Returns the handle of the runtime, which is started on first use.
///
/// The runtime has one thread, which is enough to wait for sockets. It lives until the process
/// ends.
pub(crate) fn handle() -> Result<&'static Handle, NativeError> {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    static STARTING: Mutex<()> = Mutex::new(());
    if let Some(runtime) = RUNTIME.get() {
        return Ok(runtime.handle());
    }
    let _starting = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(runtime) = RUNTIME.get() {
        return Ok(runtime.handle());
    }
    let runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name("scalekit")
        .enable_all()
        .build()
        .map_err(|error| {
            NativeError::internal(format!(
                "the client's background thread cannot be started: {error}"
            ))
        })?;
    Ok(RUNTIME.get_or_init(|| runtime).handle())
}
