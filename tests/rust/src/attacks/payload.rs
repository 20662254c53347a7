//! Builds signed webhooks and interceptor calls from recipes.

use anyhow::{Result, ensure};
use aws_lc_rs::hmac;
use minijinja::Value;
use serde::Serialize;

use super::recipe::{self, Purpose};
use super::template::{Templates, Variables, value};
use super::{Outcome, pieces};

/// The maximum number of values of `n` to try until a signature has the required form.
const TRIES: u64 = 100;

/// A payload with its headers and secret, and the expected result.
#[derive(Debug, Serialize)]
pub struct PayloadCase {
    /// The name of the case.
    pub name: String,
    /// `true` for an interceptor call, `false` for a webhook.
    pub interceptor: bool,
    /// The secret for the verification.
    pub secret: String,
    /// Header names and values.
    #[serde(serialize_with = "serialize_headers")]
    pub headers: Vec<(String, String)>,
    /// The received body.
    #[serde(serialize_with = "pieces::serialize")]
    pub body: Vec<u8>,
    /// The expected result.
    #[serde(flatten)]
    pub outcome: Outcome,
}

fn serialize_headers<S: serde::Serializer>(
    headers: &[(String, String)],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    pieces::serialize_pairs(headers, serializer)
}

pub(super) fn mac(algorithm: hmac::Algorithm, key: &[u8], content: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(algorithm, key), content)
        .as_ref()
        .to_vec()
}

pub(super) fn make(
    name: &str,
    recipe: &recipe::Payload,
    templates: &Templates,
) -> Result<PayloadCase> {
    let uses_n = recipe.id.contains("{{ n }}");
    let mut n = 0;
    loop {
        match attempt(name, recipe, templates, n) {
            Err(_) if uses_n && n < TRIES => n += 1,
            result => return result,
        }
    }
}

fn attempt(
    name: &str,
    recipe: &recipe::Payload,
    templates: &Templates,
    n: u64,
) -> Result<PayloadCase> {
    let expected = &recipe.expected;
    ensure!(
        expected.accepted == expected.rejected.is_none(),
        "a case must be either accepted or rejected"
    );
    let mut variables = Variables::from([("n", Value::from(n))]);
    let key = templates.bytes(&recipe.key, &variables)?;
    variables.insert("key", value(key.clone()));
    let secret = templates.text(&recipe.secret, &variables)?;
    variables.insert("id", Value::from(templates.text(&recipe.id, &variables)?));
    variables.insert(
        "timestamp",
        Value::from(templates.text(&recipe.timestamp, &variables)?),
    );
    let read = if recipe.latin1 {
        Templates::latin1
    } else {
        Templates::bytes
    };
    let body = read(templates, &recipe.body, &variables)?;
    variables.insert("body", value(body.clone()));
    // Templates render text, so a body that is not UTF-8 must be appended to the rendered prefix.
    let content = match recipe.signed.strip_suffix("{{ body }}") {
        Some(prefix) => [templates.bytes(prefix, &variables)?, body].concat(),
        None => templates.bytes(&recipe.signed, &variables)?,
    };
    let hmac_key = match &recipe.hmac_key {
        Some(template) => templates.bytes(template, &variables)?,
        None => key,
    };
    for (name, algorithm) in [
        ("mac", hmac::HMAC_SHA256),
        ("mac_sha1", hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY),
        ("mac_sha512", hmac::HMAC_SHA512),
    ] {
        variables.insert(name, Value::from_bytes(mac(algorithm, &hmac_key, &content)));
    }
    variables.insert(
        "signature",
        Value::from(templates.text(&recipe.signature, &variables)?),
    );
    Ok(PayloadCase {
        name: name.to_owned(),
        interceptor: recipe.purpose == Purpose::Interceptor,
        secret,
        headers: headers(recipe, templates, &variables)?,
        body: templates.bytes(&recipe.sent, &variables)?,
        outcome: Outcome {
            accepted: expected.accepted,
            message: expected.rejected.clone(),
            ..Outcome::default()
        },
    })
}

fn headers(
    recipe: &recipe::Payload,
    templates: &Templates,
    variables: &Variables,
) -> Result<Vec<(String, String)>> {
    let prefix = match recipe.purpose {
        Purpose::Webhook => "webhook",
        Purpose::Interceptor => "interceptor",
    };
    let default = ["id", "timestamp", "signature"]
        .map(|name| [format!("{prefix}-{name}"), format!("{{{{ {name} }}}}")]);
    let pairs = recipe.headers.as_deref().unwrap_or(&default);
    pairs
        .iter()
        .map(|[name, content]| Ok((name.clone(), templates.text(content, variables)?)))
        .collect()
}
