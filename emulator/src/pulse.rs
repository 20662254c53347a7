//! Word that something has changed, for whoever watches the dashboard.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::watch;

/// What comes within this time after a change is told together with it.
const TOGETHER: Duration = Duration::from_millis(150);

/// The heartbeat of an emulator.
#[derive(Clone, Debug)]
pub(crate) struct Pulse(Arc<watch::Sender<()>>);

impl Default for Pulse {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(())))
    }
}

impl Pulse {
    /// Says that something has changed. Next to nothing while nobody listens.
    pub(crate) fn beat(&self) {
        let _ = self.0.send(());
    }

    /// The changes from now on, as server-sent events.
    pub(crate) fn listen(&self) -> Live {
        let listener = self.0.subscribe();
        Live {
            next: Box::pin(next(listener)),
            greeted: false,
        }
    }
}

/// A stream of events (HTML, section 9.2) that say no more than that there is something new.
pub(crate) struct Live {
    next: Pin<Box<dyn Future<Output = Option<watch::Receiver<()>>> + Send>>,
    greeted: bool,
}

async fn next(mut listener: watch::Receiver<()>) -> Option<watch::Receiver<()>> {
    listener.changed().await.ok()?;
    tokio::time::sleep(TOGETHER).await;
    listener.mark_unchanged();
    Some(listener)
}

impl Live {
    pub(crate) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Bytes>> {
        if !self.greeted {
            // The head of the answer goes out only with some of its body.
            self.greeted = true;
            return Poll::Ready(Some(Bytes::from_static(b"retry: 1000\n\n")));
        }
        let listener = ready!(self.next.as_mut().poll(context));
        Poll::Ready(listener.map(|listener| {
            self.next = Box::pin(next(listener));
            Bytes::from_static(b"data: changed\n\n")
        }))
    }
}
