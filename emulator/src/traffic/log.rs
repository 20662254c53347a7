//! The request log. Secrets are redacted.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, HeaderName, PROXY_AUTHORIZATION};
use http::{HeaderMap, Method, StatusCode};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::http::{Pairs, Request};
use crate::registry::{Numbered, Registry};

/// Maximum number of entries. The oldest entry is removed first.
const CAPACITY: usize = 10_000;

const REDACTED: &str = "[redacted]";

/// Headers whose values are credentials.
const SECRET_HEADERS: [HeaderName; 6] = [
    AUTHORIZATION,
    COOKIE,
    PROXY_AUTHORIZATION,
    HeaderName::from_static("api-key"),
    HeaderName::from_static("x-api-key"),
    HeaderName::from_static("x-auth-token"),
];

/// Parameters of the OAuth endpoints whose values are credentials.
const SECRET_PARAMETERS: [&str; 10] = [
    "access_token",
    "client_assertion",
    "client_secret",
    "code",
    "code_verifier",
    "id_token_hint",
    "link_token",
    "refresh_token",
    "ticket",
    "token",
];

/// A logged request.
#[derive(Clone, Debug)]
struct Entry {
    number: u64,
    time: Timestamp,
    request_id: String,
    method: Method,
    path: String,
    query: Option<String>,
    headers: Headers,
    body: Box<[u8]>,
    /// The operation or endpoint; `None` for a request without a matching route.
    operation: Option<&'static str>,
    outcome: Outcome,
    began: Instant,
    milliseconds: Option<u128>,
}

/// Header names and values, one per line. They are copied, because hyper's values would keep the
/// whole read buffer of the connection in memory.
#[derive(Clone, Debug)]
struct Headers(Box<[u8]>);

#[derive(Clone, Copy, Debug)]
enum Outcome {
    Pending,
    Completed(StatusCode),
    /// The client disconnected, or a fault dropped the connection.
    Aborted,
}

/// The request log.
#[derive(Debug, Default)]
pub(crate) struct Log {
    entries: Mutex<Registry<Entry>>,
}

/// A filter for log entries.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    pub(crate) operation: Option<String>,
    pub(crate) method: Option<String>,
    pub(crate) path: Option<String>,
    /// Only entries with a higher number.
    pub(crate) after: u64,
    pub(crate) unmatched: bool,
    pub(crate) limit: Option<usize>,
}

/// A request in progress. It is logged as aborted if it is dropped without a response.
pub(crate) struct Pending<'l> {
    log: &'l Log,
    number: u64,
}

impl Log {
    /// Adds a request. If `has_secrets` is set, the values of secret parameters are redacted.
    pub(crate) fn begin(
        &self,
        time: Timestamp,
        request: &Request,
        operation: Option<&'static str>,
        has_secrets: bool,
    ) -> Pending<'_> {
        let redact = |text: &[u8]| {
            if has_secrets {
                redacted_form(text)
            } else {
                text.to_vec()
            }
        };
        let form = request
            .header(CONTENT_TYPE)
            .is_some_and(|kind| kind.contains("form-urlencoded"));
        let query = request.query.as_ref().map(|query| redact(query.as_bytes()));
        let create = |number| Entry {
            number,
            time,
            request_id: request.id.clone(),
            method: request.method.clone(),
            path: request.path.clone(),
            query: query.map(|query| String::from_utf8_lossy(&query).into_owned()),
            headers: Headers::of(&request.headers),
            body: if form {
                redact(&request.body).into()
            } else {
                (*request.body).into()
            },
            operation,
            outcome: Outcome::Pending,
            began: Instant::now(),
            milliseconds: None,
        };
        let mut entries = self.lock();
        let number = entries.add(create).number;
        entries.drop_oldest(CAPACITY);
        Pending { log: self, number }
    }

    /// Returns the matching entries, oldest first. If there are more than the limit, returns the
    /// newest.
    pub(crate) fn show(&self, filter: &Filter) -> Vec<Value> {
        let matches = |entry: &&Entry| {
            entry.number > filter.after
                && (!filter.unmatched || entry.operation.is_none())
                && filter
                    .operation
                    .as_deref()
                    .is_none_or(|name| entry.operation == Some(name))
                && filter
                    .method
                    .as_deref()
                    .is_none_or(|method| entry.method.as_str().eq_ignore_ascii_case(method))
                && filter.path.as_deref().is_none_or(|path| entry.path == path)
        };
        let entries = self.lock();
        let matching: Vec<&Entry> = entries.iter().filter(matches).collect();
        let skipped = matching
            .len()
            .saturating_sub(filter.limit.unwrap_or(usize::MAX));
        matching[skipped..]
            .iter()
            .map(|entry| entry.to_json())
            .collect()
    }

    /// Returns the number of entries.
    pub(crate) fn len(&self) -> usize {
        self.lock().len()
    }

    /// Removes all entries. Numbering continues, so that `after` remains valid.
    pub(crate) fn clear(&self) {
        self.lock().remove(None);
    }

    fn finish(&self, number: u64, outcome: Outcome) {
        let mut entries = self.lock();
        // The entry may already be removed.
        if let Some(entry) = entries.get_mut(number)
            && matches!(entry.outcome, Outcome::Pending)
        {
            entry.outcome = outcome;
            entry.milliseconds = Some(entry.began.elapsed().as_millis());
        }
    }

    fn lock(&self) -> MutexGuard<'_, Registry<Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pending<'_> {
    pub(crate) fn complete(&self, status: StatusCode) {
        self.log.finish(self.number, Outcome::Completed(status));
    }
}

