//! Compact JWS: `header.claims.signature`.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Keys, SigningKey};

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: String,
}

/// Signs `claims` with `key` (RFC 7519, RS256).
pub(crate) fn sign(key: &SigningKey, claims: &Value) -> anyhow::Result<String> {
    let header = json!({ "alg": "RS256", "typ": "JWT", "kid": key.id });
    let mut token = URL_SAFE_NO_PAD.encode(header.to_string());
    token.push('.');
    token.push_str(&URL_SAFE_NO_PAD.encode(claims.to_string()));
    let signature = key.sign(token.as_bytes())?;
    token.push('.');
    token.push_str(&URL_SAFE_NO_PAD.encode(signature));
    Ok(token)
}

/// Verifies a token with `keys` and returns its claims. Does not check expiry.
pub(crate) fn decode_claims(keys: &Keys, token: &str) -> Option<Value> {
    let (message, signature) = token.rsplit_once('.')?;
    let (header, claims) = message.split_once('.')?;
    let header: Header = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).ok()?).ok()?;
    let key = keys.find(&header.kid).filter(|_| header.alg == "RS256")?;
    let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
    if !key.verifies(message.as_bytes(), &signature) {
        return None;
    }
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()
}
