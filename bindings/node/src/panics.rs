//! Functions that panic, for tests of panic handling. Only in debug builds.

use napi::bindgen_prelude::External;
use napi_derive::napi;

use crate::failure::{AddonError, Failure};
use crate::guard;
use crate::mailbox::{Mailbox, Output, start};

/// Panics during the call.
#[napi]
pub(crate) fn panic_now() -> Option<Failure> {
    guard::failure(|| panic!("on purpose"))
}

/// Panics in a background task.
#[napi]
pub(crate) fn panic_later(mailbox: &External<Mailbox>, id: u32) -> Option<Failure> {
    start(mailbox, id, async {
        panic!("on purpose") as Result<Output, AddonError>
    })
}
