//! Response bodies, including the incomplete and endless ones of faults.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use tokio::time::{Sleep, sleep};

use super::Chunks;
use crate::updates::EventStream;

/// A chunk of an endless body.
const CHUNK: Bytes = Bytes::from_static(&[b' '; 16 * 1024]);

/// Delay before a truncated body closes the connection, so that its bytes are sent first.
const TRUNCATE_DELAY: Duration = Duration::from_millis(20);

/// A response body.
pub(crate) enum Body {
    /// A complete body.
    Full(Option<Bytes>),
    /// A body shorter than its `Content-Length`. The connection closes after `sent`.
    Truncated {
        content_length: u64,
        sent: Option<Bytes>,
        pause: Pin<Box<Sleep>>,
    },
    /// A body that never ends: `start`, then spaces, which are valid in JSON.
    Endless { start: Option<Bytes> },
    /// A body that is sent in chunks.
    Chunks(Chunks),
    /// Server-sent events.
    EventStream(EventStream),
}

impl Body {
    pub(crate) fn full(bytes: impl Into<Bytes>) -> Self {
        Self::Full(Some(bytes.into()))
    }

    /// Returns the bytes of a complete body; empty for other bodies.
    pub(crate) fn bytes(&self) -> Bytes {
        match self {
            Self::Full(Some(bytes)) => bytes.clone(),
            _ => Bytes::new(),
        }
    }

    /// Creates a body that ends after half of `bytes`.
    pub(crate) fn truncated(bytes: &Bytes) -> Self {
        // An empty body gets a content length of 1, so that it is truncated too.
        let content_length = bytes.len().max(1) as u64;
        let sent = Some(bytes.slice(..bytes.len() / 2)).filter(|half| !half.is_empty());
        Self::Truncated {
            content_length,
            sent,
            pause: Box::pin(sleep(TRUNCATE_DELAY)),
        }
    }

    /// Creates a body that never ends: `bytes` without the last byte, then spaces.
    pub(crate) fn endless(bytes: &Bytes) -> Self {
        Self::Endless {
            start: Some(bytes.slice(..bytes.len().saturating_sub(1))),
        }
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let bytes = match &mut *self {
            Self::Full(bytes) => match bytes.take() {
                Some(bytes) if !bytes.is_empty() => bytes,
                _ => return Poll::Ready(None),
            },
            Self::Truncated { sent, pause, .. } => match sent.take() {
                Some(bytes) => bytes,
                None => {
                    return pause
                        .as_mut()
                        .poll(context)
                        .map(|()| Some(Err(io::Error::other("truncated by a fault"))));
                }
            },
            Self::Chunks(chunks) => {
                return chunks
                    .poll(context)
                    .map(|bytes| bytes.map(|bytes| Ok(Frame::data(bytes))));
            }
            Self::EventStream(events) => {
                return events
                    .poll(context)
                    .map(|bytes| bytes.map(|bytes| Ok(Frame::data(bytes))));
            }
            Self::Endless { start } => start
                .take()
                .filter(|start| !start.is_empty())
                .unwrap_or(CHUNK),
        };
        Poll::Ready(Some(Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Full(bytes) if bytes.as_ref().is_none_or(Bytes::is_empty))
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Full(bytes) => {
                SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64))
            }
            Self::Truncated { content_length, .. } => SizeHint::with_exact(*content_length),
            Self::Chunks(chunks) => SizeHint::with_exact(chunks.remaining()),
            Self::Endless { .. } | Self::EventStream(_) => SizeHint::default(),
        }
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full(_) => "Full",
            Self::Truncated { .. } => "Truncated",
            Self::Endless { .. } => "Endless",
            Self::Chunks(_) => "Chunks",
            Self::EventStream(_) => "EventStream",
        })
    }
}
