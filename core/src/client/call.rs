//! A call of one operation, before it is sent.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use serde_json::{Map, Value};

use super::decode::Decoder;
use super::pending::Pending;
use super::{CallOptions, Client};
use crate::Result;
use crate::schema::Operation;

/// A call of one operation. It is sent when it is awaited.
///
/// Methods of resources return it, such as
/// [`Organizations::get`](crate::api::organizations::Organizations::get). Methods whose operation
/// has options return a type with one more method for each option.
///
/// ```
/// # async fn example(client: scalekit::Client) -> scalekit::Result<()> {
/// use std::time::Duration;
///
/// let organization = client
///     .organizations()
///     .get("org_123")
///     .timeout(Duration::from_secs(2))
///     .header("x-trace", "7")
///     .await?;
/// # Ok(())
/// # }
/// ```
#[must_use = "a call is sent when it is awaited"]
pub struct Call<T> {
    pending: Pending,
    decoder: Decoder<T>,
}

impl<T> Call<T> {
    pub(crate) fn new(client: &Client, operation: &'static Operation, decoder: Decoder<T>) -> Self {
        Self {
            pending: Pending::new(client, operation),
            decoder,
        }
    }

    /// Calls an operation with all fields of its request.
    pub(super) fn with_fields(
        client: &Client,
        request: Result<(&'static Operation, Map<String, Value>)>,
        decoder: Decoder<T>,
    ) -> Self {
        Self {
            pending: Pending::with_fields(client, request),
            decoder,
        }
    }

    /// Sets the time limit of this call, including retries and waits. Default: the client's
    /// setting.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.pending.options.timeout = Some(timeout);
        self
    }

    /// Adds a header to the request, such as `traceparent`. An invalid header, and one that the
    /// client sets itself, fails the call with
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument).
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.pending.header(name, value);
        self
    }

    /// Replaces all options of this call.
    pub fn options(mut self, options: CallOptions) -> Self {
        self.pending.options = options;
        self
    }

    pub(crate) fn request(&mut self) -> &mut Pending {
        &mut self.pending
    }
}

impl<T> Clone for Call<T> {
    fn clone(&self) -> Self {
        Self {
            pending: self.pending.clone(),
            decoder: self.decoder,
        }
    }
}

impl<T> fmt::Debug for Call<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pending.fmt(f)
    }
}

impl<T: Send + 'static> IntoFuture for Call<T> {
    type Output = Result<T>;
    type IntoFuture = CallFuture<T>;

    fn into_future(self) -> CallFuture<T> {
        CallFuture::new(self.pending.send(self.decoder))
    }
}

/// The future of a [`Call`].
#[must_use = "futures do nothing unless they are awaited"]
pub struct CallFuture<T>(Pin<Box<dyn Future<Output = Result<T>> + Send>>);

impl<T> CallFuture<T> {
    pub(crate) fn new(future: impl Future<Output = Result<T>> + Send + 'static) -> Self {
        Self(Box::pin(future))
    }
}

impl<T> Future for CallFuture<T> {
    type Output = Result<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<T>> {
        self.0.as_mut().poll(context)
    }
}

impl<T> fmt::Debug for CallFuture<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CallFuture")
    }
}
