//! Values that belong to one process.
//!
//! After a fork, the child has a copy of the parent's memory, but not its threads. Sockets and
//! locks of the parent are unusable in the child, so each process creates its own runtime and
//! client.

use std::mem;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use arc_swap::ArcSwapOption;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use tokio::runtime::{Builder, Runtime};

use crate::exit;
use crate::failure::Failure;

/// The number of forks between the process that loaded this module and this one.
///
/// Python counts them in a hook: reading the process id from the system takes as long as verifying
/// a webhook.
static FORKS: AtomicU32 = AtomicU32::new(0);

/// Returns a number that differs between this process, its parent and its children.
pub(crate) fn generation() -> u32 {
    FORKS.load(Ordering::Relaxed)
}

/// Registers a hook that counts forks. Platforms without `os.register_at_fork` do not fork.
pub(crate) fn count_forks(py: Python<'_>) -> PyResult<()> {
    #[pyfunction]
    fn after_fork() {
        FORKS.fetch_add(1, Ordering::Relaxed);
        exit::reset_after_fork();
    }
    let os = py.import(intern!(py, "os"))?;
    let Some(register) = os.getattr_opt(intern!(py, "register_at_fork"))? else {
        return Ok(());
    };
    let hook = PyDict::new(py);
    hook.set_item("after_in_child", wrap_pyfunction!(after_fork, py)?)?;
    register.call((), Some(&hook)).map(drop)
}

/// A value and the generation of the process that created it.
struct Stamped<T> {
    generation: u32,
    value: T,
}

/// A value that each process creates lazily.
pub(crate) struct PerProcess<T>(ArcSwapOption<Stamped<T>>);

impl<T> PerProcess<T> {
    /// Creates an empty cell.
    pub(crate) const fn empty() -> Self {
        Self(ArcSwapOption::const_empty())
    }

    /// Creates a cell with the value of this process.
    pub(crate) fn new(value: T) -> Self {
        Self(ArcSwapOption::from_pointee(Stamped {
            generation: generation(),
            value,
        }))
    }

    /// Reads the value of this process. Creates it first if needed; `create` receives the parent's
    /// value.
    ///
    /// Takes no lock: a lock that is held during a fork stays locked in the child.
    pub(crate) fn get<R>(
        &self,
        create: impl FnOnce(Option<&T>) -> Result<T, Failure>,
        read: impl FnOnce(&T) -> R,
    ) -> Result<R, Failure> {
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

/// Reads the runtime of this process.
///
/// It has one worker thread, which only waits for sockets. A second one makes calls slower: the
/// threads wake each other more often than they share work.
pub(crate) fn with_runtime<R>(read: impl FnOnce(&Runtime) -> R) -> Result<R, Failure> {
    static RUNTIME: PerProcess<Runtime> = PerProcess::empty();
    RUNTIME.get(
        |_| {
            Builder::new_multi_thread()
                .worker_threads(1)
                .thread_name("scalekit")
                .enable_all()
                .build()
                .map_err(|error| {
                    Failure::Internal(format!("cannot start the threads of the client: {error}"))
                })
        },
        read,
    )
}
