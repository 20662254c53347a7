//! Results for JavaScript. A panic that reaches Node would abort the process.

use napi::Either;
use scalekit_bindings::{BindingError, guard};

use crate::failure::Failure;

/// A value or a failure, for JavaScript.
pub(crate) type Outcome<T> = Either<T, Failure>;

/// Runs a function and returns its value or failure to JavaScript.
pub(crate) fn outcome<T>(function: impl FnOnce() -> Result<T, BindingError>) -> Outcome<T> {
    guard::run(function).map_or_else(|error| Either::B(error.into()), Either::A)
}

/// Runs a function that may return no value, which is `null` in JavaScript.
pub(crate) fn optional<T>(
    function: impl FnOnce() -> Result<Option<T>, BindingError>,
) -> Option<Outcome<T>> {
    match guard::run(function) {
        Ok(value) => value.map(Either::A),
        Err(error) => Some(Either::B(error.into())),
    }
}

/// Runs a function without a return value. Returns its failure, if any, to JavaScript.
pub(crate) fn failure(function: impl FnOnce() -> Result<(), BindingError>) -> Option<Failure> {
    guard::run(function).err().map(Failure::from)
}
