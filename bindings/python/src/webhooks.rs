//! Verification of webhooks and interceptors. Bodies are read without a copy if possible.

use std::borrow::Cow;

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBytes, PyDict, PyList, PySlice, PyString, PyTuple};
use scalekit_bindings::webhooks::{Purpose, SignatureHeaders, Verification, is_signature_header};
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
        let view = byte_view(py, payload)?;
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

/// Returns a view of the bytes of any buffer, such as a `bytearray`, `memoryview` or `mmap`.
fn byte_view<'py>(py: Python<'py>, payload: &Bound<'py, PyAny>) -> Result<Bound<'py, PyAny>> {
    static MEMORYVIEW: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let memoryview = MEMORYVIEW.import(py, "builtins", "memoryview")?;
    let view = memoryview.call1((payload,)).map_err(|error| {
        if !error.is_instance_of::<PyTypeError>(py) {
            return error.into();
        }
        let problem = format!("payload must be str or bytes, not {}", type_name(payload));
        invalid_argument(problem)
    })?;
    let contiguous = view.getattr(intern!(py, "c_contiguous"))?.is_truthy()?;
    let view = if contiguous {
        view
    } else {
        memoryview.call1((view.call_method0(intern!(py, "tobytes"))?,))?
    };
    Ok(view.call_method1(intern!(py, "cast"), (intern!(py, "B"),))?)
}

/// The signature headers of a request.
enum RequestHeaders<'py> {
    /// Id, timestamp and signature of a `dict` with the lower-case names of webhook headers.
    Exact([Bound<'py, PyString>; 3]),
    /// Names and values of the signature headers of any other mapping, or of pairs.
    Pairs(Vec<(String, String)>),
}

impl<'py> RequestHeaders<'py> {
    fn read(headers: &Bound<'py, PyAny>, purpose: Purpose) -> Result<Self> {
        if purpose == Purpose::Webhook
            && let Ok(dict) = headers.cast_exact::<PyDict>()
            && let Some(exact) = Self::exact(dict)?
        {
            return Ok(exact);
        }
        Self::pairs(headers, purpose).map_err(|error| {
            let py = headers.py();
            if !error.is_instance_of::<PyTypeError>(py) && !error.is_instance_of::<PyValueError>(py)
            {
                return error.into();
            }
            let exception =
                PyErr::from(invalid_argument("headers must be a mapping of str to str"));
            exception.set_cause(py, Some(error));
            exception.into()
        })
    }

    fn exact(dict: &Bound<'py, PyDict>) -> PyResult<Option<Self>> {
        let py = dict.py();
        let get = |name| -> PyResult<_> {
            let value = dict.get_item(name)?;
            Ok(value.and_then(|value| value.cast_into::<PyString>().ok()))
        };
        let all = (
            get(intern!(py, "webhook-id"))?,
            get(intern!(py, "webhook-timestamp"))?,
            get(intern!(py, "webhook-signature"))?,
        );
        Ok(match all {
            (Some(id), Some(timestamp), Some(signature)) => {
                Some(Self::Exact([id, timestamp, signature]))
            }
            _ => None,
        })
    }

    fn pairs(headers: &Bound<'py, PyAny>, purpose: Purpose) -> PyResult<Self> {
        let mut pairs = Vec::new();
        let mut add = |name: &Bound<'py, PyAny>, value| -> PyResult<()> {
            let name = header_text(name)?;
            // Other values stay untouched: a WSGI environment also contains streams and other
            // objects.
            if is_signature_header(purpose, &name)
                && let Some(value) = first_value(value)?
            {
                pairs.push((name.into_owned(), header_text(&value)?.into_owned()));
            }
            Ok(())
        };
        if let Ok(dict) = headers.cast_exact::<PyDict>() {
            // Collected first: the conversion of a value may run Python code that changes the dict.
            for (name, value) in dict.iter().collect::<Vec<_>>() {
                add(&name, value)?;
            }
            return Ok(Self::Pairs(pairs));
        }
        let items = match headers.getattr_opt(intern!(headers.py(), "items"))? {
            Some(items) => items.call0()?,
            None => headers.clone(),
        };
        for item in items.try_iter()? {
            let [name, value] = item?.extract::<[Bound<'py, PyAny>; 2]>()?;
            add(&name, value)?;
        }
        Ok(Self::Pairs(pairs))
    }

    fn select(&self, purpose: Purpose) -> SignatureHeaders<'_> {
        match self {
            Self::Exact([id, timestamp, signature]) => SignatureHeaders {
                id: lossy(id),
                timestamp: lossy(timestamp),
                signature: lossy(signature),
            },
            Self::Pairs(pairs) => SignatureHeaders::from_pairs(
                purpose,
                pairs.iter().map(|(name, value)| (name, value.as_str())),
            ),
        }
    }
}

/// Returns the first value of a header. Some frameworks use a list of values for each name.
fn first_value<'py>(value: Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
    let list = value.is_instance_of::<PyList>() || value.is_instance_of::<PyTuple>();
    let first = match list {
        true => value.try_iter()?.next().transpose()?,
        false => Some(value),
    };
    Ok(first.filter(|value| !value.is_none()))
}

/// Returns a header's name or value as text. ASGI has `bytes` in Latin-1; any other type is
/// converted by `str`.
fn header_text<'a>(value: &'a Bound<'_, PyAny>) -> PyResult<Cow<'a, str>> {
    if let Ok(text) = value.cast::<PyString>() {
        return Ok(lossy(text));
    }
    if let Ok(bytes) = value.cast::<PyBytes>() {
        return Ok(bytes
            .as_bytes()
            .iter()
            .map(|&byte| char::from(byte))
            .collect());
    }
    Ok(lossy(&value.str()?).into_owned().into())
}
