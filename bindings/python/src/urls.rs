//! Reads the options of authorization and logout URLs from Python objects.

use pyo3::prelude::*;
use pyo3::types::{PyBool, PyInt};
use scalekit_bindings::language::PYTHON;
use scalekit_bindings::{Client, options, urls};

use crate::failure::Result;
use crate::options::given;

/// Returns the URL that starts a login. `parameters` is an `AuthorizationUrlOptions` or `None`.
pub(crate) fn authorization(
    redirect_uri: &Bound<'_, PyAny>,
    parameters: &Bound<'_, PyAny>,
) -> Result<impl FnOnce(&Client) -> String> {
    let redirect_uri = options::required_text(&PYTHON, "redirect_uri", given(redirect_uri)?)?;
    let options = urls::authorization_options(scopes(parameters)?, |name| match name {
        "state" | "nonce" => text_or_id(parameters, name),
        _ => text(parameters, name),
    })?;
    Ok(move |client: &Client| urls::authorization_url(client, &PYTHON, &redirect_uri, &options))
}

/// Returns the URL that ends a session. `parameters` is a `LogoutUrlOptions` or `None`.
pub(crate) fn logout(parameters: &Bound<'_, PyAny>) -> Result<impl FnOnce(&Client) -> String> {
    let options = urls::logout_options(|name| text(parameters, name))?;
    Ok(move |client: &Client| urls::logout_url(client, &PYTHON, &options))
}

/// Returns the attribute `name`. `None`, missing and other empty values are not sent.
fn text(parameters: &Bound<'_, PyAny>, name: &'static str) -> Result<Option<String>> {
    match parameters.getattr_opt(name)? {
        Some(value) if value.is_truthy()? => Ok(options::text(&PYTHON, name, given(&value)?)?),
        _ => Ok(None),
    }
}

/// Like [`text`], but also accepts numbers and UUIDs.
fn text_or_id(parameters: &Bound<'_, PyAny>, name: &'static str) -> Result<Option<String>> {
    let Some(value) = parameters.getattr_opt(name)? else {
        return Ok(None);
    };
    let number = value.is_instance_of::<PyInt>() && !value.is_instance_of::<PyBool>();
    if number || value.get_type().fully_qualified_name()? == "uuid.UUID" {
        return Ok(Some(value.str()?.to_string_lossy().into_owned()));
    }
    text(parameters, name)
}

/// Returns the scopes of a space-separated string or of an iterable of strings.
fn scopes(parameters: &Bound<'_, PyAny>) -> Result<Vec<String>> {
    match parameters.getattr_opt("scopes")? {
        Some(scopes) => {
            let scopes = options::texts(&PYTHON, "scopes", given(&scopes)?)?;
            Ok(scopes.unwrap_or_default())
        }
        None => Ok(Vec::new()),
    }
}
