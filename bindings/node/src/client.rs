//! Calls of operations, and the client's properties.

use napi::bindgen_prelude::{BufferSlice, External};
use napi_derive::napi;
use scalekit::{CallOptions, Client, Error, schema};

use crate::failure::Failure;
use crate::guard;
use crate::mailbox::{Mailbox, Output, start};
use crate::options::milliseconds;

/// Calls an operation with a serialized request. The output is the serialized response.
#[napi]
pub(crate) fn call(
    client: &External<Client>,
    mailbox: &External<Mailbox>,
    id: u32,
    operation: String,
    request: BufferSlice<'_>,
    timeout_ms: Option<f64>,
) -> Option<Failure> {
    let started = guard::run(|| {
        let Some(operation) = schema::find(&operation) else {
            let unknown = format!("there is no operation {operation:?}");
            return Err(Error::invalid_argument(unknown).into());
        };
        let mut options = CallOptions::default();
        if let Some(timeout) = timeout_ms {
            options = options.with_timeout(milliseconds("timeoutMs", timeout)?);
        }
        let (client, request) = (Client::clone(client), request.to_vec());
        let task = async move {
            let prepared = scalekit_wire::encode_request(operation, &request)?;
            let response = client.send(operation, prepared, options).await?;
            let message = scalekit_wire::decode_aside(operation, response.body).await?;
            Ok(Output::Bytes(message))
        };
        Ok(start(mailbox, id, task))
    });
    started.unwrap_or_else(|error| Some(error.into()))
}

/// Returns the environment URL without a trailing slash.
#[napi]
pub(crate) fn env_url(client: &External<Client>) -> String {
    client.env_url().to_owned()
}

/// Returns the value of the `user-agent` header.
#[napi]
pub(crate) fn user_agent(client: &External<Client>) -> String {
    client.user_agent().to_owned()
}

/// Closes all connections.
#[napi]
pub(crate) fn close(client: &External<Client>) -> Option<Failure> {
    guard::failure(|| {
        // Closing connections requires the context of the tokio runtime.
        let _context = crate::runtime::handle()?.enter();
        client.close();
        Ok(())
    })
}
