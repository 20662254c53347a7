//! The outer form of a token: JWS compact serialization (RFC 7515, section 7.1).

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};

use super::TokenError;

/// Longer tokens are refused unread.
pub(crate) const MAX_TOKEN: usize = 64 * 1024;

/// A token, taken apart but not trusted.
#[derive(Debug)]
pub(crate) struct Compact<'t> {
    pub(crate) key_id: String,
    /// Header and payload as they were signed.
    pub(crate) signed: &'t [u8],
    pub(crate) signature: Vec<u8>,
    encoded_payload: &'t str,
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
    /// Takes a token apart and pins its algorithm. Nothing in the header but `alg`, `kid` and `crit` is looked at, so
    /// keys that a token brings along (`jwk`, `jku`, `x5c`, `x5u`) have no effect.
    pub(crate) fn parse(token: &'t str) -> Result<Self, TokenError> {
        if token.len() > MAX_TOKEN {
            return Err(TokenError::TooLarge);
        }
        let parts = || TokenError::Malformed("it does not have three parts");
        let (signed, signature) = token.rsplit_once('.').ok_or_else(parts)?;
        let (header, encoded_payload) = signed.split_once('.').ok_or_else(parts)?;
        if encoded_payload.contains('.') {
            return Err(parts());
        }
        let header = decode(header, "its header is not base64url")?;
        let header: Header<'_> = read_object(&header).ok_or(TokenError::Malformed(
            "its header is not the JSON of a JWT header",
        ))?;
        if header.alg != "RS256" {
            return Err(TokenError::Algorithm);
        }
        if header.crit {
            return Err(TokenError::Critical);
        }
        let key_id = header.kid.ok_or(TokenError::MissingKeyId)?;
        let signature = decode(signature, "its signature is not base64url")?;
        Ok(Self {
            key_id,
            signed: signed.as_bytes(),
            signature,
            encoded_payload,
        })
    }

    /// The payload's bytes. To be asked for only after the signature has been verified.
    pub(crate) fn payload(&self) -> Result<Vec<u8>, TokenError> {
        decode(self.encoded_payload, "its payload is not base64url")
    }
}

/// Reads a JSON object; serde alone would also take a list of the values in order.
pub(crate) fn read_object<'j, T: Deserialize<'j>>(json: &'j [u8]) -> Option<T> {
    json.trim_ascii_start()
        .starts_with(b"{")
        .then(|| serde_json::from_slice(json).ok())?
}

/// Strict: no padding, no white space, no second spelling of the same bytes.
fn decode(text: &str, why: &'static str) -> Result<Vec<u8>, TokenError> {
    URL_SAFE_NO_PAD
        .decode(text)
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
        assert_eq!((compact.key_id.as_str(), &compact.signature[..]), ("k", &[0][..]));
        assert_eq!(compact.signed, token.strip_suffix(".AA").unwrap().as_bytes());
        assert_eq!(compact.payload().unwrap(), b"{}");
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
            assert_eq!(
                Compact::parse(&token(header)).unwrap_err().reason(),
                reason,
                "{header}"
            );
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
            assert!(
                matches!(Compact::parse(&bad), Err(TokenError::Malformed(_))),
                "{bad:?}"
            );
        }
        assert_eq!(
            Compact::parse(&"x".repeat(MAX_TOKEN + 1)).unwrap_err(),
            TokenError::TooLarge
        );
    }

    proptest! {
        #[test]
        fn any_text_is_survived(text in "[ -~\\n.]{0,200}") {
            let _ = Compact::parse(&text);
        }

        #[test]
        fn any_header_is_survived(header in "\\{\"(alg|kid|crit)\":(\"RS256\"|null|1|\\[\\]|\\{\\})(,\"(alg|kid|x)\":(\"\\PC{0,4}\"|1))?\\}") {
            if let Ok(compact) = Compact::parse(&token(&header)) {
                prop_assert!(header.contains("\"alg\":\"RS256\"") && header.contains("kid"));
                prop_assert!(compact.payload().is_ok());
            }
        }
    }
}
