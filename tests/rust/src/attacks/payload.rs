//! Webhooks and calls of interceptors: recipe in, signed payload out.

use anyhow::{Result, ensure};
use aws_lc_rs::hmac;
use minijinja::Value;
use serde::Serialize;

use super::recipe::{self, Purpose};
use super::template::{Made, Templates, value};
use super::{Outcome, pieces};

/// How often a recipe is tried with another number `n` until its signature is as it needs to be.
const TRIES: u64 = 100;

/// A payload with its headers and secret, and what must come out.
#[derive(Debug, Serialize)]
pub struct PayloadCase {
    /// What is attacked and how.
    pub name: String,
    /// Whether it is the call of an interceptor; else it is a webhook.
    pub interceptor: bool,
    /// The secret of the one who verifies.
    pub secret: String,
    /// Names and values.
    #[serde(serialize_with = "serialize_headers")]
    pub headers: Vec<(String, String)>,
    /// The body as it came.
    #[serde(serialize_with = "pieces::serialize")]
    pub body: Vec<u8>,
    /// What must come out.
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

pub(super) fn make(name: &str, recipe: &recipe::Payload, templates: &Templates) -> Result<PayloadCase> {
    let searches = recipe.id.contains("{{ n }}");
    let mut n = 0;
    loop {
        match attempt(name, recipe, templates, n) {
            Err(_) if searches && n < TRIES => n += 1,
            result => return result,
        }
    }
}

fn attempt(name: &str, recipe: &recipe::Payload, templates: &Templates, n: u64) -> Result<PayloadCase> {
    let expected = &recipe.expected;
    ensure!(
        expected.accepted == expected.refused.is_none(),
        "either accepted or refused"
    );
    let mut made = Made::from([("n", Value::from(n))]);
    let key = templates.bytes(&recipe.key, &made)?;
    made.insert("key", value(key.clone()));
    let secret = templates.text(&recipe.secret, &made)?;
    made.insert("id", Value::from(templates.text(&recipe.id, &made)?));
    made.insert(
        "timestamp",
        Value::from(templates.text(&recipe.timestamp, &made)?),
    );
    let read = if recipe.latin1 {
        Templates::latin1
    } else {
        Templates::bytes
    };
    let body = read(templates, &recipe.body, &made)?;
    made.insert("body", value(body.clone()));
    // A body that is not UTF-8 cannot go through a template that has more in it.
    let content = match recipe.signed.strip_suffix("{{ body }}") {
        Some(front) => [templates.bytes(front, &made)?, body].concat(),
        None => templates.bytes(&recipe.signed, &made)?,
    };
    let hmac_key = match &recipe.hmac_key {
        Some(template) => templates.bytes(template, &made)?,
        None => key,
    };
    for (name, algorithm) in [
        ("mac", hmac::HMAC_SHA256),
        ("mac_sha1", hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY),
        ("mac_sha512", hmac::HMAC_SHA512),
    ] {
        made.insert(name, Value::from_bytes(mac(algorithm, &hmac_key, &content)));
    }
    made.insert(
        "signature",
        Value::from(templates.text(&recipe.signature, &made)?),
    );
    Ok(PayloadCase {
        name: name.to_owned(),
        interceptor: recipe.purpose == Purpose::Interceptor,
        secret,
        headers: headers(recipe, templates, &made)?,
        body: templates.bytes(&recipe.sent, &made)?,
        outcome: Outcome {
            accepted: expected.accepted,
            message: expected.refused.clone(),
            ..Outcome::default()
        },
    })
}

fn headers(recipe: &recipe::Payload, templates: &Templates, made: &Made) -> Result<Vec<(String, String)>> {
    let prefix = match recipe.purpose {
        Purpose::Webhook => "webhook",
        Purpose::Interceptor => "interceptor",
    };
    let usual = ["id", "timestamp", "signature"]
        .map(|name| [format!("{prefix}-{name}"), format!("{{{{ {name} }}}}")]);
    let pairs = recipe.headers.as_deref().unwrap_or(&usual);
    pairs
        .iter()
        .map(|[name, content]| Ok((name.clone(), templates.text(content, made)?)))
        .collect()
}
