//! The JWS compact serialization of a token (RFC 7515, section 7.1).

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use memchr::memchr_iter;
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};

use super::TokenError;

const PAYLOAD: &str = "its payload is not base64url";

/// Longer tokens are rejected unread.
pub(crate) const MAX_TOKEN: usize = 64 * 1024;

/// A decoded token that is not verified.
#[derive(Debug)]
pub(crate) struct Compact<'t> {
    /// The signed part: header and payload.
    pub(crate) signed: &'t [u8],
    /// The encoded header.
    pub(crate) header: &'t str,
    /// The decoded payload, then the decoded signature, in one allocation.
    decoded: Vec<u8>,
    signature_at: usize,
}

#[derive(Deserialize)]
struct Header<'h> {
    #[serde(borrow)]
    alg: Cow<'h, str>,
    #[serde(default)]
    kid: Option<String>,
    #[serde(default, deserialize_with = "present")]
    crit: bool,
}

/// Returns `true` for any value, including null.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(deserializer).map(|_| true)
}

impl<'t> Compact<'t> {
    /// Decodes payload and signature without parsing the payload.
    pub(crate) fn parse(token: &'t str) -> Result<Self, TokenError> {
        if token.len() > MAX_TOKEN {
            return Err(TokenError::TooLarge);
        }
        let (signed, header, payload, signature) = parts(token)?;
        let mut decoded = Vec::with_capacity(token.len());
        decode(payload, &mut decoded, PAYLOAD)?;
        let signature_at = decoded.len();
        decode(signature, &mut decoded, "its signature is not base64url")?;
        Ok(Self {
            signed: signed.as_bytes(),
            header,
            decoded,
            signature_at,
        })
    }

    /// Checks the algorithm and returns the key id. Only `alg`, `kid` and `crit` of the header are
    /// used, so keys in a token (`jwk`, `jku`, `x5c`, `x5u`) have no effect.
    pub(crate) fn key_id(&self) -> Result<String, TokenError> {
        let mut json = Vec::new();
        decode(self.header, &mut json, "its header is not base64url")?;
        let header: Header<'_> = read_object(&json).ok_or(TokenError::Malformed(
            "its header is not the JSON of a JWT header",
        ))?;
        if header.alg != "RS256" {
            return Err(TokenError::Algorithm);
        }
        if header.crit {
            return Err(TokenError::Critical);
        }
        header.kid.ok_or(TokenError::MissingKeyId)
    }

    pub(crate) fn signature(&self) -> &[u8] {
        &self.decoded[self.signature_at..]
    }

    /// Decodes only the payload, for a token whose signature is cached.
    pub(crate) fn payload_only(token: &'t str) -> Result<Vec<u8>, TokenError> {
        let (_, _, payload, _) = parts(token)?;
        let mut decoded = Vec::new();
        decode(payload, &mut decoded, PAYLOAD)?;
        Ok(decoded)
    }

    /// Returns the payload. Call it only after the signature is verified.
    pub(crate) fn into_payload(mut self) -> Vec<u8> {
        self.decoded.truncate(self.signature_at);
        self.decoded
    }
}

/// Checks the form and the header of a token, which needs no keys.
#[cfg(feature = "client")]
pub(crate) fn check_header(token: &str) -> Result<(), TokenError> {
    Compact::parse(token)?.key_id().map(drop)
}

/// Returns the signed part, the header, the payload and the signature.
fn parts(token: &str) -> Result<(&str, &str, &str, &str), TokenError> {
    let mut dots = memchr_iter(b'.', token.as_bytes());
    let (Some(first), Some(second), None) = (dots.next(), dots.next(), dots.next()) else {
        return Err(TokenError::Malformed("it does not have three parts"));
    };
    Ok((
        &token[..second],
        &token[..first],
        &token[first + 1..second],
        &token[second + 1..],
    ))
}

/// Parses a JSON object. Serde alone also accepts an array of the values, and invalid UTF-8 in
/// skipped strings.
pub(crate) fn read_object<'j, T: Deserialize<'j>>(json: &'j [u8]) -> Option<T> {
    let json = std::str::from_utf8(json).ok()?;
    json.trim_ascii_start()
        .starts_with('{')
        .then(|| serde_json::from_str(json).ok())?
}

