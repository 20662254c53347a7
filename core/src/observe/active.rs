//! The observers of a running call.

use std::time::{Duration, Instant};

use super::{AttemptEnded, CallEnded, CallObserver, CallStarted, SharedObserver};
use crate::error::Error;

/// The observers of a running call. Dropping it before the end reports a cancelled call.
pub(crate) struct ActiveCall(Option<Box<Active>>);

struct Active {
    observers: Vec<Box<dyn CallObserver>>,
    started: Instant,
    attempt_started: Instant,
    attempts: u32,
    status: Option<u16>,
    request_id: Option<String>,
}

impl ActiveCall {
    /// Starts the observers that are interested in the call.
    pub(crate) fn start<'a>(
        observers: [Option<&SharedObserver>; 2],
        call: impl FnOnce() -> CallStarted<'a>,
    ) -> Self {
        if observers == [None, None] {
            return Self(None);
        }
        let call = call();
        let observers: Vec<_> = observers
            .into_iter()
            .flatten()
            .filter_map(|SharedObserver(observer)| observer.call_started(&call))
            .collect();
        if observers.is_empty() {
            return Self(None);
        }
        let now = Instant::now();
        Self(Some(Box::new(Active {
            observers,
            started: now,
            attempt_started: now,
            attempts: 0,
            status: None,
            request_id: None,
        })))
    }

    /// The headers that the observers add to requests.
    pub(crate) fn headers(&self) -> impl Iterator<Item = (String, String)> + '_ {
        let active = self.0.as_deref().into_iter();
        active.flat_map(|active| {
            active
                .observers
                .iter()
                .flat_map(|observer| observer.headers())
        })
    }

    /// Reports the end of an attempt. `wait` is the wait before the next one.
    pub(crate) fn attempt_ended(
        &mut self,
        status: Option<u16>,
        request_id: impl FnOnce() -> Option<String>,
        error: Option<&Error>,
        wait: Option<Duration>,
    ) {
        let Some(active) = &mut self.0 else {
            return;
        };
        active.attempts += 1;
        active.status = status;
        active.request_id = request_id();
        let ended = AttemptEnded {
            number: active.attempts,
            duration: active.attempt_started.elapsed(),
            status,
            request_id: active.request_id.as_deref(),
            error,
            wait,
        };
        for observer in &mut active.observers {
            observer.attempt_ended(&ended);
        }
        active.attempt_started = Instant::now() + wait.unwrap_or_default();
    }

    /// Reports the end of a failed attempt.
    pub(crate) fn failed(&mut self, error: &Error, wait: Option<Duration>) {
        let request_id = || error.request_id().map(str::to_owned);
        self.attempt_ended(error.status(), request_id, Some(error), wait);
    }

    /// Reports the end of the call.
    pub(crate) fn ended(mut self, error: Option<&Error>) {
        if let Some(active) = self.0.take() {
            active.end(error, false);
        }
    }
}

impl Active {
    fn end(mut self, error: Option<&Error>, cancelled: bool) {
        let ended = CallEnded {
            attempts: self.attempts,
            duration: self.started.elapsed(),
            status: self.status,
            request_id: self.request_id.as_deref(),
            error,
            cancelled,
        };
        for observer in &mut self.observers {
            observer.call_ended(&ended);
        }
    }
}

impl Drop for ActiveCall {
    fn drop(&mut self) {
        if let Some(active) = self.0.take() {
            active.end(None, true);
        }
    }
}
