//! The native client: converts arguments, releases the GIL, and converts results.

use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyDict};
use scalekit::oauth::CodeOptions;
use scalekit::token::{TokenValidation, VerifiedToken};
use scalekit::webhook::Purpose;
use scalekit::{CallOptions, Client, Error, ErrorKind, Secret};

use crate::failure::{Failure, OrRaise};
use crate::headers::Headers;
use crate::operations;
use crate::options::{ClientOptions, seconds};
use crate::process::PerProcess;
use crate::run::{Target, run};
use crate::tokens::{TokenChecks, token_text, validate_cached};
use crate::urls;
use crate::value::{from_json, serialized};
use crate::webhooks::verify_payload;

/// The client of the core. It also works in forked processes.
#[pyclass(frozen, module = "scalekit._native")]
pub(crate) struct NativeClient {
    client: PerProcess<Client>,
    env_url: String,
    user_agent: String,
    sdk_version: String,
}

impl NativeClient {
    /// Validates a token and converts the result.
    ///
    /// A blocking call fetches the keys only if they are not cached. With `cached_only`, the result
    /// is `None` instead.
    fn validate(
        &self,
        py: Python<'_>,
        token: &Bound<'_, PyAny>,
        checks: Option<TokenChecks>,
        cached_only: bool,
        target: Option<Target<'_>>,
        convert: fn(Python<'_>, Result<VerifiedToken, Error>) -> PyResult<Py<PyAny>>,
    ) -> PyResult<Py<PyAny>> {
        let token = match token_text(token) {
            Ok(token) => token,
            Err(error) => return convert(py, Err(error)),
        };
        let checks = checks.map(TokenValidation::from).unwrap_or_default();
        if target.is_none() {
            if let Some(result) =
                self.with_client(py, |client| validate_cached(py, client, &token, &checks))?
            {
                return convert(py, result);
            }
            if cached_only {
                return Ok(py.None());
            }
        }
        let (client, token) = (self.client(py)?, token.into_owned());
        let call = async move { Ok(client.validate_token(&token, &checks).await) };
        run(py, target, call, convert)
    }

    /// Returns the client of this process.
    fn client(&self, py: Python<'_>) -> PyResult<Client> {
        self.with_client(py, Client::clone)
    }

    /// Reads the client of this process. This is faster than a clone, whose reference count is
    /// shared between threads.
    fn with_client<R>(&self, py: Python<'_>, read: impl FnOnce(&Client) -> R) -> PyResult<R> {
        let create = |parents: Option<&Client>| match parents {
            Some(client) => Ok(client.for_new_process()),
            None => Err(Failure::Internal(
                "the client is being destroyed".to_owned(),
            )),
        };
        self.client.get(create, read).or_raise(py)
    }
}

#[pymethods]
impl NativeClient {
    #[new]
    fn new(py: Python<'_>, options: ClientOptions) -> PyResult<Self> {
        let client = options.build().or_raise(py)?;
        Ok(Self {
            env_url: client.env_url().to_owned(),
            user_agent: client.user_agent().to_owned(),
            sdk_version: client.sdk_version().to_owned(),
            client: PerProcess::new(client),
        })
    }

    #[getter]
    fn env_url(&self) -> &str {
        &self.env_url
    }

    #[getter]
    fn user_agent(&self) -> &str {
        &self.user_agent
    }

    #[getter]
    fn sdk_version(&self) -> &str {
        &self.sdk_version
    }

    #[pyo3(signature = (operation, request, timeout=None, *, target=None))]
    fn call(
        &self,
        py: Python<'_>,
        operation: &str,
        request: &[u8],
        timeout: Option<f64>,
        target: Option<Target<'_>>,
    ) -> PyResult<Py<PyAny>> {
        let client = self.client(py)?;
        let operation = operations::find(operation).or_raise(py)?;
        let mut options = CallOptions::default();
        if let Some(timeout) = timeout {
            options = options.with_timeout(seconds("timeout", timeout).or_raise(py)?);
        }
        let request = request.to_vec();
        let call = async move {
            let prepared = scalekit_wire::encode_request(operation, &request)?;
            let mut response = client.send(operation, prepared, options).await?;
            let body = std::mem::take(&mut response.body);
            let message = scalekit_wire::decode_aside(operation, body).await?;
            Ok((message, response))
        };
        run(py, target, call, |py, (message, response)| {
            let result = (PyBytes::new(py, &message), Headers::new(response));
            Ok(result.into_pyobject(py)?.into_any().unbind())
        })
    }

    #[pyo3(signature = (*, target=None))]
    fn client_access_token(
        &self,
        py: Python<'_>,
        target: Option<Target<'_>>,
    ) -> PyResult<Py<PyAny>> {
        let client = self.client(py)?;
        let call = async move { client.client_access_token().await };
        run(py, target, call, |py, token| {
            Ok(token.into_pyobject(py)?.into_any().unbind())
        })
    }

