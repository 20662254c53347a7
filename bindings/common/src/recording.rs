//! Records the attempts of a call, for logs, traces and metrics of a language.

use std::sync::{Arc, Mutex, PoisonError};

use scalekit::observe::{AttemptEnded, CallEnded, CallObserver, CallStarted, Observer};
use serde::Serialize;

use crate::failure::BindingError;

/// Records the attempts of one call. A clone shares the record.
#[derive(Clone)]
pub struct Recording {
    headers: Arc<[(String, String)]>,
    calls: Arc<Mutex<Vec<Call>>>,
}

/// A recorded call. Durations are in seconds.
#[derive(Clone, Serialize)]
struct Call {
    operation: &'static str,
    method: String,
    host: String,
    port: u16,
    attempts: Vec<Attempt>,
    /// `None` while the call runs.
    duration: Option<f64>,
    /// `true` if the deadline passed or the call was dropped.
    cancelled: bool,
}

/// A recorded attempt.
#[derive(Clone, Serialize)]
struct Attempt {
    number: u32,
    duration: f64,
    status: Option<u16>,
    request_id: Option<String>,
    error: Option<String>,
    /// The wait before the next attempt.
    wait: Option<f64>,
}

/// The observer of one recorded call.
struct RecordedCall {
    recording: Recording,
    index: usize,
}

impl Recording {
    /// Starts a recording. `headers` are added to the requests, such as `traceparent`.
    pub fn new(headers: Vec<(String, String)>) -> Self {
        Self {
            headers: headers.into(),
            calls: Arc::default(),
        }
    }

    /// Returns the recorded calls as JSON: an operation, and before it the lookup of an external
    /// id, if there is one.
    ///
    /// # Errors
    /// Never, unless the serializer has a bug.
    pub fn json(&self) -> Result<String, BindingError> {
        let calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        serde_json::to_string(&*calls).map_err(BindingError::internal)
    }
}

impl Observer for Recording {
    fn call_started(&self, call: &CallStarted<'_>) -> Option<Box<dyn CallObserver>> {
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        calls.push(Call {
            operation: call.operation,
            method: call.method.to_owned(),
            host: call.host.to_owned(),
            port: call.port,
            attempts: Vec::new(),
            duration: None,
            cancelled: false,
        });
        Some(Box::new(RecordedCall {
            recording: self.clone(),
            index: calls.len() - 1,
        }))
    }
}

impl RecordedCall {
    fn change(&self, change: impl FnOnce(&mut Call)) {
        let calls = self.recording.calls.lock();
        let mut calls = calls.unwrap_or_else(PoisonError::into_inner);
        if let Some(call) = calls.get_mut(self.index) {
            change(call);
        }
    }
}

impl CallObserver for RecordedCall {
    fn headers(&self) -> Vec<(String, String)> {
        self.recording.headers.to_vec()
    }

    fn attempt_ended(&mut self, attempt: &AttemptEnded<'_>) {
        let attempt = Attempt {
            number: attempt.number,
            duration: attempt.duration.as_secs_f64(),
            status: attempt.status,
            request_id: attempt.request_id.map(str::to_owned),
            error: attempt.error.map(ToString::to_string),
            wait: attempt.wait.map(|wait| wait.as_secs_f64()),
        };
        self.change(|call| call.attempts.push(attempt));
    }

    fn call_ended(&mut self, ended: &CallEnded<'_>) {
        self.change(|call| {
            call.duration = Some(ended.duration.as_secs_f64());
            call.cancelled = ended.cancelled;
        });
    }
}
