//! Login and sessions of web applications.

use pyo3::prelude::*;
use pyo3::types::PyString;
use scalekit_bindings::Client;
use scalekit_bindings::web_auth::{self, Auth, Flow};

use crate::client::NativeClient;
use crate::failure::Result;
use crate::run::{Target, run};

/// Login and sessions; see [`Auth`]. Options, requests and results are JSON text.
#[pyclass(frozen, module = "scalekit._native")]
pub(crate) struct WebAuth(Auth);

#[pymethods]
impl WebAuth {
    #[new]
    fn new(client: &NativeClient, options: &str) -> Result<Self> {
        let client = client.client.read(Client::clone)?;
        Ok(Self(Auth::new(client, options)?))
    }

    /// Handles a request without waiting. `None` if it needs the network or the store.
    fn try_handle(&self, client: &NativeClient, request: &str) -> Result<Option<String>> {
        let handle = |client: &Client| self.0.try_handle(client, request);
        Ok(client.client.read(handle)??)
    }

    /// Starts to handle a request.
    fn start(&self, client: &NativeClient, request: &str) -> Result<WebAuthFlow> {
        let start = |client: &Client| self.0.start(client, request);
        Ok(WebAuthFlow(client.client.read(start)??))
    }
}

/// A request in progress; see [`Flow`].
#[pyclass(frozen, module = "scalekit._native")]
pub(crate) struct WebAuthFlow(Flow);

#[pymethods]
impl WebAuthFlow {
    #[pyo3(signature = (answer, *, target=None))]
    fn advance(
        &self,
        py: Python<'_>,
        answer: Option<String>,
        target: Option<Target>,
    ) -> Result<Py<PyAny>> {
        run(py, target, self.0.advance(answer), |py, text| {
            Ok(PyString::new(py, &text).into_any().unbind())
        })
    }
}

/// Runs a function of sessions that needs no client; see [`web_auth::tool`].
#[pyfunction]
pub(crate) fn web_auth_tool(text: &str) -> Result<String> {
    Ok(web_auth::tool(text)?)
}
