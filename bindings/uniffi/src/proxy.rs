//! Requests to third-party services, with the credentials of a connected account.

use std::sync::Arc;

use scalekit_bindings::language::KOTLIN;
use scalekit_bindings::options::call_timeout;
use scalekit_bindings::proxy::{self, Pairs};

use crate::call::{CallResponse, HttpHeader};
use crate::cancellation::Cancellation;
use crate::client::NativeClient;
use crate::failure::NativeError;
use crate::options::number;
use crate::task;

/// A request to the API of a third-party service.
#[derive(uniffi::Record)]
pub struct ProxyRequest {
    /// The name of the connection.
    pub connection_name: String,
    /// The identifier of the owner of the account.
    pub identifier: String,
    /// The HTTP method.
    pub method: String,
    /// The path of the API, which may contain a query.
    pub path: String,
    /// Parameters of the query.
    pub query: Vec<Parameter>,
    /// Additional headers.
    pub headers: Vec<HttpHeader>,
    /// The body. Default: none.
    pub body: Option<ProxyBody>,
    /// Time limit in milliseconds, including the body of the response. Default: the client's
    /// setting for tools.
    pub timeout_ms: Option<f64>,
}

/// A parameter of a query or a form.
#[derive(uniffi::Record)]
pub struct Parameter {
    /// The name.
    pub name: String,
    /// The value.
    pub value: String,
}

/// The body of a request.
#[derive(uniffi::Enum)]
pub enum ProxyBody {
    /// JSON text.
    Json {
        /// The text.
        content: Vec<u8>,
    },
    /// A form.
    Form {
        /// The fields.
        fields: Vec<Parameter>,
    },
    /// A body of any type.
    Bytes {
        /// The body.
        content: Vec<u8>,
    },
}

#[uniffi::export]
impl NativeClient {
    /// Sends a request to the API of a third-party service. Returns the response with any status.
    ///
    /// # Errors
    /// An argument is invalid, the connection fails, the body of the response is too large, or the
    /// call is cancelled.
    pub async fn request(
        &self,
        request: ProxyRequest,
        cancellation: Option<Arc<Cancellation>>,
    ) -> Result<CallResponse, NativeError> {
        let timeout = match request.timeout_ms {
            Some(timeout) => Some(call_timeout(&KOTLIN, number(timeout))?),
            None => None,
        };
        let headers = request.headers.into_iter();
        let parts = (
            request.connection_name,
            request.identifier,
            request.method,
            request.path,
            pairs(request.query),
            headers.map(|header| (header.name, header.value)).collect(),
            request.body.map(encoded),
        );
        let sent = proxy::send_and_read(self.core.clone(), parts, timeout);
        task::run("proxy", cancellation, async move {
            let (head, body) = sent.await?;
            let header = |(name, value)| HttpHeader { name, value };
            Ok(CallResponse {
                status: head.status,
                headers: head.headers.into_iter().map(header).collect(),
                body: body.into(),
            })
        })
        .await
    }
}

fn pairs(parameters: Vec<Parameter>) -> Pairs {
    let pair = |parameter: Parameter| (parameter.name, parameter.value);
    parameters.into_iter().map(pair).collect()
}

/// Returns the kind of a body and its content.
fn encoded(body: ProxyBody) -> (String, Vec<u8>) {
    let (kind, content) = match body {
        ProxyBody::Json { content } => ("json", content),
        ProxyBody::Form { fields } => {
            let mut form = form_urlencoded::Serializer::new(String::new());
            form.extend_pairs(pairs(fields));
            ("form", form.finish().into_bytes())
        }
        ProxyBody::Bytes { content } => ("raw", content),
    };
    (kind.to_owned(), content)
}
