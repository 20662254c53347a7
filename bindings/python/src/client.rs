//! The native client: converts arguments, releases the GIL, and converts results.

use std::future::Future;

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyString};
use scalekit_bindings::call::{self, Response, headers};
use scalekit_bindings::process::ProcessClient;
use scalekit_bindings::recording::Recording;
use scalekit_bindings::tokens::{Requirements, Validation, checks, refresh_keys, validate_cached};
use scalekit_bindings::webhooks::purpose;
use scalekit_bindings::{BindingError, Client, login, proxy};

use crate::failure::Result;
use crate::options::{build, time_limit};
use crate::run::{Target, run};
use crate::tokens::{self, token_text};
use crate::urls;
use crate::value::from_json;
use crate::webhooks::verify_payload;

/// The client of the core. It also works in forked processes.
#[pyclass(frozen, module = "scalekit._native")]
pub(crate) struct NativeClient {
    pub(crate) client: ProcessClient,
    #[pyo3(get)]
    env_url: String,
    #[pyo3(get)]
    user_agent: String,
    #[pyo3(get)]
    sdk_version: String,
}

impl NativeClient {
    /// Makes a call with the client of this process; see [`run`].
    fn start<T, F>(
        &self,
        py: Python<'_>,
        target: Option<Target>,
        call: impl FnOnce(Client) -> F,
        convert: impl FnOnce(Python<'_>, T) -> Result<Py<PyAny>> + Send + 'static,
    ) -> Result<Py<PyAny>>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, BindingError>> + Send + 'static,
    {
        run(py, target, call(self.client.read(Client::clone)?), convert)
    }
}

#[pymethods]
impl NativeClient {
    #[new]
    fn new(options: &Bound<'_, PyDict>, language_version: &str) -> Result<Self> {
        let client = build(options, language_version)?;
        Ok(Self {
            env_url: client.env_url().to_owned(),
            user_agent: client.user_agent().to_owned(),
            sdk_version: client.sdk_version().to_owned(),
            client: ProcessClient::new(client),
        })
    }

    #[pyo3(signature = (operation, request, timeout=None, *, target=None, recording=None))]
    fn call(
        &self,
        py: Python<'_>,
        operation: &str,
        request: &[u8],
        timeout: Option<&Bound<'_, PyAny>>,
        target: Option<Target>,
        recording: Option<&CallRecording>,
    ) -> Result<Py<PyAny>> {
        let client = self.client.read(Client::clone)?;
        let timeout = timeout.map(time_limit).transpose()?;
        let recording = recording.map(|recording| recording.0.clone());
        let call = call::protobuf(client, operation, request.to_vec(), timeout, recording)?;
        run(py, target, call, |py, output| {
            let result = (PyBytes::new(py, &output.message), Headers(output.response));
            Ok(result.into_pyobject(py)?.into_any().unbind())
        })
    }

    #[pyo3(signature = (*, target=None))]
    fn client_access_token(&self, py: Python<'_>, target: Option<Target>) -> Result<Py<PyAny>> {
        self.start(py, target, login::client_access_token, |py, token| {
            Ok(PyString::new(py, &token).into_any().unbind())
        })
    }

    /// Requests tokens with an OAuth 2.0 grant; see [`login::request_token`].
    #[pyo3(signature = (grant, *arguments, target=None))]
    fn request_token(
        &self,
        py: Python<'_>,
        grant: String,
        arguments: Vec<Option<String>>,
        target: Option<Target>,
    ) -> Result<Py<PyAny>> {
        let call = |client| login::request_token(client, grant, arguments);
        self.start(py, target, call, |py, json| from_json(py, json.as_bytes()))
    }

    /// Sends a request to a third-party service; see [`proxy::send`].
    #[pyo3(signature = (request, stream, timeout=None, *, target=None))]
    fn proxy(
        &self,
        py: Python<'_>,
        request: proxy::Request,
        stream: bool,
        timeout: Option<&Bound<'_, PyAny>>,
        target: Option<Target>,
    ) -> Result<Py<PyAny>> {
        let timeout = timeout.map(time_limit).transpose()?;
        let call = |client| proxy::send(client, request, stream, timeout);
        self.start(py, target, call, |py, (response, body)| {
            let body = body.map(|body| PyBytes::new(py, &body));
            let result = (StreamedResponse(response), body);
            Ok(result.into_pyobject(py)?.into_any().unbind())
        })
    }

