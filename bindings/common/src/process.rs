//! The runtime of the process, and values that belong to one process.
//!
//! After a fork, the child has a copy of the parent's memory, but not its threads. Sockets and
//! locks of the parent are unusable in the child, so each process creates its own runtime and
//! client.

use std::mem;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use arc_swap::ArcSwapOption;
use scalekit::Client;
use tokio::runtime::{Builder, Handle, Runtime};

use crate::failure::BindingError;

/// The number of forks between the process that loaded this library and this one.
///
/// Languages that can fork count them in a hook: reading the process id from the system takes as
/// long as verifying a webhook.
static FORKS: AtomicU32 = AtomicU32::new(0);

/// Returns a number that differs between this process, its parent and its children.
pub fn generation() -> u32 {
    FORKS.load(Ordering::Relaxed)
}

/// Counts a fork. A language calls it in the child.
pub fn after_fork() {
    FORKS.fetch_add(1, Ordering::Relaxed);
}

/// A value and the generation of the process that created it.
struct Stamped<T> {
    generation: u32,
    value: T,
}

/// A value that each process creates lazily.
pub struct PerProcess<T>(ArcSwapOption<Stamped<T>>);

impl<T> PerProcess<T> {
    /// Creates an empty cell.
    pub const fn empty() -> Self {
        Self(ArcSwapOption::const_empty())
    }

    /// Creates a cell with the value of this process.
    pub fn new(value: T) -> Self {
        Self(ArcSwapOption::from_pointee(Stamped {
            generation: generation(),
            value,
        }))
    }

    /// Reads the value of this process. Creates it first if needed; `create` receives the parent's
    /// value.
    ///
    /// Takes no lock: a lock that is held during a fork stays locked in the child.
    ///
    /// # Errors
    /// `create` fails.
    pub fn read<R>(
        &self,
        create: impl FnOnce(Option<&T>) -> Result<T, BindingError>,
        read: impl FnOnce(&T) -> R,
    ) -> Result<R, BindingError> {
        let generation = generation();
        let current = self.0.load();
        if let Some(stamped) = current
            .as_ref()
            .filter(|stamped| stamped.generation == generation)
        {
            return Ok(read(&stamped.value));
        }
        let value = create(current.as_ref().map(|parents| &parents.value))?;
        let created = Arc::new(Stamped { generation, value });
        let previous = self
            .0
            .compare_and_swap(&current, Some(Arc::clone(&created)));
        match previous.as_ref() {
            // Another thread stored its value first.
            Some(stamped) if stamped.generation == generation => Ok(read(&stamped.value)),
            parents => {
                // Dropping the parent's value would wait for threads that do not exist in the
                // child.
                mem::forget(parents.cloned());
                Ok(read(&created.value))
            }
        }
    }
}

impl<T> Drop for PerProcess<T> {
    fn drop(&mut self) {
        mem::forget(
            self.0
                .swap(None)
                .filter(|stamped| stamped.generation != generation()),
        );
    }
}

/// A client that works in forked processes too.
pub struct ProcessClient(PerProcess<Client>);

impl ProcessClient {
    /// Wraps the client of this process.
    pub fn new(client: Client) -> Self {
        Self(PerProcess::new(client))
    }

    /// Reads the client of this process. This is faster than a clone, whose reference count is
    /// shared between threads.
    ///
    /// # Errors
    /// The wrapper is being dropped.
    pub fn read<R>(&self, read: impl FnOnce(&Client) -> R) -> Result<R, BindingError> {
        let create = |parents: Option<&Client>| match parents {
            Some(client) => Ok(client.for_new_process()),
            None => Err(BindingError::internal("the client is being destroyed")),
        };
        self.0.read(create, read)
    }
}

/// Reads the handle of this process's runtime, which is started on first use.
///
/// It has one worker thread, which is enough to wait for sockets. A second one makes calls slower:
/// the threads wake each other more often than they share work. It lives until the process ends,
/// because the thread that started it may end before others that use it.
///
/// # Errors
/// The operating system cannot start the thread.
pub fn with_runtime<R>(read: impl FnOnce(&Handle) -> R) -> Result<R, BindingError> {
    static RUNTIME: PerProcess<BackgroundRuntime> = PerProcess::empty();
    let create = |_: Option<&BackgroundRuntime>| {
        Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("scalekit")
            .enable_all()
            .build()
            .map(BackgroundRuntime::new)
            .map_err(|error| {
                BindingError::internal(format!("cannot start the threads of the client: {error}"))
            })
    };
    RUNTIME.read(create, |runtime| read(&runtime.handle))
}

/// A runtime that can be dropped in an asynchronous context: if two threads start a runtime at the
/// same time, one of them is dropped.
struct BackgroundRuntime {
    handle: Handle,
    runtime: Option<Runtime>,
}

impl BackgroundRuntime {
    fn new(runtime: Runtime) -> Self {
        Self {
            handle: runtime.handle().clone(),
            runtime: Some(runtime),
        }
    }
}

impl Drop for BackgroundRuntime {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_runtime_can_be_dropped_in_a_task() {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .build()
            .unwrap();
        drop(BackgroundRuntime::new(runtime));
    }

    #[test]
    fn a_forked_process_creates_its_own_value() {
        let cell = PerProcess::new(1);
        let read = |cell: &PerProcess<i32>| {
            cell.read(
                |parents| Ok(parents.map_or(0, |value| value + 1)),
                |value| *value,
            )
            .unwrap()
        };
        assert_eq!((read(&cell), read(&cell)), (1, 1));
        after_fork();
        assert_eq!((read(&cell), read(&cell)), (2, 2));
        assert_eq!(read(&PerProcess::empty()), 0);
    }
}
