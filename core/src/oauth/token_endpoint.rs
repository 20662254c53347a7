//! The token endpoint, `POST {env}/oauth/token`.

use bytes::Bytes;
use form_urlencoded::Serializer;
use http::Method;
use serde_json::{Map, Value};
use zeroize::Zeroize;

use crate::error::{Error, check_env_url};
use crate::http::{
    Anonymous, Deadline, FORM, MAX_SMALL_RESPONSE, Outgoing, Pipeline, Safety, wiped,
};
use crate::secret::Secret;

/// Form fields whose values never appear in an error.
const SECRET_FIELDS: [&str; 4] = ["client_secret", "code", "code_verifier", "refresh_token"];

/// A response with an access token. Wiped from memory when dropped.
pub(crate) struct TokenResponse(Map<String, Value>);

impl TokenResponse {
    pub(crate) fn access_token(&self) -> &str {
        self.0
            .get("access_token")
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    /// The lifetime in seconds. Some servers send it as a string.
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

impl Drop for TokenResponse {
    fn drop(&mut self) {
        for value in self.0.values_mut() {
            if let Value::String(text) = value {
                text.zeroize();
            }
        }
    }
}

/// Posts a form to the token endpoint. Empty values are left out.
pub(crate) async fn request_token(
    pipeline: &Pipeline,
    form: &[(&str, &str)],
    safety: Safety,
    deadline: &Deadline,
) -> Result<TokenResponse, Error> {
    let outgoing = Outgoing {
        content_type: FORM,
        max_response: MAX_SMALL_RESPONSE,
        secrets: form
            .iter()
            .filter(|(name, _)| SECRET_FIELDS.contains(name))
            .map(|(_, value)| Secret::from(*value))
            .collect(),
        ..Outgoing::operation(
            "oauth.token",
            Method::POST,
            pipeline.config().env_url.below("/oauth/token", None),
            Some(encode(form)),
            safety,
        )
    };
    let response = pipeline.send(&outgoing, &Anonymous, deadline).await?;
    match serde_json::from_slice(&response.body) {
        Ok(Value::Object(body)) => {
            let token = TokenResponse(body);
            if token.access_token().is_empty() {
                return Err(Error::bad_response(
                    response.status.as_u16(),
                    "the response has no access_token",
                ));
            }
            Ok(token)
        }
        Ok(_) => Err(Error::bad_response(
            response.status.as_u16(),
            "the response is not a JSON object",
        )),
        // A body may contain tokens, so it is not shown unless it is empty or a web page.
        Err(_) if matches!(response.body.trim_ascii_start().first(), None | Some(b'<')) => {
            let error = Error::not_json(response.status, &response.headers, &response.body);
            Err(pipeline.redact(error, &outgoing, None))
        }
        Err(_) => {
            let status = response.status.as_u16();
            let message = format!("HTTP {status} with a body that is not JSON");
            Err(Error::bad_response(status, check_env_url(message)))
        }
    }
}

fn encode(form: &[(&str, &str)]) -> Bytes {
    // Room for every byte escaped: reallocation would leave a copy of a secret in memory.
    let room = form
        .iter()
        .map(|(name, value)| name.len() + 3 * value.len() + 2)
        .sum();
    let mut text = Serializer::new(String::with_capacity(room));
    text.extend_pairs(form.iter().filter(|(_, value)| !value.is_empty()));
    wiped(text.finish())
}
