//! Error responses: the service's JSON, the token endpoint's JSON (RFC 6749, section 5.2), or any
//! other body.

use http::{HeaderMap, StatusCode, header};
use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

use super::{Code, Error, ErrorKind, Message, excerpt};

/// The limit of a body excerpt in the details.
const SNIPPET: usize = 512;

/// The limit before redaction. It is longer than any secret, so no secret is cut before it is
/// removed.
const SNIPPET_ROOM: usize = SNIPPET + (16 << 10);

/// The limit of a message.
const MESSAGE: usize = 4 << 10;

/// Shorter secrets are not redacted: they would match ordinary words.
const SHORTEST_SECRET: usize = 8;

const REDACTED: &str = "[redacted]";

/// The error code of a failed tool execution.
const TOOL_ERROR: &str = "TOOL_ERROR";

impl Error {
    /// Parses an error response.
    pub(crate) fn from_response(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Self {
        let mut error = match serde_json::from_slice(body) {
            Ok(Value::Object(body))
                if body.contains_key("message") || body.contains_key("code") =>
            {
                from_service(status.as_u16(), body)
            }
            Ok(Value::Object(body)) if text(&body, "error").is_some() => {
                from_token_endpoint(status.as_u16(), body)
            }
            _ => from_other(status, headers, body),
        };
        error.0.status = Some(status.as_u16());
        if error.0.request_id.is_none() {
            error.0.request_id = request_id(headers);
        }
        error
    }

    /// A successful response whose body is not a JSON object.
    pub(crate) fn not_json(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Self {
        let (kind, text) = excerpt::describe(headers, start(body));
        let status = status.as_u16();
        let message = format!("HTTP {status} with {kind} instead of a JSON object");
        let mut error = Self::bad_response(status, check_env_url(message));
        error.0.excerpt = text;
        error.0.details = snippet(body);
        error.0.request_id = request_id(headers);
        error
    }

    /// Removes every occurrence of the secrets, plain and form-encoded, since a response may echo
    /// the request. Then shortens the texts and adds the excerpt of the body to the message.
    pub(crate) fn redact(mut self, secrets: &[&str]) -> Self {
        for secret in secrets
            .iter()
            .filter(|secret| secret.len() >= SHORTEST_SECRET)
        {
            let encoded = Zeroizing::new(
                form_urlencoded::byte_serialize(secret.as_bytes()).collect::<String>(),
            );
            for spelling in [*secret, &**encoded] {
                self.0.message.edit(|text| redact_text(text, spelling));
                redact_value(&mut self.0.details, spelling);
                let texts = self.0.error_code.iter_mut().chain(&mut self.0.request_id);
                for text in texts.chain(&mut self.0.excerpt) {
                    redact_text(text, spelling);
                }
            }
        }
        if let Some(text) = self.0.excerpt.take() {
            self.0.message = self.0.message.text(": ").text(excerpt::quoted(&text));
        }
        self.0.message.edit(|text| shorten(text, MESSAGE));
        if let Some(Value::String(body)) = self.0.details.get_mut("body") {
            shorten(body, SNIPPET);
        }
        self
    }
}

/// Returns the request id of the response headers.
pub(crate) fn request_id(headers: &HeaderMap) -> Option<String> {
    let value = headers.get("x-request-id")?.to_str().ok()?.trim();
    Some(value.to_owned()).filter(|id| !id.is_empty())
}

fn from_service(status: u16, mut body: Map<String, Value>) -> Error {
    let code = match body.get("code") {
        Some(Value::Number(number)) => number.as_i64().and_then(|code| code.try_into().ok()),
        Some(Value::String(name)) => name.parse().ok(),
        _ => None,
    }
    .filter(|code| *code != Code::Ok);
    let message =
        text(&body, "message").unwrap_or_else(|| format!("HTTP {status} without a message"));
    let kind = code.map_or_else(|| ErrorKind::from_http(status), ErrorKind::from_code);
    let mut error = Error::new(kind, message);
    error.0.code = Some(code.unwrap_or_else(|| Code::from_http(status)));
    error.0.details = body.remove("details").unwrap_or_default();
    let infos = error
        .0
        .details
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_object);
    let (mut error_code, mut request_id, mut tool) = (None, None, false);
    for detail in infos {
        let tool_info = detail
            .get("tool_error_info")
            .or_else(|| detail.get("toolErrorInfo"));
        let request_info = detail
            .get("request_info")
            .or_else(|| detail.get("requestInfo"));
        error_code = error_code
            .or_else(|| text(detail, "error_code"))
            .or_else(|| text(detail, "errorCode"));
        request_id = request_id.or_else(|| text(request_info?.as_object()?, "request_id"));
        tool |= tool_info.is_some_and(Value::is_object);
    }
    error.0.tool = tool || error_code.as_deref() == Some(TOOL_ERROR);
    error.0.error_code = error_code;
    error.0.request_id = request_id;
    error
}

fn from_token_endpoint(status: u16, body: Map<String, Value>) -> Error {
    let name = text(&body, "error").unwrap_or_default();
    let message = match text(&body, "error_description") {
        Some(description) => format!("{name}: {description}"),
        None => name.clone(),
    };
    let mut error = Error::new(ErrorKind::from_http(status), message);
    error.0.code = Some(Code::from_http(status));
    error.0.error_code = Some(name);
    error.0.details = Value::Object(body);
    error
}

/// An error response whose body is not an error of the API or of the token endpoint.
fn from_other(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Error {
    let number = status.as_u16();
    let redirect = status.is_redirection() && headers.contains_key(header::LOCATION);
    let (message, text) = if redirect {
        let message = format!("HTTP {number}: redirects are not followed");
        (check_env_url(message), None)
    } else {
        let (kind, text) = excerpt::describe(headers, start(body));
        (format!("HTTP {number} with {kind}").into(), text)
    };
    let mut error = Error::new(ErrorKind::from_http(number), message);
    error.0.code = Some(Code::from_http(number));
    error.0.excerpt = text;
    error.0.details = snippet(body);
    error
}

/// Adds that a wrong environment URL may be the cause.
pub(crate) fn check_env_url(message: String) -> Message {
    Message::from(message)
        .text(" (check ")
        .name("env_url")
        .text(")")
}

fn snippet(body: &[u8]) -> Value {
    if body.is_empty() {
        return Value::Null;
    }
    json!({ "body": String::from_utf8_lossy(start(body)) })
}

fn start(body: &[u8]) -> &[u8] {
    &body[..body.len().min(SNIPPET_ROOM)]
}

fn text(object: &Map<String, Value>, key: &str) -> Option<String> {
    object
        .get(key)?
        .as_str()
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
}

fn redact_text(text: &mut String, secret: &str) {
    if text.contains(secret) {
        *text = text.replace(secret, REDACTED);
    }
}

fn shorten(text: &mut String, most: usize) {
    if text.len() > most {
        let end = (0..=most).rev().find(|end| text.is_char_boundary(*end));
        text.truncate(end.unwrap_or_default());
    }
}

fn redact_value(value: &mut Value, secret: &str) {
    match value {
        Value::String(text) => redact_text(text, secret),
        Value::Array(items) => items.iter_mut().for_each(|item| redact_value(item, secret)),
        Value::Object(members) => {
            if members.keys().any(|name| name.contains(secret)) {
                *members = std::mem::take(members)
                    .into_iter()
                    .map(|(name, member)| (name.replace(secret, REDACTED), member))
                    .collect();
            }
            members
                .values_mut()
                .for_each(|member| redact_value(member, secret));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests;
