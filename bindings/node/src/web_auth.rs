//! Login and sessions of web applications. Options, requests and results are JSON text.

use napi::bindgen_prelude::External;
use napi_derive::napi;
use scalekit_bindings::Client;
use scalekit_bindings::web_auth::{self, Auth, Flow};

use crate::failure::Failure;
use crate::guard::{Outcome, optional, outcome};
use crate::mailbox::{Mailbox, start};

/// Creates login and sessions of an application; see [`Auth::new`].
#[napi]
pub(crate) fn create_web_auth(
    client: &External<Client>,
    options: String,
) -> Outcome<External<Auth>> {
    outcome(|| Ok(External::new(Auth::new(Client::clone(client), &options)?)))
}

/// Handles a request without waiting. `null` if it needs the network or the store.
#[napi]
pub(crate) fn try_web_auth(
    client: &External<Client>,
    auth: &External<Auth>,
    request: String,
) -> Option<Outcome<String>> {
    optional(|| auth.try_handle(client, &request))
}

/// Starts to handle a request.
#[napi]
pub(crate) fn start_web_auth(
    client: &External<Client>,
    auth: &External<Auth>,
    request: String,
) -> Outcome<External<Flow>> {
    outcome(|| Ok(External::new(auth.start(client, &request)?)))
}

/// Continues a request; see [`Flow::advance`].
#[napi]
pub(crate) fn advance_web_auth(
    flow: &External<Flow>,
    mailbox: &External<Mailbox>,
    id: u32,
    answer: Option<String>,
) -> Option<Failure> {
    start(mailbox, id, flow.advance(answer))
}

/// Runs a function of sessions that needs no client; see [`web_auth::tool`].
#[napi]
pub(crate) fn web_auth_tool(text: String) -> Outcome<String> {
    outcome(|| web_auth::tool(&text))
}
