//! Calls of operations, and the client's properties.

use napi::bindgen_prelude::{BufferSlice, External};
use napi_derive::napi;
use scalekit_bindings::proxy::Pairs;
use scalekit_bindings::recording::Recording;
use scalekit_bindings::{BindingError, Client, call, runtime};

use crate::failure::Failure;
use crate::guard::{Outcome, failure, outcome};
use crate::mailbox::{Mailbox, Output, start};
use crate::options::{AnyValue, call_timeout};

/// Calls an operation with a serialized request. The output is the serialized response.
#[napi]
pub(crate) fn call(
    client: &External<Client>,
    mailbox: &External<Mailbox>,
    id: u32,
    operation: String,
    request: BufferSlice<'_>,
    timeout: Option<AnyValue<'_>>,
    recording: Option<&External<Recording>>,
) -> Option<Failure> {
    let recording = recording.map(|recording| Recording::clone(recording));
    let (client, request) = (Client::clone(client), request.to_vec());
    let timeout = call_timeout(timeout);
    start(mailbox, id, async move {
        let call = call::protobuf(client, &operation, request, timeout?, recording)?;
        Ok::<_, BindingError>(Output::Bytes(call.await?.message))
    })
}

/// Starts to record the attempts of a call; see [`Recording`].
#[napi]
pub(crate) fn record_call(headers: Pairs) -> External<Recording> {
    External::new(Recording::new(headers))
}

/// Returns the recorded attempts as JSON.
#[napi]
pub(crate) fn recorded_calls(recording: &External<Recording>) -> Outcome<String> {
    outcome(|| recording.json())
}

/// Returns the environment URL without a trailing slash.
#[napi]
pub(crate) fn env_url(client: &External<Client>) -> String {
    client.env_url().to_owned()
}

/// Closes all connections.
#[napi]
pub(crate) fn close(client: &External<Client>) -> Option<Failure> {
    // Closing connections requires the context of the tokio runtime.
    failure(|| runtime::enter(|| client.close()))
}
