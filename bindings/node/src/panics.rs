//! Panics on purpose, for the tests that show where one ends. Not in release builds.

use napi::bindgen_prelude::External;
use napi_derive::napi;

use crate::failure::{Failure, Fault};
use crate::guard;
use crate::mailbox::{Answer, Mailbox, start};

/// Panics at once.
#[napi]
pub(crate) fn panic_now() -> Option<Failure> {
    guard::failure(|| panic!("on purpose"))
}

/// Panics in the background.
#[napi]
pub(crate) fn panic_later(mailbox: &External<Mailbox>, id: u32) -> Option<Failure> {
    start(mailbox, id, async {
        panic!("on purpose") as Result<Answer, Fault>
    })
}
