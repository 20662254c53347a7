//! Reads an error out of an HTTP answer: the service's JSON, RFC 6749's JSON of the token endpoint, or neither.

use http::{HeaderMap, StatusCode, header};
use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

use super::{Code, Error, ErrorKind};

/// How much of a body that is not the service's JSON is kept as detail.
const SNIPPET: usize = 512;

/// More of it than any secret is long, so that none is cut in two before it has been struck out.
const SNIPPET_ROOM: usize = SNIPPET + (16 << 10);

/// How much of a message is kept.
const MESSAGE: usize = 4 << 10;

/// Shorter ones are no secrets but would strike out words.
const SHORTEST_SECRET: usize = 8;

const REDACTED: &str = "[redacted]";

/// The error code of a tool that failed while it was executed.
const TOOL_ERROR: &str = "TOOL_ERROR";

impl Error {
    /// The error that an answer stands for.
    pub(crate) fn from_reply(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Self {
        let mut error = match serde_json::from_slice(body) {
            Ok(Value::Object(body)) if body.contains_key("message") || body.contains_key("code") => {
                from_service(status.as_u16(), body)
            }
            Ok(Value::Object(body)) if body.get("error").is_some_and(Value::is_string) => {
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

    /// A success whose body is not JSON.
    pub(crate) fn not_json(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Self {
        let message = format!(
            "the answer is {}, not JSON; is env_url right?",
            describe(headers, body)
        );
        let mut error = Self::bad_reply(status.as_u16(), message);
        error.0.details = snippet(body);
        error.0.request_id = request_id(headers);
        error
    }

    /// Strikes out every occurrence of the given secrets, for an answer that echoes the request, as they are and as a
    /// form spells them. Then shortens what is left.
    pub(crate) fn scrub(mut self, secrets: &[&str]) -> Self {
        for secret in secrets.iter().filter(|secret| secret.len() >= SHORTEST_SECRET) {
            let encoded =
                Zeroizing::new(form_urlencoded::byte_serialize(secret.as_bytes()).collect::<String>());
            for spelling in [*secret, &**encoded] {
                scrub_text(&mut self.0.message, spelling);
                scrub_value(&mut self.0.details, spelling);
                for text in self.0.error_code.iter_mut().chain(&mut self.0.request_id) {
                    scrub_text(text, spelling);
                }
            }
        }
        shorten(&mut self.0.message, MESSAGE);
        if let Some(Value::String(body)) = self.0.details.get_mut("body") {
            shorten(body, SNIPPET);
        }
        self
    }
}

/// The request id of an answer's headers.
pub(crate) fn request_id(headers: &HeaderMap) -> Option<String> {
    let value = headers.get("x-request-id")?.to_str().ok()?.trim();
    Some(value.to_owned()).filter(|id| !id.is_empty())
}

fn from_service(status: u16, mut body: Map<String, Value>) -> Error {
    let code = match body.get("code") {
        Some(Value::Number(number)) => number.as_i64().and_then(Code::from_value),
        Some(Value::String(name)) => Code::from_name(name),
        _ => None,
    }
    .filter(|code| *code != Code::Ok);
    let message = text(&body, "message").unwrap_or_else(|| format!("HTTP status {status}"));
    let kind = code.map_or_else(|| ErrorKind::from_http(status), ErrorKind::from_code);
    let mut error = Error::new(kind, message);
    error.0.code = Some(code.unwrap_or_else(|| Code::from_http(status)));
    error.0.details = body.remove("details").unwrap_or_default();
    let info = error
        .0
        .details
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_object);
    let mut found = (None, None, false);
    for detail in info {
        let tool = detail
            .get("tool_error_info")
            .or_else(|| detail.get("toolErrorInfo"));
        let request = detail.get("request_info").or_else(|| detail.get("requestInfo"));
        found.0 = found
            .0
            .or_else(|| text(detail, "error_code"))
            .or_else(|| text(detail, "errorCode"));
        found.1 = found.1.or_else(|| {
            request
                .and_then(Value::as_object)
                .and_then(|info| text(info, "request_id"))
        });
        found.2 |= tool.is_some_and(Value::is_object);
    }
    (error.0.error_code, error.0.request_id, error.0.tool) = found;
    error.0.tool |= error.0.error_code.as_deref() == Some(TOOL_ERROR);
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

fn from_other(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Error {
    let reason = status.canonical_reason().unwrap_or("unknown status");
    let message = match headers.get(header::LOCATION).filter(|_| status.is_redirection()) {
        Some(_) => format!("{reason}: redirects are not followed; is env_url right?"),
        None => format!(
            "{reason}: the answer is {}, not the service's JSON",
            describe(headers, body)
        ),
    };
    let mut error = Error::new(ErrorKind::from_http(status.as_u16()), message);
    error.0.code = Some(Code::from_http(status.as_u16()));
    error.0.details = snippet(body);
    error
}

fn describe(headers: &HeaderMap, body: &[u8]) -> String {
    if body.is_empty() {
        return "empty".to_owned();
    }
    let content_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    match content_type
        .and_then(|value| value.split(';').next())
        .map(str::trim)
    {
        Some("application/json") => "broken JSON".to_owned(),
        Some(content_type) if !content_type.is_empty() => content_type.chars().take(64).collect(),
        _ => "of no known type".to_owned(),
    }
}

fn snippet(body: &[u8]) -> Value {
    if body.is_empty() {
        return Value::Null;
    }
    let start = &body[..body.len().min(SNIPPET_ROOM)];
    json!({ "body": String::from_utf8_lossy(start) })
}

fn text(object: &Map<String, Value>, key: &str) -> Option<String> {
    object
        .get(key)?
        .as_str()
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
}

fn scrub_text(text: &mut String, secret: &str) {
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

fn scrub_value(value: &mut Value, secret: &str) {
    match value {
        Value::String(text) => scrub_text(text, secret),
        Value::Array(items) => items.iter_mut().for_each(|item| scrub_value(item, secret)),
        Value::Object(members) => {
            if members.keys().any(|name| name.contains(secret)) {
                *members = std::mem::take(members)
                    .into_iter()
                    .map(|(name, member)| (name.replace(secret, REDACTED), member))
                    .collect();
            }
            members
                .values_mut()
                .for_each(|member| scrub_value(member, secret));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Class;

    fn read(status: u16, body: &str) -> Error {
        Error::from_reply(
            StatusCode::from_u16(status).unwrap(),
            &HeaderMap::new(),
            body.as_bytes(),
        )
    }

    #[test]
    fn reads_the_service_s_error() {
        let body = json!({"code": 5, "message": "organization not found", "details": [{
            "@type": "type.googleapis.com/scalekit.v1.errdetails.ErrorInfo",
            "error_code": "RESOURCE_NOT_FOUND",
            "request_info": {"request_id": "req_1"},
        }]});
        let error = read(404, &body.to_string()).with_operation("OrganizationService.GetOrganization");
        assert_eq!(error.class(), Class::NotFound);
        assert_eq!(
            (error.status(), error.grpc_code()),
            (Some(404), Some(Code::NotFound))
        );
        assert_eq!(error.error_code(), Some("RESOURCE_NOT_FOUND"));
        assert_eq!(error.request_id(), Some("req_1"));
        assert_eq!(error.details(), &body["details"]);
        assert_eq!(
            error.to_string(),
            "OrganizationService.GetOrganization: organization not found (HTTP 404, RESOURCE_NOT_FOUND, request req_1)"
        );
    }

    #[test]
    fn the_code_decides_over_the_status() {
        assert_eq!(read(500, r#"{"code":6,"message":"m"}"#).class(), Class::Conflict);
        assert_eq!(
            read(400, r#"{"code":"permission_denied"}"#).class(),
            Class::Forbidden
        );
        assert_eq!(read(409, r#"{"code":99,"message":"m"}"#).class(), Class::Conflict);
        assert_eq!(
            read(503, r#"{"code":0,"message":"m"}"#).class(),
            Class::ServiceUnavailable
        );
    }

    #[test]
    fn tool_errors_are_recognised() {
        let by_code = r#"{"code":8,"message":"slow down","details":[{"error_code":"TOOL_ERROR"}]}"#;
        assert_eq!(read(429, by_code).class(), Class::ToolRateLimit);
        let by_info = r#"{"code":3,"message":"no","details":[{"error_code":"X","tool_error_info":{"execution_id":"e"}}]}"#;
        let error = read(400, by_info);
        assert_eq!((error.class(), error.is_tool()), (Class::Tool, true));
    }

    #[test]
    fn reads_the_token_endpoint_s_error() {
        let error = read(
            401,
            r#"{"error":"invalid_client","error_description":"unknown client"}"#,
        );
        assert_eq!(error.class(), Class::Unauthorized);
        assert_eq!(error.error_code(), Some("invalid_client"));
        assert_eq!(error.message(), "invalid_client: unknown client");
    }

    #[test]
    fn a_foreign_body_keeps_the_class_of_its_status() {
        for body in ["", "<html>nginx</html>", "{\"mess", "[1]", "null", "\u{0}"] {
            let error = read(502, body);
            assert_eq!(
                (error.class(), error.grpc_code()),
                (Class::InternalServer, Some(Code::Internal))
            );
            let detail = error.details()["body"].as_str().unwrap_or_default();
            assert_eq!(detail, body);
        }
        assert_eq!(read(418, "teapot").class(), Class::Unknown);
        let moved = read(302, "");
        assert_eq!(
            (moved.class(), moved.status(), moved.http_status()),
            (Class::InternalServer, Some(302), Some(500))
        );
        let long = read(500, &"é".repeat(100_000)).scrub(&[]);
        assert_eq!(long.details()["body"].as_str().map(str::len), Some(SNIPPET));
        let long = read(500, &json!({"message": "é".repeat(100_000)}).to_string()).scrub(&[]);
        assert_eq!(long.message().len(), MESSAGE);
    }

    #[test]
    fn an_echoed_secret_is_struck_out() {
        let error = read(
            400,
            r#"{"code":3,"message":"bad s3cret-value","details":[{"error_code":"s3cret-value","x":["s3cret-value"]}]}"#,
        );
        let error = error.scrub(&["", "a", "s3cret-value"]);
        let shown = format!("{error} {error:?} {}", error.details());
        assert!(!shown.contains("s3cret") && shown.contains("bad"), "{shown}");
    }

    #[test]
    fn an_echoed_secret_is_struck_out_however_it_is_spelled_and_wherever_it_stands() {
        let secret = "s3cret/+=value";
        for body in [
            json!({"message": "got client_secret=s3cret%2F%2B%3Dvalue"}).to_string(),
            json!({"message": "m", "details": [{"Bearer s3cret/+=value": 1}]}).to_string(),
            // Where the text is cut.
            "x".repeat(SNIPPET - 7) + secret,
        ] {
            let error = read(400, &body).scrub(&[secret]);
            let shown = format!("{error} {error:?} {}", error.details());
            assert!(!shown.contains("s3cret"), "{shown}");
        }
    }
}