    /// Returns the claims of a valid token. Without `claims`, returns whether the token is valid,
    /// and raises only if the keys cannot be fetched.
    ///
    /// A blocking call fetches the keys only if they are not cached. With `cached_only`, the result
    /// is `None` instead. The GIL is released during signature verification.
    #[pyo3(signature = (token, requirements=None, claims=true, *, cached_only=false, target=None))]
    fn validate_token(
        &self,
        py: Python<'_>,
        token: &Bound<'_, PyAny>,
        requirements: Option<Requirements>,
        claims: bool,
        cached_only: bool,
        target: Option<Target>,
    ) -> Result<Py<PyAny>> {
        let convert = move |py: Python<'_>, result| tokens::convert(py, result, claims);
        let token = match token_text(token) {
            Ok(token) => token,
            Err(error) => return convert(py, Err(error)),
        };
        let checks = checks(requirements.unwrap_or_default(), None);
        if target.is_none() {
            let run = |validation: Validation<'_>| py.detach(|| validation.run());
            let validate = |client: &Client| validate_cached(client, &token, &checks, run);
            if let Some(result) = self.client.read(validate)?? {
                return convert(py, result);
            }
            if cached_only {
                return Ok(py.None());
            }
        }
        let token = token.into_owned();
        let call = |client: Client| async move { Ok(client.validate_token(&token, &checks).await) };
        self.start(py, target, call, convert)
    }

    /// Fetches and caches the environment's signing keys.
    #[pyo3(signature = (*, target=None))]
    fn refresh_keys(&self, py: Python<'_>, target: Option<Target>) -> Result<Py<PyAny>> {
        self.start(py, target, refresh_keys, |py, ()| Ok(py.None()))
    }

    fn authorization_url(
        &self,
        redirect_uri: &Bound<'_, PyAny>,
        attributes: &Bound<'_, PyDict>,
    ) -> Result<String> {
        let url = |client: &Client| urls::authorization(client, redirect_uri, attributes);
        self.client.read(url)?
    }

    fn logout_url(&self, attributes: &Bound<'_, PyDict>) -> Result<String> {
        let url = |client: &Client| urls::logout(client, attributes);
        self.client.read(url)?
    }

    /// Verifies the signature of a webhook, or of an interceptor request.
    fn verify(
        &self,
        interceptor: bool,
        secret: &Bound<'_, PyAny>,
        headers: &Bound<'_, PyAny>,
        payload: &Bound<'_, PyAny>,
    ) -> Result<bool> {
        let purpose = purpose(interceptor);
        let verify = |client: &Client| verify_payload(client, secret, headers, payload, purpose);
        self.client.read(verify)?.map(|()| true)
    }

    fn close(&self, py: Python<'_>) -> Result<()> {
        let client = self.client.read(Client::clone)?;
        py.detach(|| client.close());
        Ok(())
    }
}

/// Records the attempts of a call; see [`Recording`].
#[pyclass(frozen, module = "scalekit._native")]
pub(crate) struct CallRecording(Recording);

#[pymethods]
impl CallRecording {
    #[new]
    fn new(headers: proxy::Pairs) -> Self {
        Self(Recording::new(headers))
    }

    fn json(&self) -> Result<String> {
        Ok(self.0.json()?)
    }
}

/// The headers of a response, converted on demand.
#[pyclass(frozen, module = "scalekit._native")]
pub(crate) struct Headers(Response);

#[pymethods]
impl Headers {
    /// Returns lower-case names and values.
    fn items(&self) -> Vec<(&str, String)> {
        headers(&self.0)
    }
}

/// A response of a third-party service.
#[pyclass(frozen, module = "scalekit._native")]
pub(crate) struct StreamedResponse(proxy::Streamed);

#[pymethods]
impl StreamedResponse {
    #[getter]
    fn status(&self) -> u16 {
        self.0.status
    }

    fn headers(&self) -> proxy::Pairs {
        self.0.headers()
    }

    #[pyo3(signature = (all, *, target=None))]
    fn read(&self, py: Python<'_>, all: bool, target: Option<Target>) -> Result<Py<PyAny>> {
        run(py, target, self.0.read(all), |py, body| {
            Ok(PyBytes::new(py, &body).into_any().unbind())
        })
    }

    fn close(&self) {
        self.0.close();
    }
}
