//! Panics end here: one that reached Node would end the process.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};

use futures_util::FutureExt;
use napi::Either;

use crate::failure::{Failure, Fault};

/// A value, or why there is none.
pub(crate) type Outcome<T> = Either<T, Failure>;

/// Runs at once.
pub(crate) fn now<T>(run: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|payload| Err(Fault::panic(&*payload)))
}

/// Runs at once, for JavaScript.
pub(crate) fn outcome<T>(run: impl FnOnce() -> Result<T, Fault>) -> Outcome<T> {
    now(run).map_or_else(|fault| Either::B(fault.into()), Either::A)
}

/// Runs at once what JavaScript only wants to know the failure of.
pub(crate) fn failure(run: impl FnOnce() -> Result<(), Fault>) -> Option<Failure> {
    now(run).err().map(Failure::from)
}

/// Runs whenever it is polled.
pub(crate) async fn later<T>(future: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
    AssertUnwindSafe(future)
        .catch_unwind()
        .await
        .unwrap_or_else(|payload| Err(Fault::panic(&*payload)))
}
