//! The road that every call takes: route, credentials, attempts, answer.

mod attempts;
pub mod pages;
mod pool;
pub(crate) mod retry;
pub mod route;
mod split;
mod transport;

use std::time::Duration;

use http::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};

pub(crate) use attempts::{FORM, JSON, MAX_BODY, MAX_SMALL_BODY, Outgoing};
pub use route::PreparedRequest;
pub use transport::Reply;
pub(crate) use transport::Transport;

use crate::client::Client;
use crate::error::Error;
use crate::operation::{self, Operation, Verb};
use retry::Safety;

/// The operation that finds an organization by the caller's own id.
static FIND_ORGANIZATION: &Operation = operation::named("OrganizationService.GetOrganizationByExternalId");

/// Options of one call.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct CallOptions {
    /// How long the call may take, all attempts and waits included; `None` for the client's own setting.
    pub timeout: Option<Duration>,
}

impl CallOptions {
    /// A deadline of its own for this call.
    ///
    /// ```
    /// use std::time::Duration;
    /// let options = scalekit::CallOptions::default().with_timeout(Duration::from_secs(2));
    /// assert_eq!(options.timeout, Some(Duration::from_secs(2)));
    /// ```
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }
}

impl Client {
    /// Calls any operation by name, JSON in and JSON out, for what has no type at hand.
    ///
    /// Field names are accepted in snake_case and camelCase; the answer has the service's snake_case.
    ///
    /// ```no_run
    /// # async fn example(client: scalekit::Client) -> Result<(), scalekit::Error> {
    /// use serde_json::json;
    /// let answer = client.call("OrganizationService.GetOrganization", json!({"id": "org_123"})).await?;
    /// println!("{}", answer["organization"]["display_name"]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument) for a name that is no operation or a request
    /// that fits none of its routes, else whatever the call ends with.
    pub async fn call(&self, operation: &str, request: Value) -> Result<Value, Error> {
        let Some(operation) = operation::find(operation) else {
            return Err(Error::invalid_argument(format!(
                "there is no operation {operation:?}"
            )));
        };
        self.call_json(operation, request).await
    }

    /// Calls an operation with typed request and answer.
    pub(crate) async fn call_typed<Request, Answer>(
        &self,
        operation: &'static Operation,
        request: &Request,
    ) -> Result<Answer, Error>
    where
        Request: Serialize + Sync,
        Answer: DeserializeOwned,
    {
        let request = serde_json::to_value(request).map_err(|error| {
            Error::invalid_argument(format!("the request is no JSON: {error}")).with_operation(operation.name)
        })?;
        self.call_json(operation, request).await
    }

    async fn call_json<Answer: DeserializeOwned>(
        &self,
        operation: &'static Operation,
        request: Value,
    ) -> Result<Answer, Error> {
        let prepared = split::split(operation, request)?;
        let reply = self.send(operation, prepared, CallOptions::default()).await?;
        serde_json::from_slice(&reply.body).map_err(|error| {
            Error::bad_reply(
                reply.status.as_u16(),
                format!("the answer is not what was asked for: {error}"),
            )
            .with_source(error)
            .with_operation(operation.name)
        })
    }

    /// Sends a request that is prepared already and hands back the answer as it came: the entrance for bindings.
    ///
    /// The body of the reply is a JSON object, or at least starts like one; an empty one is replaced by `{}`.
    ///
    /// # Errors
    /// Every answer but a 2xx, every failure of the connection, and a deadline that passes. All name the operation.
    pub async fn send(
        &self,
        operation: &'static Operation,
        prepared: PreparedRequest,
        options: CallOptions,
    ) -> Result<Reply, Error> {
        let config = self.config();
        let default = if operation.tool {
            config.tool_timeout
        } else {
            config.call_timeout
        };
        let timeout = options.timeout.unwrap_or(default);
        let idempotent = Safety::of(operation, prepared.verb) == Safety::Idempotent;
        let deadline = deadline_in(timeout);
        let mut last = None;
        let call = self.send_before(operation, prepared, deadline, &mut last);
        let result = match timeout_at(deadline, call).await {
            Ok(result) => result,
            Err(_) => Err(Error::deadline(timeout, last).with_retryable(idempotent)),
        };
        result.map_err(|error| error.with_operation(operation.name))
    }

    async fn send_before(
        &self,
        operation: &'static Operation,
        mut prepared: PreparedRequest,
        deadline: Instant,
        last: &mut Option<Error>,
    ) -> Result<Reply, Error> {
        if let Some(external) = &prepared.external_organization {
            let id = self
                .find_organization(&external.external_id, deadline, last)
                .await?;
            prepared.resolve_organization(operation, &id)?;
        }
        let safety = Safety::of(operation, prepared.verb);
        let outgoing = self.outgoing(prepared, safety);
        let mut reply = self.attempts(&outgoing, deadline, last).await?;
        let start = reply.body.iter().find(|byte| !byte.is_ascii_whitespace());
        match start {
            Some(b'{') => {}
            None => reply.body = bytes::Bytes::from_static(b"{}"),
            Some(_) => {
                return Err(self.not_json(&reply, &outgoing));
            }
        }
        Ok(reply)
    }

    /// The error of a successful response whose body is not a JSON object, without secrets.
    fn not_json(&self, reply: &Reply, outgoing: &Outgoing) -> Error {
        let error = Error::not_json(reply.status, &reply.headers, &reply.body);
        let token = self.credentials().token();
        self.strike_out(error, outgoing, token.as_ref().map(|token| token.expose()))
    }

    /// The id of the organization with this external id.
    async fn find_organization(
        &self,
        external_id: &str,
        deadline: Instant,
        last: &mut Option<Error>,
    ) -> Result<String, Error> {
        let request = serde_json::json!({ "external_id": external_id });
        let prepared = split::split(FIND_ORGANIZATION, request)?;
        let outgoing = self.outgoing(prepared, Safety::Idempotent);
        let reply = self.attempts(&outgoing, deadline, last).await?;
        let answer: Value =
            serde_json::from_slice(&reply.body).map_err(|_| self.not_json(&reply, &outgoing))?;
        match answer["organization"]["id"].as_str().filter(|id| !id.is_empty()) {
            Some(id) => Ok(id.to_owned()),
            None => Err(Error::bad_reply(
                reply.status.as_u16(),
                "the answer names no organization",
            )),
        }
    }

    fn outgoing(&self, prepared: PreparedRequest, safety: Safety) -> Outgoing {
        let method = match prepared.verb {
            Verb::Get => Method::GET,
            Verb::Put => Method::PUT,
            Verb::Post => Method::POST,
            Verb::Delete => Method::DELETE,
            Verb::Patch => Method::PATCH,
        };
        let url = self.url(&prepared.path, prepared.query.as_deref());
        Outgoing {
            method,
            url,
            content_type: JSON,
            body: prepared.body,
            safety,
            service_token: true,
            max_body: MAX_BODY,
            secrets: Vec::new(),
        }
    }
}

/// A timeout beyond what the clock can count is no deadline at all.
pub(crate) fn deadline_in(timeout: Duration) -> Instant {
    const FAR: Duration = Duration::from_secs(60 * 60 * 24 * 365);
    Instant::now() + timeout.min(FAR)
}

/// What a task comes to; `ended` if its runtime ended before it did.
pub(crate) async fn own_task<T>(task: JoinHandle<T>, ended: impl FnOnce() -> T) -> T {
    match task.await {
        Ok(result) => result,
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        Err(_) => ended(),
    }
}

#[cfg(test)]
mod tests;
