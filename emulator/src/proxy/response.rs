//! The response of a script.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName};
use http::{HeaderValue, StatusCode};

use crate::http::{Body, Chunks, Response};
use crate::state::ProxyResponse;

/// The content type of binary bodies.
const BINARY: &str = "application/octet-stream";

pub(super) fn of(script: ProxyResponse) -> Response {
    let status = script.status.unwrap_or(200);
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    let delay = Duration::from_millis(script.chunk_delay_ms);
    let mut response = match (script.json, script.body, script.base64, script.size) {
        (Some(json), ..) => Response::json(status, &json),
        (_, Some(text), ..) => Response::text(status, text),
        (_, _, Some(text), _) => {
            Response::new(status, BINARY, STANDARD.decode(text).unwrap_or_default())
        }
        (.., Some(size)) => {
            let mut response = Response::new(status, BINARY, Bytes::new());
            let chunks = Chunks::generated(size, script.chunk_bytes, delay);
            response.body = Body::Chunks(chunks);
            response
        }
        _ => Response::empty(status),
    };
    if script.chunk_bytes.is_some() || !delay.is_zero() {
        let bytes = response.body.bytes();
        if !bytes.is_empty() {
            response.body = Body::Chunks(Chunks::of(bytes, script.chunk_bytes, delay));
        }
    }
    for (name, value) in &script.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers.insert(name, value);
        }
    }
    if status == StatusCode::NO_CONTENT {
        response.headers.remove(CONTENT_TYPE);
    }
    response
}
