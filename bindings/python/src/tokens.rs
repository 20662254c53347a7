//! Arguments of token validation, and PKCE.

use std::borrow::Cow;

use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyString};
use scalekit_bindings::Error;
use scalekit_bindings::language::PYTHON;
use scalekit_bindings::options::pkce_length;
use scalekit_bindings::tokens::{self, TokenError, VerifiedToken};

use crate::failure::Result;
use crate::options::given;
use crate::text::lossy;
use crate::value::from_json;

/// Returns the text of a token. `bytes` are decoded as UTF-8; any other type is a malformed token.
pub(crate) fn token_text<'a>(token: &'a Bound<'_, PyAny>) -> Result<Cow<'a, str>, Error> {
    if let Ok(text) = token.cast::<PyString>() {
        return Ok(lossy(text));
    }
    match token.cast::<PyBytes>() {
        Ok(bytes) => Ok(String::from_utf8_lossy(bytes.as_bytes())),
        Err(_) => Err(TokenError::Malformed("it is not a str").into()),
    }
}

/// Converts the claims of a token or, without `claims`, whether it is valid.
pub(crate) fn convert(
    py: Python<'_>,
    verified: Result<VerifiedToken, Error>,
    claims: bool,
) -> Result<Py<PyAny>> {
    if claims {
        return from_json(py, verified?.payload());
    }
    let valid = PyBool::new(py, tokens::is_valid(verified)?);
    Ok(valid.to_owned().into_any().unbind())
}

/// Returns a random verifier and its S256 challenge.
#[pyfunction]
pub(crate) fn generate_pkce(length: &Bound<'_, PyAny>) -> Result<[String; 2]> {
    Ok(tokens::pkce(Some(pkce_length(&PYTHON, given(length)?)?))?)
}
