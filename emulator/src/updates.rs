//! Change notifications for the dashboard.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::watch;

/// Changes within this time after the first one are combined into one notification.
const DEBOUNCE: Duration = Duration::from_millis(150);

/// Notifies listeners of changes.
#[derive(Clone, Debug)]
pub(crate) struct Pulse(Arc<watch::Sender<()>>);

impl Default for Pulse {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(())))
    }
}

impl Pulse {
    /// Notifies all listeners. Cheap if there are none.
    pub(crate) fn beat(&self) {
        let _ = self.0.send(());
    }

    /// Returns future changes as server-sent events.
    pub(crate) fn listen(&self) -> Live {
        let listener = self.0.subscribe();
        Live {
            next: Box::pin(next(listener)),
            started: false,
        }
    }
}

/// A stream of server-sent events (HTML, section 9.2). The events contain no data about the change.
pub(crate) struct Live {
    next: Pin<Box<dyn Future<Output = Option<watch::Receiver<()>>> + Send>>,
    started: bool,
}

async fn next(mut listener: watch::Receiver<()>) -> Option<watch::Receiver<()>> {
    listener.changed().await.ok()?;
    tokio::time::sleep(DEBOUNCE).await;
    listener.mark_unchanged();
    Some(listener)
}

impl Live {
    pub(crate) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Bytes>> {
        if !self.started {
            // The response headers are not sent before the first part of the body.
            self.started = true;
            return Poll::Ready(Some(Bytes::from_static(b"retry: 1000\n\n")));
        }
        let listener = ready!(self.next.as_mut().poll(context));
        Poll::Ready(listener.map(|listener| {
            self.next = Box::pin(next(listener));
            Bytes::from_static(b"data: changed\n\n")
        }))
    }
}
