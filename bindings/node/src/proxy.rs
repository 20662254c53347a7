//! Requests to third-party services.

use napi::bindgen_prelude::{BufferSlice, External, Uint8Array};
use napi_derive::napi;
use scalekit_bindings::proxy::{self, Pairs, Streamed};
use scalekit_bindings::{BindingError, Client};

use crate::failure::Failure;
use crate::mailbox::{Mailbox, Output, start};
use crate::options::{AnyValue, call_timeout};

/// The response of a third-party service.
#[napi(object, object_from_js = false)]
pub(crate) struct ProxyResponse {
    pub status: u16,
    /// The headers with lower-case names.
    pub headers: Pairs,
    /// Set if the status is not 2xx.
    pub failure: Option<Failure>,
    /// The body, unless it is read in pieces.
    pub body: Option<Uint8Array>,
    /// Reads the body in pieces.
    pub stream: External<Streamed>,
}

impl ProxyResponse {
    pub(crate) fn new(response: Streamed, body: Option<Vec<u8>>) -> Self {
        Self {
            status: response.status,
            headers: response.headers(),
            failure: response.failure().map(Failure::from),
            body: body.map(Uint8Array::from),
            stream: External::new(response),
        }
    }
}

/// Sends a request; see [`proxy::send`]. The output is a [`ProxyResponse`].
#[napi]
pub(crate) fn proxy(
    client: &External<Client>,
    mailbox: &External<Mailbox>,
    id: u32,
    request: proxy::Request<BufferSlice<'_>>,
    stream: bool,
    timeout: Option<AnyValue<'_>>,
) -> Option<Failure> {
    let (client, request) = (Client::clone(client), proxy::owned(request));
    let timeout = call_timeout(timeout);
    start(mailbox, id, async move {
        let (response, body) = proxy::send(client, request, stream, timeout?).await?;
        Ok::<_, BindingError>(Output::Response(response, body.map(Vec::from)))
    })
}

/// Reads the next piece of a body, or the rest if `all` is set. The output is empty at the end.
#[napi]
pub(crate) fn read_body(
    body: &External<Streamed>,
    mailbox: &External<Mailbox>,
    id: u32,
    all: bool,
) -> Option<Failure> {
    let read = body.read(all);
    start(mailbox, id, async { Ok(Output::Bytes(read.await?.into())) })
}

/// Ends the transfer of a body that no task reads.
#[napi]
pub(crate) fn close_body(body: &External<Streamed>) {
    body.close();
}