impl Drop for Pending<'_> {
    fn drop(&mut self) {
        self.log.finish(self.number, Outcome::Aborted);
    }
}

impl Numbered for Entry {
    fn id(&self) -> u64 {
        self.number
    }
}

impl Entry {
    fn to_json(&self) -> Value {
        let (status, aborted) = match self.outcome {
            Outcome::Pending => (None, false),
            Outcome::Completed(status) => (Some(status.as_u16()), false),
            Outcome::Aborted => (None, true),
        };
        json!({
            "number": self.number,
            "time": self.time.to_string(),
            "request_id": self.request_id,
            "operation": self.operation,
            "method": self.method.as_str(),
            "path": self.path,
            "query": self.query,
            "headers": self.headers.to_json(),
            "body": String::from_utf8_lossy(&self.body),
            "json": serde_json::from_slice::<Value>(&self.body).ok(),
            "base64": std::str::from_utf8(&self.body).is_err().then(|| STANDARD.encode(&self.body)),
            "status": status,
            "aborted": aborted,
            "milliseconds": self.milliseconds,
        })
    }
}

impl Headers {
    fn of(headers: &HeaderMap) -> Self {
        let mut lines = Vec::with_capacity(32 * headers.len());
        for (name, value) in headers {
            lines.extend_from_slice(name.as_str().as_bytes());
            lines.push(b':');
            let value = value.as_bytes();
            if SECRET_HEADERS.contains(name) {
                // Keep the scheme, which is not secret.
                let space = value.iter().position(|byte| *byte == b' ');
                if let Some(space) = space.filter(|_| name == AUTHORIZATION) {
                    lines.extend_from_slice(&value[..=space]);
                }
                lines.extend_from_slice(REDACTED.as_bytes());
            } else {
                lines.extend_from_slice(value);
            }
            lines.push(b'\n');
        }
        Self(lines.into())
    }

    /// Returns the headers as a map. Repeated headers are joined with commas.
    fn to_json(&self) -> Map<String, Value> {
        let mut headers = Map::new();
        for line in self.0.split(|byte| *byte == b'\n') {
            let Some(colon) = line.iter().position(|byte| *byte == b':') else {
                continue;
            };
            let name = String::from_utf8_lossy(&line[..colon]).into_owned();
            let value = String::from_utf8_lossy(&line[colon + 1..]).into_owned();
            match headers.get_mut(&name) {
                Some(Value::String(before)) => *before = format!("{before}, {value}"),
                _ => {
                    headers.insert(name, value.into());
                }
            }
        }
        headers
    }
}

/// Redacts the values of secret parameters in a form or query.
fn redacted_form(text: &[u8]) -> Vec<u8> {
    let secret = |name: &str| SECRET_PARAMETERS.contains(&name);
    let Pairs(pairs) = Pairs::parse(text);
    if !pairs.iter().any(|(name, _)| secret(name)) {
        return text.to_vec();
    }
    let shown = pairs
        .iter()
        .map(|(name, value)| (name, if secret(name) { REDACTED } else { value }));
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(shown)
        .finish()
        .into_bytes()
}
