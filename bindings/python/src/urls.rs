//! Reads the options of authorization and logout URLs from Python objects.

use std::borrow::Cow;

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyInt, PyString};
use scalekit_bindings::Client;
use scalekit_bindings::language::PYTHON;
use scalekit_bindings::options::Value;
use scalekit_bindings::urls;

use crate::failure::{Result, invalid_argument};
use crate::options::value;
use crate::text::{LONE_SURROGATE, type_name};

/// Returns the URL that starts a login. `options` is an `AuthorizationUrlOptions` or `None`.
pub(crate) fn authorization(
    redirect_uri: &Bound<'_, PyAny>,
    options: &Bound<'_, PyAny>,
) -> Result<impl FnOnce(&Client) -> String> {
    let redirect_uri = as_text(redirect_uri, "redirect_uri")?.into_owned();
    if redirect_uri.is_empty() {
        return Err(invalid_argument("redirect_uri must not be empty"));
    }
    let options = urls::authorization_options(scopes(options)?, |name| match name {
        "state" | "nonce" => text_or_id(options, name),
        _ => text(options, name),
    })?;
    Ok(move |client: &Client| urls::authorization_url(client, &PYTHON, &redirect_uri, &options))
}

/// Returns the URL that ends a session. `options` is a `LogoutUrlOptions` or `None`.
pub(crate) fn logout(options: &Bound<'_, PyAny>) -> Result<impl FnOnce(&Client) -> String> {
    let options = urls::logout_options(|name| text(options, name))?;
    Ok(move |client: &Client| urls::logout_url(client, &PYTHON, &options))
}

/// Returns the attribute `name`. `None`, missing and other empty values are not sent.
fn text(options: &Bound<'_, PyAny>, name: &str) -> Result<Option<String>> {
    let Some(value) = options.getattr_opt(name)? else {
        return Ok(None);
    };
    if value.is_none() || (!value.is_instance_of::<PyString>() && !value.is_truthy()?) {
        return Ok(None);
    }
    Ok(Some(as_text(&value, name)?.into_owned()))
}

/// Like [`text`], but also accepts numbers and UUIDs.
fn text_or_id(options: &Bound<'_, PyAny>, name: &str) -> Result<Option<String>> {
    let Some(value) = options.getattr_opt(name)? else {
        return Ok(None);
    };
    let number = value.is_instance_of::<PyInt>() && !value.is_instance_of::<PyBool>();
    if number || value.get_type().fully_qualified_name()? == "uuid.UUID" {
        return Ok(Some(value.str()?.to_string_lossy().into_owned()));
    }
    text(options, name)
}

/// Returns the scopes of a space-separated string or of an iterable of strings.
fn scopes(options: &Bound<'_, PyAny>) -> Result<Vec<String>> {
    let Some(scopes) = options.getattr_opt(intern!(options.py(), "scopes"))? else {
        return Ok(Vec::new());
    };
    match value(&scopes)? {
        Value::Null => Ok(Vec::new()),
        Value::Text(text) => Ok(vec![text]),
        Value::Texts(texts) => Ok(texts),
        Value::Invalid(problem) => Err(invalid_argument(format!("scopes {problem}"))),
        _ => {
            let name = type_name(&scopes);
            let problem = format!("scopes must be a str or a list of str, not {name}");
            Err(invalid_argument(problem))
        }
    }
}

/// Returns the text of a string. Errors contain the name but not the value, which may be a secret.
fn as_text<'a>(value: &'a Bound<'_, PyAny>, name: &str) -> Result<Cow<'a, str>> {
    match value.cast::<PyString>() {
        // A lossy conversion would send another text.
        Ok(text) => text
            .to_cow()
            .map_err(|_| invalid_argument(format!("{name} {LONE_SURROGATE}"))),
        Err(_) => {
            let problem = format!("{name} must be a str, not {}", type_name(value));
            Err(invalid_argument(problem))
        }
    }
}
