//! Verification of webhooks and interceptors. Bodies are read without a copy if possible.

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PySlice, PyString};
use scalekit_bindings::webhooks::{self, Purpose, SignatureHeaders, Verification};
use scalekit_bindings::{Client, Error};

use crate::failure::{Result, invalid_argument};
use crate::text::{lossy, type_name};

/// The body size from which the GIL is released. Smaller bodies are verified faster than that.
const MIN_DETACHED: usize = 8 * 1024;

/// The chunk size for mutable buffers. They can change while the GIL is released, so each chunk is
/// copied.
const CHUNK: usize = 64 * 1024;

/// Verifies the signature of a webhook or interceptor payload.
pub(crate) fn verify_payload(
    client: &Client,
    secret: &Bound<'_, PyAny>,
    headers: &Bound<'_, PyAny>,
    payload: &Bound<'_, PyAny>,
    purpose: Purpose,
) -> Result<()> {
    let py = secret.py();
    let Ok(secret) = secret.cast::<PyString>() else {
        let problem = format!("secret must be a str, not {}", type_name(secret));
        return Err(invalid_argument(problem));
    };
    let headers = RequestHeaders::read(headers, purpose)?;
    let headers = headers.select(purpose);
    let start = || client.start_webhook(&lossy(secret), &headers);
    if let Ok(bytes) = payload.cast::<PyBytes>() {
        Ok(verify_bytes(py, start()?, bytes.as_bytes())?)
    } else if let Ok(text) = payload.cast::<PyString>() {
        Ok(verify_bytes(py, start()?, lossy(text).as_bytes())?)
    } else {
        let problem = || format!("payload must be str or bytes, not {}", type_name(payload));
        let view = convert("byte_view", payload, problem)?;
        verify_chunks(py, start()?, &view)
    }
}

fn verify_bytes(
    py: Python<'_>,
    mut verification: Verification<'_>,
    body: &[u8],
) -> Result<(), Error> {
    let verify = move || {
        verification.update(body);
        Ok(verification.finish()?)
    };
    if body.len() < MIN_DETACHED {
        verify()
    } else {
        py.detach(verify)
    }
}

fn verify_chunks(
    py: Python<'_>,
    mut verification: Verification<'_>,
    view: &Bound<'_, PyAny>,
) -> Result<()> {
    let length = view.len()?;
    for start in (0..length).step_by(CHUNK) {
        let end = length.min(start + CHUNK);
        let chunk = view.get_item(PySlice::new(py, start as isize, end as isize, 1))?;
        let chunk = chunk.call_method0(intern!(py, "tobytes"))?;
        let chunk = chunk.cast::<PyBytes>().map_err(PyErr::from)?.as_bytes();
        py.detach(|| verification.update(chunk));
    }
    Ok(verification.finish().map_err(Error::from)?)
}

/// Calls a function of the Python module `scalekit._runtime.webhooks`, which converts arguments of
/// less common types. A `TypeError` or `ValueError` becomes an invalid argument with `problem`.
fn convert<'py>(
    function: &str,
    argument: &Bound<'py, PyAny>,
    problem: impl FnOnce() -> String,
) -> Result<Bound<'py, PyAny>> {
    let py = argument.py();
    let module = py.import(intern!(py, "scalekit._runtime.webhooks"))?;
    module.call_method1(function, (argument,)).map_err(|error| {
        if !error.is_instance_of::<PyTypeError>(py) && !error.is_instance_of::<PyValueError>(py) {
            return error.into();
        }
        let exception = PyErr::from(invalid_argument(problem()));
        exception.set_cause(py, Some(error));
        exception.into()
    })
}

/// The signature headers of a request.
enum RequestHeaders<'py> {
    /// Id, timestamp and signature of a `dict` with the lower-case names of webhook headers.
    Exact([Bound<'py, PyString>; 3]),
    /// Names and values of the signature headers of any other mapping, or of pairs.
    Pairs(Vec<[Bound<'py, PyString>; 2]>),
}

impl<'py> RequestHeaders<'py> {
    fn read(headers: &Bound<'py, PyAny>, purpose: Purpose) -> Result<Self> {
        if purpose == Purpose::Webhook
            && let Ok(dict) = headers.cast_exact::<PyDict>()
            && let Some(exact) = Self::exact(dict)
        {
            return Ok(exact);
        }
        let problem = || "headers must be a mapping of str to str".to_owned();
        let pairs = convert("signature_headers", headers, problem)?;
        Ok(Self::Pairs(pairs.extract()?))
    }

    fn exact(dict: &Bound<'py, PyDict>) -> Option<Self> {
        let py = dict.py();
        let text = |name| dict.get_item(name).ok()??.cast_into::<PyString>().ok();
        Some(Self::Exact([
            text(intern!(py, "webhook-id"))?,
            text(intern!(py, "webhook-timestamp"))?,
            text(intern!(py, "webhook-signature"))?,
        ]))
    }

    fn select(&self, purpose: Purpose) -> SignatureHeaders<'_> {
        match self {
            Self::Exact([id, timestamp, signature]) => {
                SignatureHeaders::new(lossy(id), lossy(timestamp), lossy(signature))
            }
            Self::Pairs(pairs) => {
                let pairs = pairs
                    .iter()
                    .map(|[name, value]| (lossy(name).into_owned(), lossy(value)));
                SignatureHeaders::from_pairs(purpose, pairs)
            }
        }
    }
}

/// Returns `true` for the names of signature headers, in any spelling.
#[pyfunction]
pub(crate) fn is_signature_header(name: &Bound<'_, PyString>) -> bool {
    webhooks::is_signature_header(&lossy(name))
}
