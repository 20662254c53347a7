//! Calls of operations.

use std::time::Duration;

use bytes::Bytes;
use http::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Client;
use crate::error::Error;
use crate::http::{Deadline, Outgoing, Response, Safety};
use crate::request::{PreparedRequest, json};
use crate::schema::{self, Operation, Verb};

/// Looks up an organization by its external id.
static FIND_ORGANIZATION: &Operation =
    schema::named("OrganizationService.GetOrganizationByExternalId");

/// Options of one call.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct CallOptions {
    /// Time limit of the call, including retries and waits. Default: the client's setting.
    pub timeout: Option<Duration>,
}

impl CallOptions {
    /// Sets the time limit of the call.
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
    /// Calls an operation by name, with JSON request and response.
    ///
    /// Field names may be in snake_case or camelCase. The response has snake_case names.
    ///
    /// ```no_run
    /// # async fn example(client: scalekit::Client) -> Result<(), scalekit::Error> {
    /// use serde_json::json;
    /// let response = client.call("OrganizationService.GetOrganization", json!({"id": "org_123"})).await?;
    /// println!("{}", response["organization"]["display_name"]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument) if the operation is
    /// unknown or the request does not fit its routes; otherwise any error of the call.
    pub async fn call(&self, operation: &str, request: Value) -> Result<Value, Error> {
        let Some(operation) = schema::find(operation) else {
            return Err(Error::invalid_argument(format!(
                "there is no operation {operation:?}"
            )));
        };
        self.call_json(operation, request).await
    }

    /// Calls an operation with typed request and response.
    pub(crate) async fn call_typed<I, O>(
        &self,
        operation: &'static Operation,
        request: &I,
    ) -> Result<O, Error>
    where
        I: Serialize + Sync,
        O: DeserializeOwned,
    {
        let request = serde_json::to_value(request).map_err(|error| {
            Error::invalid_argument(format!("the request cannot be encoded as JSON: {error}"))
                .with_operation(operation.name)
        })?;
        self.call_json(operation, request).await
    }

    async fn call_json<O: DeserializeOwned>(
        &self,
        operation: &'static Operation,
        request: Value,
    ) -> Result<O, Error> {
        let prepared = json::split(operation, request)?;
        let response = self
            .send(operation, prepared, CallOptions::default())
            .await?;
        serde_json::from_slice(&response.body).map_err(|error| {
            Error::bad_response(
                response.status.as_u16(),
                format!("the response cannot be decoded: {error}"),
            )
            .with_source(error)
            .with_operation(operation.name)
        })
    }

    /// Sends a prepared request and returns the response, for language bindings.
    ///
    /// The response body starts like a JSON object; an empty body is replaced by `{}`.
    ///
    /// # Errors
    /// A response other than 2xx, a failed connection or a missed deadline. All errors contain the
    /// operation.
    #[doc(hidden)]
    pub async fn send(
        &self,
        operation: &'static Operation,
        prepared: PreparedRequest,
        options: CallOptions,
    ) -> Result<Response, Error> {
        let config = self.config();
        let default = if operation.tool {
            config.tool_timeout
        } else {
            config.call_timeout
        };
        let deadline = Deadline::after(options.timeout.unwrap_or(default));
        let idempotent = Safety::of(operation, prepared.verb) == Safety::Idempotent;
        deadline
            .limit(idempotent, self.send_before(operation, prepared, &deadline))
            .await
            .map_err(|error| error.with_operation(operation.name))
    }

    async fn send_before(
        &self,
        operation: &'static Operation,
        mut prepared: PreparedRequest,
        deadline: &Deadline,
    ) -> Result<Response, Error> {
        if let Some(organization) = &prepared.external_organization {
            let id = self
                .find_organization(&organization.external_id, deadline)
                .await?;
            prepared.resolve_organization(operation, &id)?;
        }
        let safety = Safety::of(operation, prepared.verb);
        let outgoing = self.outgoing(prepared, safety);
        let mut response = self
            .pipeline()
            .send(&outgoing, self.credentials(), deadline)
            .await?;
        match response
            .body
            .iter()
            .find(|byte| !byte.is_ascii_whitespace())
        {
            Some(b'{') => {}
            None => response.body = Bytes::from_static(b"{}"),
            Some(_) => {
                return Err(self.not_json(&response, &outgoing));
            }
        }
        Ok(response)
    }

    /// A successful response whose body is not a JSON object.
    fn not_json(&self, response: &Response, outgoing: &Outgoing) -> Error {
        let error = Error::not_json(response.status, &response.headers, &response.body);
        let token = self.credentials().current_bearer();
        self.pipeline().redact(error, outgoing, token.as_deref())
    }

    /// Returns the id of the organization with this external id.
    async fn find_organization(
        &self,
        external_id: &str,
        deadline: &Deadline,
    ) -> Result<String, Error> {
        let request = serde_json::json!({ "external_id": external_id });
        let prepared = json::split(FIND_ORGANIZATION, request)?;
        let outgoing = self.outgoing(prepared, Safety::Idempotent);
        let response = self
            .pipeline()
            .send(&outgoing, self.credentials(), deadline)
            .await?;
        let body: Value = serde_json::from_slice(&response.body)
            .map_err(|_| self.not_json(&response, &outgoing))?;
        match body["organization"]["id"]
            .as_str()
            .filter(|id| !id.is_empty())
        {
            Some(id) => Ok(id.to_owned()),
            None => Err(Error::bad_response(
                response.status.as_u16(),
                "the response contains no organization id",
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
        let url = self
            .config()
            .env_url
            .below(&prepared.path, prepared.query.as_deref());
        Outgoing::operation(method, url, prepared.body, safety)
    }
}
