//! Webhooks and interceptors: the body is read where Python has it.

use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBytes, PyDict, PySlice, PyString};
use scalekit::webhook::{Purpose, SignatureHeaders, Verification};
use scalekit::{Client, Error};

use crate::failure::{OrRaise, invalid_argument};
use crate::text::{lossy, type_name};

/// Smaller bodies are verified faster than the GIL is handed over.
const DETACH_FROM: usize = 8 * 1024;

/// Other buffers can change while the GIL is free, so they are copied, but only this much at a time.
const PIECE: usize = 64 * 1024;

/// Verifies the signature of a webhook or interceptor payload.
pub(crate) fn verify_payload(
    client: &Client,
    secret: &Bound<'_, PyAny>,
    headers: &Bound<'_, PyAny>,
    payload: &Bound<'_, PyAny>,
    purpose: Purpose,
) -> PyResult<()> {
    let py = secret.py();
    let Ok(secret) = secret.cast::<PyString>() else {
        let problem = format!("secret must be a str, not {}", type_name(secret));
        return Err(invalid_argument(py, problem));
    };
    let found = Found::look_up(headers, purpose)?;
    let headers = found.headers(purpose);
    let start = || client.start_webhook(&lossy(secret), &headers);
    let verified = if let Ok(bytes) = payload.cast::<PyBytes>() {
        start().and_then(|verification| whole(py, verification, bytes.as_bytes()))
    } else if let Ok(text) = payload.cast::<PyString>() {
        start().and_then(|verification| whole(py, verification, lossy(text).as_bytes()))
    } else {
        let view = view(py, payload)?;
        match start() {
            Ok(verification) => in_pieces(py, verification, &view)?,
            Err(error) => Err(error),
        }
    };
    verified.or_raise(py)
}

fn whole(py: Python<'_>, mut verification: Verification<'_>, body: &[u8]) -> Result<(), Error> {
    let verify = move || {
        verification.update(body);
        Ok(verification.finish()?)
    };
    if body.len() < DETACH_FROM {
        verify()
    } else {
        py.detach(verify)
    }
}

fn in_pieces(
    py: Python<'_>,
    mut verification: Verification<'_>,
    view: &Bound<'_, PyAny>,
) -> PyResult<Result<(), Error>> {
    let length = view.len()?;
    for start in (0..length).step_by(PIECE) {
        let end = length.min(start + PIECE);
        let piece = view.get_item(PySlice::new(py, start as isize, end as isize, 1))?;
        let piece = piece.call_method0(intern!(py, "tobytes"))?;
        let piece = piece.cast::<PyBytes>()?.as_bytes();
        py.detach(|| verification.update(piece));
    }
    Ok(verification.finish().map_err(Error::from))
}

/// A view of the bytes of any buffer: `bytearray`, `memoryview`, `mmap` and the like.
fn view<'py>(py: Python<'py>, payload: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    static MEMORYVIEW: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let memoryview = MEMORYVIEW.import(py, "builtins", "memoryview")?;
    let view = memoryview.call1((payload,)).map_err(|error| {
        if !error.is_instance_of::<PyTypeError>(py) {
            return error;
        }
        let problem = format!("payload must be str or bytes, not {}", type_name(payload));
        invalid_argument(py, problem)
    })?;
    let contiguous = view.getattr(intern!(py, "c_contiguous"))?.is_truthy()?;
    let view = if contiguous {
        view
    } else {
        memoryview.call1((view.call_method0(intern!(py, "tobytes"))?,))?
    };
    view.call_method1(intern!(py, "cast"), (intern!(py, "B"),))
}

/// Headers as Python has them.
enum Found<'py> {
    /// Id, timestamp and signature of a `dict` that has them under their own names.
    Named([Bound<'py, PyString>; 3]),
    /// All that may count, by the rules for any mapping.
    Pairs(Vec<(Bound<'py, PyString>, Bound<'py, PyString>)>),
}

impl<'py> Found<'py> {
    fn look_up(headers: &Bound<'py, PyAny>, purpose: Purpose) -> PyResult<Self> {
        let py = headers.py();
        if let Ok(dict) = headers.cast_exact::<PyDict>() {
            if purpose == Purpose::Webhook
                && let Some(named) = Self::named(dict)?
            {
                return Ok(named);
            }
            let pairs: Result<Vec<_>, _> = dict
                .iter()
                .map(|(name, value)| Ok::<_, PyErr>((name.cast_into()?, value.cast_into()?)))
                .collect();
            if let Ok(pairs) = pairs {
                return Ok(Self::Pairs(pairs));
            }
        }
        static PAIRS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
        let pairs = PAIRS.import(py, "scalekit._checks", "headers")?;
        Ok(Self::Pairs(pairs.call1((headers,))?.extract()?))
    }

    fn named(dict: &Bound<'py, PyDict>) -> PyResult<Option<Self>> {
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
            (Some(id), Some(timestamp), Some(signature)) => Some(Self::Named([id, timestamp, signature])),
            _ => None,
        })
    }

    fn headers(&self, purpose: Purpose) -> SignatureHeaders<'_> {
        match self {
            Self::Named([id, timestamp, signature]) => SignatureHeaders {
                id: lossy(id),
                timestamp: lossy(timestamp),
                signature: lossy(signature),
            },
            Self::Pairs(pairs) => {
                let pairs = pairs
                    .iter()
                    .map(|(name, value)| (lossy(name).into_owned(), lossy(value)));
                SignatureHeaders::from_pairs(purpose, pairs)
            }
        }
    }
}
