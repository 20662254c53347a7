//! Reads the options of authorization and logout URLs from Python objects.

use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;
use pyo3::types::{PyBool, PyDict, PyInt, PyString};
use scalekit_bindings::language::PYTHON;
use scalekit_bindings::{Client, options, urls};

use crate::failure::Result;
use crate::options::given;

/// Returns the URL that starts a login, from the attributes of an `AuthorizationUrlOptions`.
pub(crate) fn authorization(
    client: &Client,
    redirect_uri: &Bound<'_, PyAny>,
    attributes: &Bound<'_, PyDict>,
) -> Result<String> {
    let uri = options::required_text(&PYTHON, "redirect_uri", given(redirect_uri)?)?;
    let attributes = Attributes::new(attributes);
    let options = urls::authorization_options(attributes.scopes()?, |name| match name {
        "state" | "nonce" => attributes.text_or_id(name),
        _ => attributes.text(name),
    })?;
    Ok(urls::authorization_url(client, &PYTHON, &uri, &options))
}

/// Returns the URL that ends a session, from the attributes of a `LogoutUrlOptions`.
pub(crate) fn logout(client: &Client, attributes: &Bound<'_, PyDict>) -> Result<String> {
    let attributes = Attributes::new(attributes);
    let options = urls::logout_options(|name| attributes.text(name))?;
    Ok(urls::logout_url(client, &PYTHON, &options))
}

/// The attributes of an object that are not `None`.
struct Attributes<'py>(Vec<(PyBackedStr, Bound<'py, PyAny>)>);

impl<'py> Attributes<'py> {
    fn new(attributes: &Bound<'py, PyDict>) -> Self {
        let set = attributes.iter().filter(|(_, value)| !value.is_none());
        let set = set.filter_map(|(name, value)| Some((name.extract().ok()?, value)));
        Self(set.collect())
    }

    fn get(&self, name: &str) -> Option<&Bound<'py, PyAny>> {
        Some(&self.0.iter().find(|(set, _)| &**set == name)?.1)
    }

    /// Returns a text. Missing and empty values are not sent.
    fn text(&self, name: &'static str) -> Result<Option<String>> {
        match self.get(name) {
            Some(value) if value.is_truthy()? => Ok(options::text(&PYTHON, name, given(value)?)?),
            _ => Ok(None),
        }
    }

    /// Like [`Self::text`], but also accepts numbers and UUIDs.
    fn text_or_id(&self, name: &'static str) -> Result<Option<String>> {
        match self.get(name) {
            Some(value) if is_id(value)? => Ok(Some(value.str()?.to_string_lossy().into_owned())),
            _ => self.text(name),
        }
    }

    /// Returns the scopes of a space-separated string or of an iterable of strings.
    fn scopes(&self) -> Result<Vec<String>> {
        let scopes = self.get("scopes").map(given).transpose()?;
        let scopes = scopes.map(|scopes| options::texts(&PYTHON, "scopes", scopes));
        Ok(scopes.transpose()?.flatten().unwrap_or_default())
    }
}

fn is_id(value: &Bound<'_, PyAny>) -> Result<bool> {
    let text = value.is_instance_of::<PyString>();
    let number = value.is_instance_of::<PyInt>() && !value.is_instance_of::<PyBool>();
    Ok(number || !text && value.get_type().fully_qualified_name()? == "uuid.UUID")
}
