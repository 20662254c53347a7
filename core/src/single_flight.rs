//! Runs one task at a time and shares its result.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use tokio::sync::watch;

/// A task that may outlive the call that starts it.
pub type BackgroundTask = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Spawns background tasks. `tokio::spawn` if it is not set.
static SPAWN: OnceLock<fn(BackgroundTask)> = OnceLock::new();

/// Sets the function that spawns background tasks, for language bindings: their blocking calls run
/// on runtimes that stop when the call returns. The first call decides.
pub fn spawn_background_tasks_with(spawn: fn(BackgroundTask)) {
    SPAWN.get_or_init(|| spawn);
}

/// Callers that arrive while a task runs wait for its result instead of starting another one.
///
/// The task is spawned, so it completes even if every caller gives up.
pub(crate) struct SingleFlight<T> {
    running: Arc<Mutex<Option<Flight<T>>>>,
}

/// The result of a running task; the channel closes without a value if the runtime shuts down.
pub(crate) struct Flight<T>(watch::Receiver<Option<T>>);

impl<T: Clone + Send + Sync + 'static> SingleFlight<T> {
    pub(crate) fn new() -> Self {
        Self {
            running: Arc::new(Mutex::new(None)),
        }
    }

    /// Joins the running task, or spawns `task`.
    pub(crate) fn start(&self, task: impl Future<Output = T> + Send + 'static) -> Flight<T> {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(flight) = running.as_ref().filter(|flight| flight.is_running()) {
            return flight.clone();
        }
        let (sender, receiver) = watch::channel(None);
        let flight = Flight(receiver);
        *running = Some(flight.clone());
        let slot = Arc::clone(&self.running);
        let task = async move {
            let result = task.await;
            // Cleared first, so that a caller who has seen the result starts a new task.
            *slot.lock().unwrap_or_else(PoisonError::into_inner) = None;
            sender.send_replace(Some(result));
        };
        match SPAWN.get() {
            Some(spawn) => spawn(Box::pin(task)),
            None => drop(tokio::spawn(task)),
        }
        flight
    }
}

impl<T: Clone> Flight<T> {
    /// Waits for the result; `None` if the task panicked or its runtime shut down.
    pub(crate) async fn result(mut self) -> Option<T> {
        let result = self.0.wait_for(Option::is_some).await.ok()?;
        result.clone()
    }

    fn is_running(&self) -> bool {
        self.0.has_changed().is_ok()
    }
}

impl<T> Clone for Flight<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn callers_share_one_task_and_later_ones_start_another() {
        let flight = SingleFlight::new();
        let started = Arc::new(AtomicU32::new(0));
        let (release, released) = oneshot::channel::<()>();
        let count = Arc::clone(&started);
        let first = flight.start(async move {
            count.fetch_add(1, Ordering::Relaxed);
            released.await.unwrap();
            1
        });
        let second = flight.start(async { 2 });
        release.send(()).unwrap();
        assert_eq!(
            (first.result().await, second.result().await),
            (Some(1), Some(1))
        );
        assert_eq!(started.load(Ordering::Relaxed), 1);
        assert_eq!(flight.start(async { 3 }).result().await, Some(3));
    }

    #[tokio::test]
    async fn a_task_outlives_its_callers() {
        let flight = SingleFlight::new();
        let (done, completed) = oneshot::channel();
        drop(flight.start(async move { done.send(()).unwrap() }));
        completed.await.unwrap();
    }

    #[test]
    fn a_runtime_that_shuts_down_ends_the_task() {
        let flight = SingleFlight::new();
        let runtime = || {
            tokio::runtime::Builder::new_current_thread()
                .build()
                .unwrap()
        };
        let first = runtime();
        let abandoned = first.block_on(async { flight.start(std::future::pending::<u32>()) });
        drop(first);
        runtime().block_on(async {
            assert_eq!(abandoned.result().await, None);
            assert_eq!(flight.start(async { 4 }).result().await, Some(4));
        });
    }
}
