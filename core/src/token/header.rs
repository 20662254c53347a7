//! The outer form of a token: JWS compact serialization (RFC 7515, section 7.1).

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use memchr::memchr_iter;
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};

use super::TokenError;

const PAYLOAD: &str = "its payload is not base64url";

/// Longer tokens are refused unread.
pub(crate) const MAX_TOKEN: usize = 64 * 1024;

/// A token, taken apart but not trusted.
#[derive(Debug)]
pub(crate) struct Compact<'t> {
    /// Header and payload as they were signed.
    pub(crate) signed: &'t [u8],
    /// The header as it came.
    pub(crate) header: &'t str,
    /// Payload and signature decoded, one after the other: one allocation for a whole validation.
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

/// Present counts, whatever the value: even null.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(deserializer).map(|_| true)
}

impl<'t> Compact<'t> {
    /// Takes a token apart without reading what it says.
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

    /// Pins the algorithm and says which key is to verify. Nothing in the header but `alg`, `kid` and `crit` is looked
    /// at, so keys that a token brings along (`jwk`, `jku`, `x5c`, `x5u`) have no effect.
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

    /// The payload of a token that has been verified before; the rest is not looked at again.
    pub(crate) fn payload_only(token: &'t str) -> Result<Vec<u8>, TokenError> {
        let (_, _, payload, _) = parts(token)?;
        let mut decoded = Vec::new();
        decode(payload, &mut decoded, PAYLOAD)?;
        Ok(decoded)
    }

    /// The payload's bytes. To be asked for only after the signature has been verified.
    pub(crate) fn into_payload(mut self) -> Vec<u8> {
        self.decoded.truncate(self.signature_at);
        self.decoded
    }
}

/// What is signed, and in it header and payload; and the signature.
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

/// Reads a JSON object. Serde alone would also take a list of the values in order, and bytes that are not UTF-8 in
/// texts that it skips.
pub(crate) fn read_object<'j, T: Deserialize<'j>>(json: &'j [u8]) -> Option<T> {
    let json = std::str::from_utf8(json).ok()?;
    json.trim_ascii_start()
        .starts_with('{')
        .then(|| serde_json::from_str(json).ok())?
}

/// Strict: no padding, no white space, no second spelling of the same bytes.
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
    fn takes_a_token_apart() {
        let token = token(r#"{"alg":"RS256","kid":"k","jku":"https://evil","jwk":{}}"#);
        let compact = Compact::parse(&token).unwrap();
        assert_eq!(
            (&*compact.key_id().unwrap(), compact.signature()),
            ("k", &[0][..])
        );
        assert_eq!(compact.signed, token.strip_suffix(".AA").unwrap().as_bytes());
        assert_eq!(compact.into_payload(), b"{}");
    }

    #[test]
    fn each_bad_header_has_its_reason() {
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
            let refused = Compact::parse(&token).unwrap().key_id().unwrap_err();
            assert_eq!(refused.reason(), reason, "{header}");
        }
    }

    #[test]
    fn the_form_is_strict() {
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
        fn any_text_is_survived(text in "[ -~\\n.]{0,200}") {
            let _ = Compact::parse(&text).map(|compact| compact.key_id().map(drop));
        }

        #[test]
        fn any_header_is_survived(header in "\\{\"(alg|kid|crit)\":(\"RS256\"|null|1|\\[\\]|\\{\\})(,\"(alg|kid|x)\":(\"\\PC{0,4}\"|1))?\\}") {
            let token = token(&header);
            let compact = Compact::parse(&token).unwrap();
            if compact.key_id().is_ok() {
                prop_assert!(header.contains("\"alg\":\"RS256\"") && header.contains("kid"));
            }
            prop_assert_eq!(compact.into_payload(), b"{}");
        }
    }
}
