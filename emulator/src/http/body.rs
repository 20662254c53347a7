//! Bodies of answers: whole ones, and the broken ones that a fault asks for.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use tokio::time::{Sleep, sleep};

use crate::pulse::Live;

/// How much of an endless body is handed over at once.
const CHUNK: Bytes = Bytes::from_static(&[b' '; 16 * 1024]);

/// The time between the bytes that are sent and the break, so that the bytes do get sent.
const BEFORE_BREAK: Duration = Duration::from_millis(20);

/// The body of an answer.
pub(crate) enum Body {
    /// Sent whole.
    Full(Option<Bytes>),
    /// Announced with its full length, but the connection breaks after the first `Bytes`.
    Truncated {
        announced: u64,
        sent: Option<Bytes>,
        pause: Pin<Box<Sleep>>,
    },
    /// Never ends: the given start, then spaces, which JSON allows anywhere.
    Endless { start: Option<Bytes> },
    /// Server-sent events.
    Live(Live),
}

impl Body {
    pub(crate) fn full(bytes: impl Into<Bytes>) -> Self {
        Self::Full(Some(bytes.into()))
    }

    /// The bytes of a whole body; empty for a broken one.
    pub(crate) fn bytes(&self) -> Bytes {
        match self {
            Self::Full(Some(bytes)) => bytes.clone(),
            _ => Bytes::new(),
        }
    }

    /// Half of `bytes`, and then no more.
    pub(crate) fn truncated(bytes: &Bytes) -> Self {
        // An empty body has no half; then one missing byte is announced.
        let announced = bytes.len().max(1) as u64;
        let sent = Some(bytes.slice(..bytes.len() / 2)).filter(|half| !half.is_empty());
        Self::Truncated {
            announced,
            sent,
            pause: Box::pin(sleep(BEFORE_BREAK)),
        }
    }

    /// `bytes` without the last one, and spaces for ever.
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
                        .map(|()| Some(Err(io::Error::other("broken off, as a fault asked for"))));
                }
            },
            Self::Live(live) => {
                return live
                    .poll(context)
                    .map(|bytes| bytes.map(|bytes| Ok(Frame::data(bytes))));
            }
            Self::Endless { start } => start.take().filter(|start| !start.is_empty()).unwrap_or(CHUNK),
        };
        Poll::Ready(Some(Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Full(bytes) if bytes.as_ref().is_none_or(Bytes::is_empty))
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Full(bytes) => SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64)),
            Self::Truncated { announced, .. } => SizeHint::with_exact(*announced),
            Self::Endless { .. } | Self::Live(_) => SizeHint::default(),
        }
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full(_) => "Full",
            Self::Truncated { .. } => "Truncated",
            Self::Endless { .. } => "Endless",
            Self::Live(_) => "Live",
        })
    }
}
