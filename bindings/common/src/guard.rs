//! Conversion of panics to errors. A panic that reaches a language may end the process.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};

use futures_util::FutureExt;

use crate::failure::BindingError;

/// Runs a function. A panic becomes an error.
///
/// # Errors
/// The function fails or panics.
pub fn run<T, E: From<BindingError>>(function: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    catch_unwind(AssertUnwindSafe(function))
        .unwrap_or_else(|payload| Err(BindingError::panic(&*payload).into()))
}

/// Awaits a future. A panic becomes an error.
///
/// # Errors
/// The future fails or panics.
pub async fn run_async<T, E: Into<BindingError>>(
    future: impl Future<Output = Result<T, E>>,
) -> Result<T, BindingError> {
    match AssertUnwindSafe(future).catch_unwind().await {
        Ok(result) => result.map_err(Into::into),
        Err(payload) => Err(BindingError::panic(&*payload)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::Failure;
    use crate::language::PYTHON;

    #[test]
    fn a_panic_becomes_an_internal_error() {
        let message = |error: BindingError| Failure::new(&error, &PYTHON).message;
        let error = run(|| -> Result<(), BindingError> { panic!("number {}", 5) });
        assert_eq!(
            message(error.unwrap_err()),
            "internal error, please report it: number 5"
        );
        let future = async { panic!("text") as Result<(), BindingError> };
        let error = run_async(future).now_or_never().unwrap().unwrap_err();
        assert_eq!(message(error), "internal error, please report it: text");
        assert_eq!(run(|| Ok::<_, BindingError>(1)).unwrap(), 1);
    }
}
