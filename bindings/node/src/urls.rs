//! Authorization and logout URLs. The package has checked the types of the options.

use napi::bindgen_prelude::{External, Object};
use napi_derive::napi;
use scalekit_bindings::language::NODE;
use scalekit_bindings::{BindingError, Client, urls};

use crate::guard::{Outcome, outcome};

/// Returns the URL that starts a login.
#[napi]
pub(crate) fn authorization_url(
    client: &External<Client>,
    redirect_uri: String,
    options: Object<'_>,
) -> Outcome<String> {
    outcome(|| {
        let scopes: Option<Vec<String>> = options.get("scopes").map_err(BindingError::internal)?;
        let options = urls::authorization_options(scopes.unwrap_or_default(), text(options))?;
        let url = urls::authorization_url(client, &NODE, &redirect_uri, &options);
        Ok(url)
    })
}

/// Returns the URL that ends a session.
#[napi]
pub(crate) fn logout_url(client: &External<Client>, options: Object<'_>) -> Outcome<String> {
    outcome(|| {
        let options = urls::logout_options(text(options))?;
        Ok(urls::logout_url(client, &NODE, &options))
    })
}

/// Returns a function that reads an option by its name.
fn text(options: Object<'_>) -> impl Fn(&'static str) -> Result<Option<String>, BindingError> {
    move |name| {
        options
            .get(&NODE.spell(name))
            .map_err(BindingError::internal)
    }
}
