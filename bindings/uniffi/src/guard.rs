//! Conversion of panics to errors.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};

use futures_util::FutureExt;

use crate::failure::NativeError;

/// Runs a function. A panic becomes an error.
pub(crate) fn run<T>(function: impl FnOnce() -> Result<T, NativeError>) -> Result<T, NativeError> {
    catch_unwind(AssertUnwindSafe(function))
        .unwrap_or_else(|payload| Err(NativeError::panic(&*payload)))
}

/// Awaits a future. A panic becomes an error.
pub(crate) async fn run_async<T>(
    future: impl Future<Output = Result<T, NativeError>>,
) -> Result<T, NativeError> {
    AssertUnwindSafe(future)
        .catch_unwind()
        .await
        .unwrap_or_else(|payload| Err(NativeError::panic(&*payload)))
}