/// Strict base64url: no padding, no white space, no non-canonical encoding.
fn decode(text: &str, into: &mut Vec<u8>, why: &'static str) -> Result<(), TokenError> {
    URL_SAFE_NO_PAD
        .decode_vec(text, into)
        .map_err(|_| TokenError::Malformed(why))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn token(header: &str) -> String {
        format!("{}.e30.AA", URL_SAFE_NO_PAD.encode(header))
    }

    #[test]
    fn a_token_is_decoded() {
        let token = token(r#"{"alg":"RS256","kid":"k","jku":"https://evil","jwk":{}}"#);
        let compact = Compact::parse(&token).unwrap();
        assert_eq!(
            (&*compact.key_id().unwrap(), compact.signature()),
            ("k", &[0][..])
        );
        assert_eq!(
            compact.signed,
            token.strip_suffix(".AA").unwrap().as_bytes()
        );
        assert_eq!(compact.into_payload(), b"{}");
    }

    #[test]
    fn an_invalid_header_is_rejected_with_a_reason() {
        let cases = [
            (r#"{"alg":"none","kid":"k"}"#, "algorithm"),
            (r#"{"alg":"nOnE"}"#, "algorithm"),
            (r#"{"alg":"HS256","kid":"k"}"#, "algorithm"),
            (r#"{"alg":"RS384","kid":"k"}"#, "algorithm"),
            (r#"{"alg":"rs256","kid":"k"}"#, "algorithm"),
            (r#"{"alg":"RS256","kid":"k","crit":["exp"]}"#, "critical"),
            (r#"{"alg":"RS256","kid":"k","crit":null}"#, "critical"),
            (r#"{"alg":"RS256"}"#, "missing_key_id"),
            (r#"{"alg":"RS256","kid":null}"#, "missing_key_id"),
            (r#"{"alg":"RS256","kid":1}"#, "malformed"),
            (r#"{"alg":"RS256","alg":"none","kid":"k"}"#, "malformed"),
            (r#"{"kid":"k"}"#, "malformed"),
            ("[]", "malformed"),
            (r#"["RS256","k"]"#, "malformed"),
            ("", "malformed"),
        ];
        for (header, reason) in cases {
            let token = token(header);
            let rejected = Compact::parse(&token).unwrap().key_id().unwrap_err();
            assert_eq!(rejected.reason(), reason, "{header}");
        }
    }

    #[test]
    fn the_encoding_is_strict() {
        let good = token(r#"{"alg":"RS256","kid":"k"}"#);
        for bad in [
            String::new(),
            "a.b".to_owned(),
            format!("{good}.x"),
            format!(" {good}"),
            format!("{good}\n"),
            format!("{good}=="),
            good.replace(".AA", ".AB"),
            good.replace('.', ""),
        ] {
            let read = Compact::parse(&bad).and_then(|compact| compact.key_id());
            assert!(matches!(read, Err(TokenError::Malformed(_))), "{bad:?}");
        }
        assert_eq!(
            Compact::parse(&"x".repeat(MAX_TOKEN + 1)).unwrap_err(),
            TokenError::TooLarge
        );
    }

    proptest! {
        #[test]
        fn no_text_causes_a_panic(text in "[ -~\\n.]{0,200}") {
            let _ = Compact::parse(&text).map(|compact| compact.key_id().map(drop));
        }

        #[test]
        fn no_header_causes_a_panic(header in "\\{\"(alg|kid|crit)\":(\"RS256\"|null|1|\\[\\]|\\{\\})(,\"(alg|kid|x)\":(\"\\PC{0,4}\"|1))?\\}") {
            let token = token(&header);
            let compact = Compact::parse(&token).unwrap();
            if compact.key_id().is_ok() {
                prop_assert!(header.contains("\"alg\":\"RS256\"") && header.contains("kid"));
            }
            prop_assert_eq!(compact.into_payload(), b"{}");
        }
    }
}
