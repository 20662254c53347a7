//! The options of the two URLs, read off the objects that Python has them in.

use std::borrow::Cow;

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyInt, PyString};
use scalekit::oauth::{AuthorizationUrlOptions, LogoutUrlOptions};

use crate::failure::invalid_argument;
use crate::text::{lossy, type_name};

/// The redirect URI, which has to be there.
pub(crate) fn redirect_uri<'a>(value: &'a Bound<'_, PyAny>) -> PyResult<Cow<'a, str>> {
    let text = as_text(value, "redirect_uri")?;
    if text.is_empty() {
        return Err(refuse(value, "redirect_uri must not be empty".to_owned()));
    }
    Ok(text)
}

/// What an `AuthorizationUrlOptions`, or `None`, asks for.
pub(crate) fn authorization(options: &Bound<'_, PyAny>) -> PyResult<AuthorizationUrlOptions> {
    let py = options.py();
    if options.is_none() {
        return Ok(AuthorizationUrlOptions::default());
    }
    Ok(AuthorizationUrlOptions {
        scopes: scopes(options)?,
        state: mark(options, intern!(py, "state"))?,
        nonce: mark(options, intern!(py, "nonce"))?,
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

/// What a `LogoutUrlOptions`, or `None`, carries.
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

/// The attribute of that name; absent, `None` and other empty values are all left out of a URL.
fn text(options: &Bound<'_, PyAny>, name: &Bound<'_, PyString>) -> PyResult<Option<String>> {
    let Some(value) = options.getattr_opt(name)? else {
        return Ok(None);
    };
    if value.is_none() || (!value.is_instance_of::<PyString>() && !value.is_truthy()?) {
        return Ok(None);
    }
    Ok(Some(as_text(&value, &lossy(name))?.into_owned()))
}

/// Like [`text`]; a number or a UUID is as good a mark as its text.
fn mark(options: &Bound<'_, PyAny>, name: &Bound<'_, PyString>) -> PyResult<Option<String>> {
    let Some(value) = options.getattr_opt(name)? else {
        return Ok(None);
    };
    let number = value.is_instance_of::<PyInt>() && !value.is_instance_of::<PyBool>();
    if number || value.get_type().fully_qualified_name()? == "uuid.UUID" {
        return Ok(Some(lossy(&value.str()?).into_owned()));
    }
    text(options, name)
}

/// Returns the scopes: one string with spaces between them, or any iterable of strings.
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
        let problem = format!("scopes must be a str or a list of str, not {}", type_name(&value));
        return Err(refuse(&value, problem));
    };
    let mut scopes = Vec::new();
    for item in items {
        let item = item?;
        if !item.is_instance_of::<PyString>() {
            return Err(refuse(&item, "scopes must be a list of str".to_owned()));
        }
        scopes.push(as_text(&item, "scopes")?.into_owned());
    }
    Ok(scopes)
}

fn as_text<'a>(value: &'a Bound<'_, PyAny>, name: &str) -> PyResult<Cow<'a, str>> {
    match value.cast::<PyString>() {
        // Text that cannot be written in UTF-8 would arrive as another.
        Ok(text) => text
            .to_cow()
            .map_err(|_| refuse(value, format!("{name} holds a lone surrogate"))),
        Err(_) => Err(refuse(
            value,
            format!("{name} must be a str, not {}", type_name(value)),
        )),
    }
}

/// The value itself is not shown, it may be a secret.
fn refuse(value: &Bound<'_, PyAny>, problem: String) -> PyErr {
    invalid_argument(value.py(), problem)
}
