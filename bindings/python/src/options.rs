//! Options with values of any type, as the user passed them.

use std::path::PathBuf;
use std::time::Duration;

use pyo3::exceptions::PyUnicodeEncodeError;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyDict, PyFloat, PyInt, PyIterator, PyString};
use scalekit_bindings::language::PYTHON;
use scalekit_bindings::options::{Given, Value, call_timeout};
use scalekit_bindings::{Client, ClientOptions};

use crate::failure::Result;
use crate::text::{LONE_SURROGATE, type_name};

/// Creates a client with the keyword arguments of the constructor.
pub(crate) fn build(options: &Bound<'_, PyDict>, version: &str) -> Result<Client> {
    let mut client = ClientOptions::default();
    for (name, object) in options {
        client.set(&PYTHON, &name.extract::<String>()?, given(&object)?)?;
    }
    Ok(client.build(&PYTHON, version)?)
}

/// Converts the time limit of a call.
pub(crate) fn time_limit(object: &Bound<'_, PyAny>) -> Result<Duration> {
    Ok(call_timeout(&PYTHON, given(object)?)?)
}

/// Converts a value of any type.
pub(crate) fn given(object: &Bound<'_, PyAny>) -> Result<Given> {
    Ok(Given::new(value(object)?, type_name(object)))
}

/// Converts a value of any type, without the name of the type.
pub(crate) fn value(object: &Bound<'_, PyAny>) -> Result<Value> {
    Ok(if object.is_none() {
        Value::Null
    } else if let Ok(text) = object.cast::<PyString>() {
        let text = text.to_str().map(|text| Value::Text(text.into()));
        text.unwrap_or(Value::Invalid(LONE_SURROGATE))
    } else if let Ok(flag) = object.cast::<PyBool>() {
        Value::Flag(flag.is_true())
    } else if object.is_instance_of::<PyInt>() {
        let number = || Value::Number(object.extract().unwrap_or(f64::INFINITY));
        object.extract().map_or_else(|_| number(), Value::Integer)
    } else if let Ok(number) = object.cast::<PyFloat>() {
        Value::Number(number.value())
    } else if let Ok(bytes) = object.cast::<PyBytes>() {
        Value::Bytes(bytes.as_bytes().to_owned())
    } else if let Ok(path) = object.extract::<PathBuf>() {
        Value::Path(path)
    } else if let Ok(items) = object.try_iter() {
        texts(object, items)?
    } else {
        Value::Other
    })
}

fn texts(object: &Bound<'_, PyAny>, items: Bound<'_, PyIterator>) -> PyResult<Value> {
    let items = items.collect::<PyResult<Vec<_>>>()?;
    let texts = items
        .iter()
        .map(PyAnyMethods::extract)
        .collect::<PyResult<_>>();
    Ok(match texts {
        Ok(texts) => Value::Texts(texts),
        Err(error) if error.is_instance_of::<PyUnicodeEncodeError>(object.py()) => {
            Value::Invalid(LONE_SURROGATE)
        }
        Err(_) => Value::Invalid("must be a list of str"),
    })
}
