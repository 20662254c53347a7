//! Scripts: responses that tests define for calls of tools and of the proxy.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderName, HeaderValue};
use scalekit::Code;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::rows::row;
use super::{Row, State, Table};

/// The result of a tool, instead of its usual one. All fields are optional.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ToolResponse {
    pub(crate) id: String,
    /// The name of the tool. A `*` at the end matches any text. Empty for all tools.
    pub(crate) tool_name: String,
    /// The connection of the account. Empty for all connections.
    pub(crate) connection_name: String,
    /// The identifier of the account. Empty for all identifiers.
    pub(crate) identifier: String,
    /// The number of calls; absent for all calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) times: Option<u32>,
    /// The data that the tool returns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) data: Option<Map<String, Value>>,
    /// The error of the third-party service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<ToolError>,
}

/// The error of a tool.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ToolError {
    /// The name of the gRPC code, such as `UNAUTHENTICATED`.
    pub(crate) code: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) message: String,
    /// The error code of the third-party service. Default: `code`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) tool_error_code: String,
}

/// The response of the third-party service to a call of the proxy. All fields are optional.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ProxyResponse {
    pub(crate) id: String,
    /// The connection of the call. Empty for all connections.
    pub(crate) connection_name: String,
    /// The identifier of the account. Empty for all identifiers.
    pub(crate) identifier: String,
    /// The HTTP method. Empty for all methods.
    pub(crate) method: String,
    /// The path after `/proxy`. A `*` at the end matches any text. Empty for all paths.
    pub(crate) path: String,
    /// The number of calls; absent for all calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) times: Option<u32>,
    /// The HTTP status; 200 if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<u16>,
    pub(crate) headers: BTreeMap<String, String>,
    /// A JSON body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) json: Option<Value>,
    /// A text body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) body: Option<String>,
    /// A binary body, in base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) base64: Option<String>,
    /// The number of bytes of a generated body. The byte at position `i` is `i` modulo 256.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) size: Option<u64>,
    /// The delay before the response, in milliseconds.
    pub(crate) delay_ms: u64,
    /// The number of bytes that are sent at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) chunk_bytes: Option<usize>,
    /// The delay between two chunks, in milliseconds.
    pub(crate) chunk_delay_ms: u64,
}

row!(ToolResponse, "tool response", "tres", {
    fn check(&self) -> Result<(), String> {
        check_times(self.times)?;
        match (&self.data, &self.error) {
            (Some(_), Some(_)) => Err("only one of data and error can be set".to_owned()),
            (None, None) => Err("specify data or error".to_owned()),
            (_, Some(error)) if error.code.parse::<Code>().is_err() => {
                Err(format!("unknown gRPC code {:?}", error.code))
            }
            _ => Ok(()),
        }
    }
});

row!(ProxyResponse, "proxy response", "pres", {
    fn check(&self) -> Result<(), String> {
        check_times(self.times)?;
        if !matches!(self.path.chars().next(), None | Some('/' | '*')) {
            return Err(format!(
                "path must begin with \"/\" or be \"*\", got {:?}",
                self.path
            ));
        }
        if self.status.is_some_and(|code| !(200..=599).contains(&code)) {
            return Err("status must be from 200 to 599".to_owned());
        }
        let valid = |(name, value): (&String, &String)| {
            HeaderName::try_from(name).is_ok() && HeaderValue::try_from(value).is_ok()
        };
        if !self.headers.iter().all(valid) {
            return Err("a header has an invalid name or value".to_owned());
        }
        let bodies = [
            self.json.is_some(),
            self.body.is_some(),
            self.base64.is_some(),
            self.size.is_some(),
        ];
        if bodies.iter().filter(|set| **set).count() > 1 {
            return Err("only one of json, body, base64 and size can be set".to_owned());
        }
        if let Some(Err(error)) = self.base64.as_ref().map(|text| STANDARD.decode(text)) {
            return Err(format!("base64: {error}"));
        }
        if self.chunk_bytes == Some(0) {
            return Err("chunk_bytes must be at least 1".to_owned());
        }
        Ok(())
    }
});

fn check_times(times: Option<u32>) -> Result<(), String> {
    match times {
        Some(0) => Err("times must be at least 1".to_owned()),
        _ => Ok(()),
    }
}

/// A call that a script can match.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Call<'a> {
    pub(crate) connection_name: &'a str,
    pub(crate) identifier: &'a str,
    /// The name of the tool, or the path after `/proxy`.
    pub(crate) name: &'a str,
}

impl Call<'_> {
    fn matches(&self, connection_name: &str, identifier: &str, pattern: &str) -> bool {
        let same = |filter: &str, own: &str| filter.is_empty() || filter == own;
        let name = match pattern.strip_suffix('*') {
            Some(start) => self.name.starts_with(start),
            None => same(pattern, self.name),
        };
        name && same(connection_name, self.connection_name) && same(identifier, self.identifier)
    }
}

impl State {
    /// Returns the oldest script for a call of a tool, and counts the call.
    pub(crate) fn take_tool_response(&mut self, call: Call<'_>) -> Option<ToolResponse> {
        let matches = |script: &ToolResponse| {
            call.matches(
                &script.connection_name,
                &script.identifier,
                &script.tool_name,
            )
        };
        take(&mut self.tool_responses, matches, |script| {
            &mut script.times
        })
    }

    /// Returns the oldest script for a call of the proxy, and counts the call.
    pub(crate) fn take_proxy_response(
        &mut self,
        call: Call<'_>,
        method: &str,
    ) -> Option<ProxyResponse> {
        let matches = |script: &ProxyResponse| {
            (script.method.is_empty() || script.method.eq_ignore_ascii_case(method))
                && call.matches(&script.connection_name, &script.identifier, &script.path)
        };
        take(&mut self.proxy_responses, matches, |script| {
            &mut script.times
        })
    }
}

/// Returns the oldest matching script. It is removed after its last call.
fn take<R: Row>(
    scripts: &mut Table<R>,
    matches: impl Fn(&R) -> bool,
    times: fn(&mut R) -> &mut Option<u32>,
) -> Option<R> {
    let mut taken = scripts.iter().find(|script| matches(script))?.clone();
    match *times(&mut taken) {
        None => {}
        Some(0 | 1) => drop(scripts.remove(taken.id())),
        Some(left) => drop(scripts.change(taken.id(), |script| *times(script) = Some(left - 1))),
    }
    Some(taken)
}
