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

/// Notifies subscribers of changes.
#[derive(Clone, Debug)]
pub(crate) struct Updates(Arc<watch::Sender<()>>);

impl Default for Updates {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(())))
    }
}

impl Updates {
    /// Notifies all subscribers. Cheap if there are none.
    pub(crate) fn notify(&self) {
        let _ = self.0.send(());
    }

    /// Returns future changes as server-sent events.
    pub(crate) fn subscribe(&self) -> EventStream {
        let receiver = self.0.subscribe();
        EventStream {
            next: Box::pin(next(receiver)),
            started: false,
        }
    }
}

/// A stream of server-sent events (HTML, section 9.2). The events contain no data about the change.
pub(crate) struct EventStream {
    next: Pin<Box<dyn Future<Output = Option<watch::Receiver<()>>> + Send>>,
    started: bool,
}

async fn next(mut receiver: watch::Receiver<()>) -> Option<watch::Receiver<()>> {
    receiver.changed().await.ok()?;
    tokio::time::sleep(DEBOUNCE).await;
    receiver.mark_unchanged();
    Some(receiver)
}

impl EventStream {
    pub(crate) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Bytes>> {
        if !self.started {
            // The response headers are not sent before the first part of the body.
            self.started = true;
            return Poll::Ready(Some(Bytes::from_static(b"retry: 1000\n\n")));
        }
        let receiver = ready!(self.next.as_mut().poll(context));
        Poll::Ready(receiver.map(|receiver| {
            self.next = Box::pin(next(receiver));
            Bytes::from_static(b"data: changed\n\n")
        }))
    }
}
