//! Calls of operations.

use bytes::Bytes;
use http::HeaderMap;
use serde_json::{Map, Value};

use super::decode::Decoder;
use super::{Call, CallOptions, Client};
use crate::error::Error;
use crate::http::{Deadline, Outgoing, Response, Safety};
use crate::observe::SharedObserver;
use crate::request::{PreparedRequest, json};
use crate::schema::{self, Operation};

/// Looks up an organization by its external id.
static FIND_ORGANIZATION: &Operation =
    schema::named("OrganizationService.GetOrganizationByExternalId");

impl Client {
    /// Calls an operation by name, with JSON request and response.
    ///
    /// Field names may be in snake_case or camelCase. The response has snake_case names. See
    /// [`api`](crate::api) for typed calls.
    ///
    /// ```
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
    pub fn call(&self, operation: &str, request: Value) -> Call<Value> {
        Call::with_fields(self, fields(operation, request), Decoder::whole())
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
        mut prepared: PreparedRequest,
        options: CallOptions,
    ) -> Result<Response, Error> {
        let config = self.config();
        let default = if operation.tool {
            config.tool_timeout
        } else {
            config.call_timeout
        };
        let deadline = Deadline::after(options.timeout.unwrap_or(default));
        let observer = options.observer.clone();
        let headers = options.allowed_headers();
        let safety = Safety::of(operation, prepared.route.verb);
        let call = async {
            if let Some(organization) = &prepared.external_organization {
                let id = self
                    .find_organization(&organization.external_id, &headers, &observer, &deadline)
                    .await?;
                prepared.resolve_organization(operation, &id)?;
            }
            let outgoing = self.outgoing(operation, prepared, headers, safety, observer.clone());
            let mut response = self
                .pipeline()
                .send(&outgoing, self.credentials(), &deadline)
                .await?;
            let body = &mut response.body;
            match body.iter().find(|byte| !byte.is_ascii_whitespace()) {
                Some(b'{') => Ok(response),
                None => {
                    *body = Bytes::from_static(b"{}");
                    Ok(response)
                }
                Some(_) => Err(self.not_json(&response, &outgoing)),
            }
        };
        deadline
            .limit(safety == Safety::Idempotent, call)
            .await
            .map_err(|error| error.with_operation(operation.name))
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
        headers: &HeaderMap,
        observer: &Option<SharedObserver>,
        deadline: &Deadline,
    ) -> Result<String, Error> {
        let request = serde_json::json!({ "external_id": external_id });
        let prepared = json::split(FIND_ORGANIZATION, request)?;
        let outgoing = self.outgoing(
            FIND_ORGANIZATION,
            prepared,
            headers.clone(),
            Safety::Idempotent,
            observer.clone(),
        );
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

    fn outgoing(
        &self,
        operation: &'static Operation,
        prepared: PreparedRequest,
        headers: HeaderMap,
        safety: Safety,
        observer: Option<SharedObserver>,
    ) -> Outgoing {
        let env_url = &self.config().env_url;
        let url = env_url.below(&prepared.path, prepared.query.as_deref());
        let method = prepared.route.verb.into();
        let mut outgoing = Outgoing::operation(operation.name, method, url, prepared.body, safety);
        outgoing.headers = headers;
        outgoing.observer = observer;
        outgoing
    }
}

/// Returns an operation and the fields of its request.
fn fields(
    operation: &str,
    request: Value,
) -> Result<(&'static Operation, Map<String, Value>), Error> {
    let operation = schema::find(operation)
        .ok_or_else(|| Error::invalid_argument(format!("there is no operation {operation:?}")))?;
    match request {
        Value::Object(fields) => Ok((operation, fields)),
        Value::Null => Ok((operation, Map::new())),
        _ => Err(Error::invalid_argument("the request must be a JSON object")
            .with_operation(operation.name)),
    }
}
