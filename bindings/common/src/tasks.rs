//! Background tasks that a language identifies by numbers.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::task::AbortHandle;

use crate::failure::BindingError;
use crate::{guard, runtime};

/// The running tasks. A clone has the same tasks.
#[derive(Clone, Default)]
pub struct Tasks(Arc<Mutex<HashMap<u32, AbortHandle>>>);

impl Tasks {
    fn running(&self) -> MutexGuard<'_, HashMap<u32, AbortHandle>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts a task. Calls `finish` with its result, unless the task was cancelled.
    ///
    /// # Errors
    /// The runtime cannot be started.
    pub fn start<T: Send>(
        &self,
        id: u32,
        task: impl Future<Output = Result<T, BindingError>> + Send + 'static,
        finish: impl FnOnce(Result<T, BindingError>) + Send + 'static,
    ) -> Result<(), BindingError> {
        let tasks = self.clone();
        // The lock is held until the task is inserted, so that the task finds itself.
        let mut running = self.running();
        let task = runtime::spawn(async move {
            let result = guard::run_async(task).await;
            if tasks.running().remove(&id).is_some() {
                finish(result);
            }
        })?;
        running.insert(id, task);
        Ok(())
    }

    /// Cancels a task.
    pub fn cancel(&self, id: u32) {
        let task = self.running().remove(&id);
        if let Some(task) = task {
            task.abort();
        }
    }

    /// Cancels all tasks.
    pub fn cancel_all(&self) {
        for (_, task) in self.running().drain() {
            task.abort();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn results_are_passed_on_unless_the_task_was_cancelled() {
        let tasks = Tasks::default();
        let (sender, results) = mpsc::channel();
        let start = |id, text: Option<&'static str>| {
            let sender = sender.clone();
            let task = async move {
                match text {
                    Some(text) => Ok(text),
                    None => pending().await,
                }
            };
            let finish = move |result: Result<_, BindingError>| {
                sender.send((id, result.unwrap())).unwrap();
            };
            tasks.start(id, task, finish).unwrap();
        };
        start(1, None);
        start(2, None);
        start(3, Some("third"));
        assert_eq!(results.recv().unwrap(), (3, "third"));
        tasks.cancel(1);
        tasks.cancel(1);
        assert_eq!(tasks.running().keys().collect::<Vec<_>>(), [&2]);
        tasks.cancel_all();
        assert!(tasks.running().is_empty());
        drop(sender);
        assert!(results.recv().is_err());
    }
}