    #[pyo3(signature = (client_id, client_secret, scopes, *, target=None))]
    fn generate_client_token(
        &self,
        py: Python<'_>,
        client_id: String,
        client_secret: String,
        scopes: Vec<String>,
        target: Option<Target<'_>>,
    ) -> PyResult<Py<PyAny>> {
        let client = self.client(py)?;
        let client_secret = Secret::from(client_secret);
        let call = async move {
            let scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
            client
                .generate_client_token(&client_id, client_secret.expose(), &scopes)
                .await
        };
        run(py, target, call, |py, token| {
            let result = PyDict::new(py);
            result.set_item("access_token", token.access_token)?;
            result.set_item("expires_in", token.expires_in)?;
            result.set_item("scope", token.scope)?;
            Ok(result.into_any().unbind())
        })
    }

    #[pyo3(signature = (code, redirect_uri, code_verifier, *, target=None))]
    fn authenticate_with_code(
        &self,
        py: Python<'_>,
        code: String,
        redirect_uri: String,
        code_verifier: Option<String>,
        target: Option<Target<'_>>,
    ) -> PyResult<Py<PyAny>> {
        let client = self.client(py)?;
        let options = CodeOptions {
            code_verifier: code_verifier.map(Secret::from),
        };
        let call = async move {
            client
                .authenticate_with_code(&code, &redirect_uri, &options)
                .await
        };
        run(py, target, call, |py, result| serialized(py, &result))
    }

    #[pyo3(signature = (refresh_token, *, target=None))]
    fn refresh_access_token(
        &self,
        py: Python<'_>,
        refresh_token: String,
        target: Option<Target<'_>>,
    ) -> PyResult<Py<PyAny>> {
        let client = self.client(py)?;
        let call = async move { client.refresh_access_token(&refresh_token).await };
        run(py, target, call, |py, result| serialized(py, &result))
    }

    /// Returns the claims of a valid token.
    #[pyo3(signature = (token, checks=None, *, cached_only=false, target=None))]
    fn validate_token(
        &self,
        py: Python<'_>,
        token: &Bound<'_, PyAny>,
        checks: Option<TokenChecks>,
        cached_only: bool,
        target: Option<Target<'_>>,
    ) -> PyResult<Py<PyAny>> {
        self.validate(py, token, checks, cached_only, target, |py, verified| {
            let verified = verified.or_raise(py)?;
            Ok(from_json(py, verified.payload())?.unbind())
        })
    }

    /// Returns `True` if a token is valid. Raises only if the keys cannot be fetched.
    #[pyo3(signature = (token, checks=None, *, cached_only=false, target=None))]
    fn is_valid_token(
        &self,
        py: Python<'_>,
        token: &Bound<'_, PyAny>,
        checks: Option<TokenChecks>,
        cached_only: bool,
        target: Option<Target<'_>>,
    ) -> PyResult<Py<PyAny>> {
        self.validate(py, token, checks, cached_only, target, |py, verified| {
            let valid = match verified {
                Ok(_) => true,
                Err(error) if error.kind() == ErrorKind::InvalidToken => false,
                Err(error) => return Err(error).or_raise(py),
            };
            Ok(PyBool::new(py, valid).to_owned().into_any().unbind())
        })
    }

    /// Fetches and caches the environment's signing keys.
    #[pyo3(signature = (*, target=None))]
    fn refresh_keys(&self, py: Python<'_>, target: Option<Target<'_>>) -> PyResult<Py<PyAny>> {
        let client = self.client(py)?;
        run(
            py,
            target,
            async move { client.refresh_keys().await },
            |py, ()| Ok(py.None()),
        )
    }

    fn authorization_url(
        &self,
        py: Python<'_>,
        redirect_uri: &Bound<'_, PyAny>,
        options: &Bound<'_, PyAny>,
    ) -> PyResult<String> {
        let redirect_uri = urls::redirect_uri(redirect_uri)?;
        let options = urls::authorization(options)?;
        self.with_client(py, |client| {
            client.authorization_url(&redirect_uri, &options)
        })
    }

    fn logout_url(&self, py: Python<'_>, options: &Bound<'_, PyAny>) -> PyResult<String> {
        let options = urls::logout(options)?;
        self.with_client(py, |client| client.logout_url(&options))
    }

    fn verify_webhook(
        &self,
        py: Python<'_>,
        secret: &Bound<'_, PyAny>,
        headers: &Bound<'_, PyAny>,
        payload: &Bound<'_, PyAny>,
    ) -> PyResult<bool> {
        let verify =
            |client: &Client| verify_payload(client, secret, headers, payload, Purpose::Webhook);
        self.with_client(py, verify)?.map(|()| true)
    }

    fn verify_interceptor(
        &self,
        py: Python<'_>,
        secret: &Bound<'_, PyAny>,
        headers: &Bound<'_, PyAny>,
        payload: &Bound<'_, PyAny>,
    ) -> PyResult<bool> {
        let verify = |client: &Client| {
            verify_payload(client, secret, headers, payload, Purpose::Interceptor)
        };
        self.with_client(py, verify)?.map(|()| true)
    }

    fn close(&self, py: Python<'_>) -> PyResult<()> {
        let client = self.client(py)?;
        py.detach(|| client.close());
        Ok(())
    }
}
