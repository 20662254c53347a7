//! Functions that panic, for tests of panic handling. Only in debug builds.

use napi::bindgen_prelude::External;
use napi_derive::napi;
use scalekit_bindings::BindingError;

use crate::failure::Failure;
use crate::guard::failure;
use crate::mailbox::{Mailbox, Output, start};

/// Panics during the call.
#[napi]
pub(crate) fn panic_now() -> Option<Failure> {
    failure(|| panic!("on purpose"))
}

/// Panics in a background task.
#[napi]
pub(crate) fn panic_later(mailbox: &External<Mailbox>, id: u32) -> Option<Failure> {
    let task = async { panic!("on purpose") as Result<Output, BindingError> };
    start(mailbox, id, task)
}
