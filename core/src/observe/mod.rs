//! Observers of calls, for logs, traces and metrics.
//!
//! An [`Observer`] receives the start of each call, the end of each attempt and the end of the
//! call. It never receives a secret, a body or a header. Without an observer, a call pays for one
//! comparison.
//!
//! ```
//! use scalekit::observe::{AttemptEnded, CallEnded, CallObserver, CallStarted, Observer};
//!
//! struct Log;
//! struct LogCall(&'static str);
//!
//! impl Observer for Log {
//!     fn call_started(&self, call: &CallStarted<'_>) -> Option<Box<dyn CallObserver>> {
//!         Some(Box::new(LogCall(call.operation)))
//!     }
//! }
//!
//! impl CallObserver for LogCall {
//!     fn attempt_ended(&mut self, attempt: &AttemptEnded<'_>) {
//!         println!("{} attempt {}: {:?}", self.0, attempt.number, attempt.status);
//!     }
//!
//!     fn call_ended(&mut self, call: &CallEnded<'_>) {
//!         println!("{} took {:?}", self.0, call.duration);
//!     }
//! }
//!
//! let client = scalekit::Client::builder("https://acme.scalekit.com", "skc_1", "secret")
//!     .observer(Log)
//!     .build()?;
//! # Ok::<(), scalekit::Error>(())
//! ```

mod active;
#[cfg(feature = "tracing")]
mod spans;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

pub(crate) use active::ActiveCall;
#[cfg(feature = "tracing")]
pub use spans::TracingObserver;

use http::Method;
use url::Url;

use crate::error::Error;

/// Receives the start of calls.
pub trait Observer: Send + Sync + 'static {
    /// A call starts. Returns the observer of this call; `None` if it is not of interest.
    fn call_started(&self, call: &CallStarted<'_>) -> Option<Box<dyn CallObserver>>;
}

/// Receives what happens during one call. It is dropped after the call.
pub trait CallObserver: Send {
    /// Returns headers for the requests of the call, such as `traceparent` (W3C Trace Context).
    /// Headers that the client sets itself are ignored. Default: none.
    fn headers(&self) -> Vec<(String, String)> {
        Vec::new()
    }

    /// An attempt ended.
    fn attempt_ended(&mut self, attempt: &AttemptEnded<'_>);

    /// The call ended.
    fn call_ended(&mut self, call: &CallEnded<'_>);
}

/// The start of a call.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CallStarted<'a> {
    /// The operation, such as `OrganizationService.GetOrganization`; `oauth.token` and `oauth.keys`
    /// for the token and key endpoints; `proxy` for requests to third-party services.
    pub operation: &'static str,
    /// The HTTP method.
    pub method: &'a str,
    /// The host of the environment URL.
    pub host: &'a str,
    /// The port of the environment URL.
    pub port: u16,
}

impl<'a> CallStarted<'a> {
    pub(crate) fn new(operation: &'static str, method: &'a Method, url: &'a Url) -> Self {
        Self {
            operation,
            method: method.as_str(),
            host: url.host_str().unwrap_or_default(),
            port: url.port_or_known_default().unwrap_or_default(),
        }
    }
}

/// The end of an attempt.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AttemptEnded<'a> {
    /// 1 for the first attempt.
    pub number: u32,
    /// The time between the start of the attempt and its end.
    pub duration: Duration,
    /// The HTTP status; `None` without a response.
    pub status: Option<u16>,
    /// The service's id of the request.
    pub request_id: Option<&'a str>,
    /// The error, if the attempt failed.
    pub error: Option<&'a Error>,
    /// The wait before the next attempt; `None` if this was the last one.
    pub wait: Option<Duration>,
}

/// The end of a call.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CallEnded<'a> {
    /// The number of attempts.
    pub attempts: u32,
    /// The time of all attempts and waits.
    pub duration: Duration,
    /// The HTTP status of the last attempt; `None` without a response.
    pub status: Option<u16>,
    /// The service's id of the last request.
    pub request_id: Option<&'a str>,
    /// The error, if the call failed.
    pub error: Option<&'a Error>,
    /// `true` if the call ended early: its deadline passed, or its future was dropped.
    pub cancelled: bool,
}

/// A shared observer.
#[derive(Clone)]
pub(crate) struct SharedObserver(Arc<dyn Observer>);

impl SharedObserver {
    pub(crate) fn new(observer: impl Observer) -> Self {
        Self(Arc::new(observer))
    }
}

impl PartialEq for SharedObserver {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl fmt::Debug for SharedObserver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Observer")
    }
}
