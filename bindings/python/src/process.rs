//! What belongs to one process: a fork leaves its child with memory of threads, sockets and locks that only the
//! parent has.

use std::mem;
use std::process;
use std::sync::Arc;

use arc_swap::ArcSwapOption;
use tokio::runtime::{Builder, Runtime};

use crate::failure::Failure;

/// A value and the process that made it.
struct Stamped<T> {
    process: u32,
    value: T,
}

/// A value that every process makes for itself, when it first asks for it.
pub(crate) struct PerProcess<T>(ArcSwapOption<Stamped<T>>);

impl<T> PerProcess<T> {
    /// Nothing yet.
    pub(crate) const fn empty() -> Self {
        Self(ArcSwapOption::const_empty())
    }

    /// A value that this process has already.
    pub(crate) fn of(value: T) -> Self {
        Self(ArcSwapOption::from_pointee(Stamped {
            process: process::id(),
            value,
        }))
    }

    /// Reads this process's value, or what `make` makes of the parent's. Takes no lock: one that is held at the time
    /// of a fork is held for ever in the child.
    pub(crate) fn get<R>(
        &self,
        make: impl FnOnce(Option<&T>) -> Result<T, Failure>,
        read: impl FnOnce(&T) -> R,
    ) -> Result<R, Failure> {
        let process = process::id();
        let found = self.0.load();
        if let Some(stamped) = found.as_ref().filter(|stamped| stamped.process == process) {
            return Ok(read(&stamped.value));
        }
        let value = make(found.as_ref().map(|parents| &parents.value))?;
        let made = Arc::new(Stamped { process, value });
        let before = self.0.compare_and_swap(&found, Some(Arc::clone(&made)));
        match before.as_ref() {
            // Another thread was faster.
            Some(stamped) if stamped.process == process => Ok(read(&stamped.value)),
            parents => {
                // To drop it here would wait for threads that only the parent has.
                mem::forget(parents.cloned());
                Ok(read(&made.value))
            }
        }
    }
}

impl<T> Drop for PerProcess<T> {
    fn drop(&mut self) {
        mem::forget(
            self.0
                .swap(None)
                .filter(|stamped| stamped.process != process::id()),
        );
    }
}

/// Reads this process's runtime; it has two threads at most, since all it does is to wait for sockets.
pub(crate) fn with_runtime<R>(read: impl FnOnce(&Runtime) -> R) -> Result<R, Failure> {
    static RUNTIME: PerProcess<Runtime> = PerProcess::empty();
    RUNTIME.get(
        |_| {
            let threads = std::thread::available_parallelism().map_or(1, |count| count.get().min(2));
            Builder::new_multi_thread()
                .worker_threads(threads)
                .thread_name("scalekit")
                .enable_all()
                .build()
                .map_err(|error| {
                    Failure::Internal(format!("the threads of the client cannot be started: {error}"))
                })
        },
        read,
    )
}
