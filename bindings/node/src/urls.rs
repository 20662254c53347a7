//! Authorization and logout URLs. The package has checked the types of the options.

use std::collections::HashMap;

use napi::bindgen_prelude::External;
use napi_derive::napi;
use scalekit_bindings::language::NODE;
use scalekit_bindings::{BindingError, Client, urls};

use crate::guard::{Outcome, outcome};

/// Optional texts by their names in JavaScript.
type Texts = HashMap<String, Option<String>>;

/// Returns the URL that starts a login.
#[napi]
pub(crate) fn authorization_url(
    client: &External<Client>,
    redirect_uri: String,
    scopes: Vec<String>,
    options: Texts,
) -> Outcome<String> {
    outcome(|| {
        let options = urls::authorization_options(scopes, take(options))?;
        Ok(urls::authorization_url(
            client,
            &NODE,
            &redirect_uri,
            &options,
        ))
    })
}

/// Returns the URL that ends a session.
#[napi]
pub(crate) fn logout_url(client: &External<Client>, options: Texts) -> Outcome<String> {
    outcome(|| {
        let options = urls::logout_options(take(options))?;
        Ok(urls::logout_url(client, &NODE, &options))
    })
}

/// Returns a function that takes an option by its name.
fn take(mut options: Texts) -> impl FnMut(&'static str) -> Result<Option<String>, BindingError> {
    move |name| Ok(options.remove(&*NODE.spell(name)).flatten())
}
