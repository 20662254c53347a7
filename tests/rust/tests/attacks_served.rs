//! Runs the attack suite like the runners of other languages: cases over HTTP, a client that
//! fetches the keys, and the system clock.

use anyhow::{Context, Result};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use scalekit::token::TokenValidation;
use scalekit::webhook::{Purpose, SignatureHeaders};
use scalekit::{Client, Error};
use scalekit_conformance::attacks::server;
use serde_json::Value;
use tokio::net::TcpListener;

#[tokio::test]
async fn served_cases_have_the_expected_results() -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    tokio::spawn(server::serve(listener));
    let get = async |path: &str| -> Result<Value> {
        let response = reqwest::get(format!("{url}{path}"))
            .await?
            .error_for_status()?;
        Ok(serde_json::from_str(&response.text().await?)?)
    };
    let cases = get("/cases").await?;
    let client = Client::builder(&url, "skc_1", "secret").build()?;
    let mut failures = Vec::new();
    for case in cases["tokens"].as_array().context("tokens")? {
        let token = String::from_utf8(join(&case["token"])?)?;
        let strings =
            |name: &str| -> Result<Vec<String>> { Ok(serde_json::from_value(case[name].clone())?) };
        let mut checks = TokenValidation::new().required_scopes(strings("required_scopes")?);
        let issuer = case["issuer"].as_str();
        checks.issuer = issuer.map(|issuer| vec![issuer.to_owned()]);
        checks.audience = Some(strings("audience")?).filter(|audience| !audience.is_empty());
        let validated = client.validate_token(&token, &checks).await;
        let result = validated.and_then(|verified| Ok(verified.claims()?));
        let reason = result
            .err()
            .and_then(|error| Some(error.token_error()?.reason()));
        if reason != case["reason"].as_str() {
            failures.push(format!("{}: {reason:?}", case["name"]));
        }
    }
    for case in cases["payloads"].as_array().context("payloads")? {
        let message = verify_payload(case)?
            .err()
            .map(|error| error.message().to_owned());
        if message.as_deref() != case["message"].as_str() {
            failures.push(format!("{}: {message:?}", case["name"]));
        }
    }
    assert!(
        failures.is_empty(),
        "{} cases failed:\n{}",
        failures.len(),
        failures.join("\n")
    );
    let seen = get("/seen").await?;
    assert_eq!(
        seen["/attacker-keys"],
        Value::Null,
        "the client must not fetch URLs from tokens"
    );
    assert!(seen["/keys"].as_u64().context("keys")? <= 2);
    Ok(())
}

fn verify_payload(case: &Value) -> Result<Result<(), Error>> {
    let purpose = match case["interceptor"].as_bool() {
        Some(true) => Purpose::Interceptor,
        _ => Purpose::Webhook,
    };
    let headers = case["headers"].as_array().context("headers")?;
    let pairs: Vec<_> = headers
        .iter()
        .map(|pair| {
            Ok((
                pair[0].as_str().context("header name")?,
                String::from_utf8(join(&pair[1])?)?,
            ))
        })
        .collect::<Result<_>>()?;
    let headers = SignatureHeaders::from_pairs(purpose, pairs);
    let secret = case["secret"].as_str().context("secret")?;
    Ok(scalekit::webhook::verify(
        secret,
        &headers,
        &join(&case["body"])?,
    ))
}

/// Decodes, repeats and joins pieces.
fn join(pieces: &Value) -> Result<Vec<u8>> {
    let mut joined = Vec::new();
    for piece in pieces.as_array().context("pieces")? {
        let bytes = STANDARD.decode(piece["base64"].as_str().context("base64")?)?;
        let times = usize::try_from(piece["times"].as_u64().context("times")?)?;
        joined.extend(bytes.repeat(times));
    }
    Ok(joined)
}
