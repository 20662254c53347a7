//! Conversion of panics to errors. A panic that reaches Node would abort the process.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};

use futures_util::FutureExt;
use napi::Either;

use crate::failure::{AddonError, Failure};

/// A value or a failure, for JavaScript.
pub(crate) type Outcome<T> = Either<T, Failure>;

/// Runs a function. A panic becomes an error.
pub(crate) fn run<T>(function: impl FnOnce() -> Result<T, AddonError>) -> Result<T, AddonError> {
    catch_unwind(AssertUnwindSafe(function))
        .unwrap_or_else(|payload| Err(AddonError::panic(&*payload)))
}

/// Runs a function and returns its value or failure to JavaScript.
pub(crate) fn outcome<T>(function: impl FnOnce() -> Result<T, AddonError>) -> Outcome<T> {
    run(function).map_or_else(|error| Either::B(error.into()), Either::A)
}

/// Runs a function without a return value. Returns its failure, if any, to JavaScript.
pub(crate) fn failure(function: impl FnOnce() -> Result<(), AddonError>) -> Option<Failure> {
    run(function).err().map(Failure::from)
}

/// Awaits a future. A panic becomes an error.
pub(crate) async fn run_async<T>(
    future: impl Future<Output = Result<T, AddonError>>,
) -> Result<T, AddonError> {
    AssertUnwindSafe(future)
        .catch_unwind()
        .await
        .unwrap_or_else(|payload| Err(AddonError::panic(&*payload)))
}
