//! Canned answers and faults, set for an operation and used up by its calls.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use http::header::{HeaderName, RETRY_AFTER};
use http::{HeaderValue, StatusCode};
use scalekit::Code;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::engine::ApiError;
use crate::http::Reply;

/// What happens to a call instead of, or on top of, its real answer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Fault {
    /// Set by the emulator; names the fault when it is removed.
    pub(crate) id: u64,
    /// An operation (`OrganizationService.GetOrganization`), a service (`OrganizationService.*`), an endpoint
    /// (`oauth.token`) or `*`.
    pub(crate) operation: String,
    /// How many calls it affects; absent for all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) times: Option<u32>,
    /// How many calls pass by first.
    pub(crate) skip: u32,
    /// Time before the answer, in milliseconds.
    pub(crate) delay_ms: u64,
    /// HTTP status; with one, with a body or with an error, the operation itself does not run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<u16>,
    /// The answer's body as JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) json: Option<Value>,
    /// The answer's body as it is, whatever it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) body: Option<String>,
    /// The answer as an error of the API.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<CannedError>,
    /// Headers to set.
    pub(crate) headers: std::collections::BTreeMap<String, String>,
    /// The `Retry-After` header: seconds or an HTTP date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) retry_after: Option<String>,
    pub(crate) effect: Effect,
}

/// How an answer travels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Effect {
    /// As it is.
    #[default]
    Answer,
    /// Not at all: the connection closes.
    Drop,
    /// Half of it: the connection closes in the middle of the body.
    Truncate,
    /// With a body that never ends.
    Endless,
}

/// An error of the API in short.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CannedError {
    /// The gRPC code's name, such as `NOT_FOUND`.
    code: String,
    #[serde(default)]
    message: String,
    /// The service's own code, such as `RESOURCE_NOT_FOUND`; absent for the gRPC code's name.
    #[serde(default)]
    error_code: Option<String>,
}

/// All faults, in the order in which they were set; the first one that fits is taken.
#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<Vec<Fault>>);

impl Faults {
    /// Sets a fault and answers with it.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub(crate) fn add(&self, mut fault: Fault) -> Result<Fault, String> {
        fault.check()?;
        let mut faults = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        fault.id = faults.iter().map(|known| known.id).max().unwrap_or_default() + 1;
        faults.push(fault.clone());
        Ok(fault)
    }

    pub(crate) fn all(&self) -> Vec<Fault> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Removes one fault, or all.
    pub(crate) fn remove(&self, id: Option<u64>) {
        let mut faults = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        faults.retain(|fault| id.is_some_and(|id| id != fault.id));
    }

    /// The fault that a call to `operation` meets; counts it as used.
    pub(crate) fn take(&self, operation: &str) -> Option<Fault> {
        let mut faults = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fits = |fault: &&mut Fault| fault.fits(operation);
        for fault in faults.iter_mut().filter(fits) {
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
        let known = match self.operation.strip_suffix('*') {
            Some(start) => start.is_empty() || start.ends_with('.'),
            None => {
                crate::oauth::Endpoint::named(&self.operation).is_some()
                    || self.operation == crate::scim::NAME
                    || scalekit::schema::find(&self.operation).is_some()
            }
        };
        if !known {
            return Err(format!("there is no operation or endpoint {:?}", self.operation));
        }
        if self.times == Some(0) {
            return Err("times must be at least 1".to_owned());
        }
        if self.status.is_some_and(|status| !(200..=599).contains(&status)) {
            return Err("status must be from 200 to 599".to_owned());
        }
        if [self.json.is_some(), self.body.is_some(), self.error.is_some()]
            .iter()
            .filter(|set| **set)
            .count()
            > 1
        {
            return Err("only one of json, body and error can be set".to_owned());
        }
        if let Some(error) = &self.error
            && Code::from_name(&error.code).is_none()
        {
            return Err(format!("there is no gRPC code {:?}", error.code));
        }
        let valid = |(name, value): (&String, &String)| {
            HeaderName::try_from(name).is_ok() && HeaderValue::try_from(value).is_ok()
        };
        if !self.headers.iter().all(valid) {
            return Err("a header has an invalid name or value".to_owned());
        }
        Ok(())
    }

    fn fits(&self, operation: &str) -> bool {
        match self.operation.strip_suffix('*') {
            Some(start) => operation.starts_with(start),
            None => self.operation == operation,
        }
    }

    pub(crate) fn delay(&self) -> Duration {
        Duration::from_millis(self.delay_ms)
    }

    /// The answer that replaces the real one, if there is one.
    pub(crate) fn canned(&self, request_id: &str) -> Option<Reply> {
        let status = self.status.and_then(|status| StatusCode::from_u16(status).ok());
        let ok = status.unwrap_or(StatusCode::OK);
        if let Some(error) = &self.error {
            let code = Code::from_name(&error.code)?;
            let error_code = error.error_code.as_deref().unwrap_or(code.name());
            let mut reply = ApiError::new(code, error_code, error.message.clone()).into_reply(request_id);
            reply.status = status.unwrap_or(reply.status);
            return Some(reply);
        }
        if let Some(json) = &self.json {
            return Some(Reply::json(ok, json));
        }
        if let Some(body) = &self.body {
            return Some(Reply::text(ok, body.clone()));
        }
        status.map(|status| Reply::json_text(status, "{}"))
    }

    pub(crate) fn add_headers(&self, reply: &mut Reply) {
        let retry_after = self.retry_after.as_ref().map(|value| (RETRY_AFTER, value));
        let named = self
            .headers
            .iter()
            .filter_map(|(name, value)| Some((HeaderName::try_from(name).ok()?, value)));
        for (name, value) in named.chain(retry_after) {
            if let Ok(value) = HeaderValue::from_str(value) {
                reply.headers.insert(name, value);
            }
        }
    }
}
