//! Reads the options of authorization and logout URLs from Python objects.

use std::borrow::Cow;

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyInt, PyString};
use scalekit::oauth::{AuthorizationUrlOptions, LogoutUrlOptions};

use crate::failure::invalid_argument;
use crate::text::{lossy, type_name};

/// Returns the redirect URI, which must not be empty.
pub(crate) fn redirect_uri<'a>(value: &'a Bound<'_, PyAny>) -> PyResult<Cow<'a, str>> {
    let text = as_text(value, "redirect_uri")?;
    if text.is_empty() {
        return Err(invalid_argument(
            value.py(),
            "redirect_uri must not be empty".to_owned(),
        ));
    }
    Ok(text)
}

/// Converts an `AuthorizationUrlOptions` or `None`.
pub(crate) fn authorization(options: &Bound<'_, PyAny>) -> PyResult<AuthorizationUrlOptions> {
    let py = options.py();
    if options.is_none() {
        return Ok(AuthorizationUrlOptions::default());
    }
    Ok(AuthorizationUrlOptions {
        scopes: scopes(options)?,
        state: text_or_id(options, intern!(py, "state"))?,
        nonce: text_or_id(options, intern!(py, "nonce"))?,
        login_hint: text(options, intern!(py, "login_hint"))?,
        domain_hint: text(options, intern!(py, "domain_hint"))?,
        connection_id: text(options, intern!(py, "connection_id"))?,
        organization_id: text(options, intern!(py, "organization_id"))?,
        provider: text(options, intern!(py, "provider"))?,
        prompt: text(options, intern!(py, "prompt"))?,
        code_challenge: text(options, intern!(py, "code_challenge"))?,
        code_challenge_method: text(options, intern!(py, "code_challenge_method"))?,
        ..AuthorizationUrlOptions::default()
    })
}

/// Converts a `LogoutUrlOptions` or `None`.
pub(crate) fn logout(options: &Bound<'_, PyAny>) -> PyResult<LogoutUrlOptions> {
    let py = options.py();
    if options.is_none() {
        return Ok(LogoutUrlOptions::default());
    }
    Ok(LogoutUrlOptions {
        id_token_hint: text(options, intern!(py, "id_token_hint"))?,
        post_logout_redirect_uri: text(options, intern!(py, "post_logout_redirect_uri"))?,
        state: text(options, intern!(py, "state"))?,
    })
}

/// Returns the attribute `name`. `None`, missing and other empty values are not sent.
fn text(options: &Bound<'_, PyAny>, name: &Bound<'_, PyString>) -> PyResult<Option<String>> {
    let Some(value) = options.getattr_opt(name)? else {
        return Ok(None);
    };
    if value.is_none() || (!value.is_instance_of::<PyString>() && !value.is_truthy()?) {
        return Ok(None);
    }
    Ok(Some(as_text(&value, &lossy(name))?.into_owned()))
}

/// Like [`text`], but also accepts numbers and UUIDs.
fn text_or_id(options: &Bound<'_, PyAny>, name: &Bound<'_, PyString>) -> PyResult<Option<String>> {
    let Some(value) = options.getattr_opt(name)? else {
        return Ok(None);
    };
    let number = value.is_instance_of::<PyInt>() && !value.is_instance_of::<PyBool>();
    if number || value.get_type().fully_qualified_name()? == "uuid.UUID" {
        return Ok(Some(lossy(&value.str()?).into_owned()));
    }
    text(options, name)
}

/// Returns the scopes of a space-separated string or of an iterable of strings.
fn scopes(options: &Bound<'_, PyAny>) -> PyResult<Vec<String>> {
    let Some(value) = options.getattr_opt(intern!(options.py(), "scopes"))? else {
        return Ok(Vec::new());
    };
    if value.is_none() {
        return Ok(Vec::new());
    }
    if value.is_instance_of::<PyString>() {
        return Ok(vec![as_text(&value, "scopes")?.into_owned()]);
    }
    let Ok(items) = value.try_iter() else {
        let problem = format!(
            "scopes must be a str or a list of str, not {}",
            type_name(&value)
        );
        return Err(invalid_argument(value.py(), problem));
    };
    let mut scopes = Vec::new();
    for item in items {
        let item = item?;
        if !item.is_instance_of::<PyString>() {
            return Err(invalid_argument(
                item.py(),
                "scopes must be a list of str".to_owned(),
            ));
        }
        scopes.push(as_text(&item, "scopes")?.into_owned());
    }
    Ok(scopes)
}

/// Returns the text of a string. Errors contain the name but not the value, which may be a secret.
fn as_text<'a>(value: &'a Bound<'_, PyAny>, name: &str) -> PyResult<Cow<'a, str>> {
    match value.cast::<PyString>() {
        // A lossy conversion would send another text.
        Ok(text) => text
            .to_cow()
            .map_err(|_| invalid_argument(value.py(), format!("{name} contains a lone surrogate"))),
        Err(_) => Err(invalid_argument(
            value.py(),
            format!("{name} must be a str, not {}", type_name(value)),
        )),
    }
}
