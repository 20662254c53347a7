//! Typed calls of RPCs.

use std::fmt;
use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::decode::Decoder;
use super::{Call, Client};
use crate::Result;
use crate::error::Error;
use crate::schema::{self, Operation};

/// An RPC of the API with the types of its request and response.
pub struct Rpc<Request, Response> {
    operation: &'static Operation,
    types: PhantomData<fn(Request) -> Response>,
}

impl<Request, Response> Rpc<Request, Response> {
    /// Returns the RPC with this name. It panics at compile time if there is none.
    pub(crate) const fn named(name: &str) -> Self {
        Self {
            operation: schema::named(name),
            types: PhantomData,
        }
    }

    /// The name of the RPC, such as `UserService.ListUsers`.
    pub const fn name(&self) -> &'static str {
        self.operation.name
    }
}

impl<Request: Serialize, Response: DeserializeOwned> Rpc<Request, Response> {
    /// Calls the RPC. The request is sent when the call is awaited.
    ///
    /// ```
    /// # async fn example(client: scalekit::Client) -> scalekit::Result<()> {
    /// use scalekit::api::raw::users::{GET_USER, GetUserRequest, GetUserRequestIdentities};
    ///
    /// let identities = Some(GetUserRequestIdentities::Id("usr_123".into()));
    /// let response = GET_USER.call(&client, &GetUserRequest { identities }).await?;
    /// println!("{:?}", response.user);
    /// # Ok(())
    /// # }
    /// ```
    pub fn call(&self, client: &Client, request: &Request) -> Call<Response> {
        Call::with_fields(client, self.fields(request), Decoder::whole())
    }

    fn fields(&self, request: &Request) -> Result<(&'static Operation, Map<String, Value>)> {
        let invalid =
            |problem: String| Error::invalid_argument(problem).with_operation(self.operation.name);
        match serde_json::to_value(request) {
            Ok(Value::Object(fields)) => Ok((self.operation, fields)),
            Ok(_) => Err(invalid("the request must be a JSON object".to_owned())),
            Err(error) => Err(invalid(format!(
                "the request cannot be encoded as JSON: {error}"
            ))),
        }
    }
}

impl<Request, Response> fmt::Debug for Rpc<Request, Response> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Rpc").field(&self.name()).finish()
    }
}
