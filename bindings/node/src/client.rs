//! Calls of operations, and what else the client is asked for.

use napi::bindgen_prelude::{BufferSlice, External};
use napi_derive::napi;
use scalekit::{CallOptions, Client, Error, schema};

use crate::failure::Failure;
use crate::guard;
use crate::mailbox::{Answer, Mailbox, start};
use crate::options::milliseconds;

/// Calls an operation with a serialized request; the answer is the serialized response.
#[napi]
pub(crate) fn call(
    client: &External<Client>,
    mailbox: &External<Mailbox>,
    id: u32,
    operation: String,
    request: BufferSlice<'_>,
    timeout_ms: Option<f64>,
) -> Option<Failure> {
    let begun = guard::now(|| {
        let Some(operation) = schema::find(&operation) else {
            let unknown = format!("there is no operation {operation:?}");
            return Err(Error::invalid_argument(unknown).into());
        };
        let mut options = CallOptions::default();
        if let Some(timeout) = timeout_ms {
            options = options.with_timeout(milliseconds("timeoutMs", timeout)?);
        }
        let (client, request) = (Client::clone(client), request.to_vec());
        let work = async move {
            let prepared = scalekit_wire::encode_request(operation, &request)?;
            let reply = client.send(operation, prepared, options).await?;
            let message = scalekit_wire::decode_aside(operation, reply.body).await?;
            Ok(Answer::Bytes(message))
        };
        Ok(start(mailbox, id, work))
    });
    begun.unwrap_or_else(|fault| Some(fault.into()))
}

/// The environment URL, without a trailing slash.
#[napi]
pub(crate) fn env_url(client: &External<Client>) -> String {
    client.env_url().to_owned()
}

/// The `user-agent` that is sent.
#[napi]
pub(crate) fn user_agent(client: &External<Client>) -> String {
    client.user_agent().to_owned()
}

/// Closes all connections.
#[napi]
pub(crate) fn close(client: &External<Client>) -> Option<Failure> {
    guard::failure(|| {
        // Connections end on the runtime that serves them.
        let _inside = crate::runtime::handle()?.enter();
        client.close();
        Ok(())
    })
}
