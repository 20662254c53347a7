//! Faults: errors, delays and replaced responses for the calls of an operation.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use http::header::{HeaderName, RETRY_AFTER};
use http::{HeaderValue, StatusCode};
use scalekit::Code;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::api_error::ApiError;
use crate::http::Response;

/// A fault, which changes or replaces the response to a call.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Fault {
    /// Id for removing the fault. Set by the emulator.
    pub(crate) id: u64,
    /// An operation (`OrganizationService.GetOrganization`), a service (`OrganizationService.*`),
    /// an endpoint (`oauth.token`) or `*`.
    pub(crate) operation: String,
    /// Number of calls to affect; absent for all calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) times: Option<u32>,
    /// Number of calls to skip first.
    pub(crate) skip: u32,
    /// Delay before the response, in milliseconds.
    pub(crate) delay_ms: u64,
    /// HTTP status of the response. If `status`, `json`, `body` or `error` is set, the operation
    /// does not run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<u16>,
    /// JSON body of the response.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) json: Option<Value>,
    /// Text body of the response.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) body: Option<String>,
    /// API error to return.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<FaultError>,
    /// Headers to set on the response.
    pub(crate) headers: std::collections::BTreeMap<String, String>,
    /// The `Retry-After` header: seconds or an HTTP date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) retry_after: Option<String>,
    pub(crate) effect: Effect,
}

/// How the response is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Effect {
    /// Sends the whole response.
    #[default]
    Respond,
    /// Closes the connection without a response.
    Drop,
    /// Closes the connection in the middle of the body.
    Truncate,
    /// Sends a body that never ends.
    Endless,
}

/// An API error to return.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FaultError {
    /// Name of the gRPC code, such as `NOT_FOUND`.
    code: String,
    #[serde(default)]
    message: String,
    /// Error code of the service, such as `RESOURCE_NOT_FOUND`. Default: `code`.
    #[serde(default)]
    error_code: Option<String>,
}

/// All faults, oldest first. A call uses the first fault that matches.
#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<Vec<Fault>>);

impl Faults {
    /// Adds a fault and returns it with its id.
    ///
    /// # Errors
    /// Returns a message if a field is invalid.
    pub(crate) fn add(&self, mut fault: Fault) -> Result<Fault, String> {
        fault.check()?;
        let mut faults = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        fault.id = faults
            .iter()
            .map(|fault| fault.id)
            .max()
            .unwrap_or_default()
            + 1;
        faults.push(fault.clone());
        Ok(fault)
    }

    pub(crate) fn all(&self) -> Vec<Fault> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Removes one fault, or all faults if `id` is `None`.
    pub(crate) fn remove(&self, id: Option<u64>) {
        let mut faults = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        faults.retain(|fault| id.is_some_and(|id| id != fault.id));
    }

    /// Returns the fault for a call to `operation` and counts the call.
    pub(crate) fn take(&self, operation: &str) -> Option<Fault> {
        let mut faults = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let matches = |fault: &&mut Fault| fault.matches(operation);
        for fault in faults.iter_mut().filter(matches) {
            if fault.skip > 0 {
                fault.skip -= 1;
                continue;
            }
            if let Some(times) = &mut fault.times {
                *times -= 1;
            }
            let taken = fault.clone();
            faults.retain(|fault| fault.times != Some(0));
            return Some(taken);
        }
        None
    }
}

impl Fault {
    fn check(&self) -> Result<(), String> {
        if self.times == Some(0) {
            return Err("times must be at least 1".to_owned());
        }
        if self
            .status
            .is_some_and(|status| !(200..=599).contains(&status))
        {
            return Err("status must be from 200 to 599".to_owned());
        }
        if [
            self.json.is_some(),
            self.body.is_some(),
            self.error.is_some(),
        ]
        .iter()
        .filter(|set| **set)
        .count()
            > 1
        {
            return Err("only one of json, body and error can be set".to_owned());
        }
        if let Some(error) = &self.error
            && error.code.parse::<Code>().is_err()
        {
            return Err(format!("unknown gRPC code {:?}", error.code));
        }
        let valid = |(name, value): (&String, &String)| {
            HeaderName::try_from(name).is_ok() && HeaderValue::try_from(value).is_ok()
        };
        if !self.headers.iter().all(valid) {
            return Err("a header has an invalid name or value".to_owned());
        }
        Ok(())
    }

    fn matches(&self, operation: &str) -> bool {
        match self.operation.strip_suffix('*') {
            Some(start) => operation.starts_with(start),
            None => self.operation == operation,
        }
    }

    pub(crate) fn delay(&self) -> Duration {
        Duration::from_millis(self.delay_ms)
    }

    /// Returns the response that replaces the operation's response, if the fault has one.
    pub(crate) fn replacement(&self, request_id: &str) -> Option<Response> {
        let status = self
            .status
            .and_then(|status| StatusCode::from_u16(status).ok());
        let ok = status.unwrap_or(StatusCode::OK);
        if let Some(error) = &self.error {
            let code: Code = error.code.parse().ok()?;
            let error_code = error.error_code.as_deref().unwrap_or(code.name());
            let mut response =
                ApiError::new(code, error_code, error.message.clone()).into_response(request_id);
            response.status = status.unwrap_or(response.status);
            return Some(response);
        }
        if let Some(json) = &self.json {
            return Some(Response::json(ok, json));
        }
        if let Some(body) = &self.body {
            return Some(Response::text(ok, body.clone()));
        }
        status.map(|status| Response::json_text(status, "{}"))
    }

    pub(crate) fn add_headers(&self, response: &mut Response) {
        let retry_after = self.retry_after.as_ref().map(|value| (RETRY_AFTER, value));
        let named = self
            .headers
            .iter()
            .filter_map(|(name, value)| Some((HeaderName::try_from(name).ok()?, value)));
        for (name, value) in named.chain(retry_after) {
            if let Ok(value) = HeaderValue::from_str(value) {
                response.headers.insert(name, value);
            }
        }
    }
}
