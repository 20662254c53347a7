//! Options of one call.

use std::time::Duration;

use http::header::{HeaderMap, HeaderName, HeaderValue};

use crate::error::Error;
use crate::http::RESERVED;
use crate::observe::{Observer, SharedObserver};

/// Options of one call.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct CallOptions {
    /// Time limit of the call, including retries and waits. Default: the client's setting.
    pub timeout: Option<Duration>,
    /// Additional headers of the request. Headers that the client sets itself are ignored, such as
    /// `authorization` and `content-type`. Default: none.
    pub headers: HeaderMap,
    pub(crate) observer: Option<SharedObserver>,
}

impl CallOptions {
    /// Sets the time limit of the call.
    ///
    /// ```
    /// use std::time::Duration;
    /// let options = scalekit::CallOptions::default().with_timeout(Duration::from_secs(2));
    /// assert_eq!(options.timeout, Some(Duration::from_secs(2)));
    /// ```
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Adds a header, such as `traceparent`. A header with the same name is replaced.
    ///
    /// ```
    /// let options = scalekit::CallOptions::default().with_header("x-trace", "7")?;
    /// assert_eq!(options.headers["x-trace"], "7");
    /// assert!(scalekit::CallOptions::default().with_header("authorization", "x").is_err());
    /// # Ok::<(), scalekit::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument) for an invalid name or
    /// value, and for a header that the client sets itself. The message does not contain the value.
    pub fn with_header(mut self, name: &str, value: &str) -> Result<Self, Error> {
        let invalid = |problem| Error::invalid_argument(format!("header {name:?}: {problem}"));
        let key = HeaderName::try_from(name).map_err(|_| invalid("the name is invalid"))?;
        if RESERVED.contains(&key) {
            return Err(invalid("the client sets this header itself"));
        }
        let value = HeaderValue::try_from(value)
            .map_err(|_| invalid("the value has characters that headers cannot contain"))?;
        self.headers.insert(key, value);
        Ok(self)
    }

    /// Sets an observer of this call, in addition to the client's.
    #[must_use]
    pub fn with_observer(mut self, observer: impl Observer) -> Self {
        self.observer = Some(SharedObserver::new(observer));
        self
    }

    /// Returns the headers without those that the client sets itself.
    pub(super) fn allowed_headers(mut self) -> HeaderMap {
        for name in &RESERVED {
            self.headers.remove(name);
        }
        self.headers
    }
}
