//! The token endpoint, `POST {env}/oauth/token`.

use bytes::Bytes;
use form_urlencoded::Serializer;
use http::Method;
use serde_json::{Map, Value};
use tokio::time::Instant;
use zeroize::Zeroize;

use crate::call::retry::Safety;
use crate::call::{FORM, MAX_SMALL_BODY, Outgoing};
use crate::client::Client;
use crate::error::Error;
use crate::secret::{Secret, wiped};

/// What the token endpoint answered, with an access token in it.
pub(crate) struct TokenReply(Map<String, Value>);

impl TokenReply {
    pub(crate) fn access_token(&self) -> &str {
        self.0
            .get("access_token")
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    /// Seconds, sent as a number or, by some, as text.
    pub(crate) fn expires_in(&self) -> Option<i64> {
        match self.0.get("expires_in")? {
            Value::Number(number) => number
                .as_i64()
                .or_else(|| number.as_f64().map(|seconds| seconds as i64)),
            Value::String(text) => text.parse().ok(),
            _ => None,
        }
    }

    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.0
            .get(name)
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
    }
}

impl Drop for TokenReply {
    fn drop(&mut self) {
        for value in self.0.values_mut() {
            if let Value::String(text) = value {
                text.zeroize();
            }
        }
    }
}

impl Client {
    /// Posts a form to the token endpoint. Empty values are left out.
    pub(crate) async fn token_endpoint(
        &self,
        form: &[(&str, &str)],
        safety: Safety,
        deadline: Instant,
        last: &mut Option<Error>,
    ) -> Result<TokenReply, Error> {
        let outgoing = Outgoing {
            method: Method::POST,
            url: self.url("/oauth/token", None),
            content_type: FORM,
            body: Some(encode(form)),
            safety,
            service_token: false,
            max_body: MAX_SMALL_BODY,
            secrets: form
                .iter()
                .filter(|(name, _)| SECRET_FIELDS.contains(name))
                .map(|(_, value)| Secret::from(*value))
                .collect(),
        };
        let reply = self.attempts(&outgoing, deadline, last).await?;
        match serde_json::from_slice(&reply.body) {
            Ok(Value::Object(body)) => {
                let reply_body = TokenReply(body);
                if reply_body.access_token().is_empty() {
                    return Err(Error::bad_reply(
                        reply.status.as_u16(),
                        "the answer has no access_token",
                    ));
                }
                Ok(reply_body)
            }
            Ok(_) => Err(Error::bad_reply(
                reply.status.as_u16(),
                "the answer is not a JSON object",
            )),
            // Only bodies that cannot hold tokens are shown.
            Err(_) if matches!(reply.body.trim_ascii_start().first(), None | Some(b'<')) => {
                let error = Error::not_json(reply.status, &reply.headers, &reply.body);
                Err(self.strike_out(error, &outgoing, None))
            }
            Err(_) => {
                let status = reply.status.as_u16();
                let message = format!("HTTP {status} with a body that is not JSON (check env_url)");
                Err(Error::bad_reply(status, message))
            }
        }
    }
}

/// The fields that are set, as a form.
fn encode(form: &[(&str, &str)]) -> Bytes {
    // Room for every byte escaped: to grow would leave a copy behind.
    let room = form
        .iter()
        .map(|(name, value)| name.len() + 3 * value.len() + 2)
        .sum();
    let mut text = Serializer::new(String::with_capacity(room));
    text.extend_pairs(form.iter().filter(|(_, value)| !value.is_empty()));
    wiped(text.finish())
}

/// Form fields whose values never appear in an error.
const SECRET_FIELDS: [&str; 4] = ["client_secret", "code", "code_verifier", "refresh_token"];
