//! What belongs to one process: a fork leaves its child with memory of threads, sockets and locks that only the
//! parent has.

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

/// How many forks lie between the process that loaded this module and this one. Python counts, since to ask the
/// system for the process id would take as long as to verify a webhook.
static FORKS: AtomicU32 = AtomicU32::new(0);

/// Tells a process from its parent and its children.
pub(crate) fn generation() -> u32 {
    FORKS.load(Ordering::Relaxed)
}

/// Has Python count forks (`os.register_at_fork`; a system without it does not fork).
pub(crate) fn count_forks(py: Python<'_>) -> PyResult<()> {
    #[pyfunction]
    fn forked() {
        FORKS.fetch_add(1, Ordering::Relaxed);
        exit::forked();
    }
    let os = py.import(intern!(py, "os"))?;
    let Some(register) = os.getattr_opt(intern!(py, "register_at_fork"))? else {
        return Ok(());
    };
    let hook = PyDict::new(py);
    hook.set_item("after_in_child", wrap_pyfunction!(forked, py)?)?;
    register.call((), Some(&hook)).map(drop)
}

/// A value and the process that made it.
struct Stamped<T> {
    generation: u32,
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
            generation: generation(),
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
        let generation = generation();
        let found = self.0.load();
        if let Some(stamped) = found.as_ref().filter(|stamped| stamped.generation == generation) {
            return Ok(read(&stamped.value));
        }
        let value = make(found.as_ref().map(|parents| &parents.value))?;
        let made = Arc::new(Stamped { generation, value });
        let before = self.0.compare_and_swap(&found, Some(Arc::clone(&made)));
        match before.as_ref() {
            // Another thread was faster.
            Some(stamped) if stamped.generation == generation => Ok(read(&stamped.value)),
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
                .filter(|stamped| stamped.generation != generation()),
        );
    }
}

/// Reads this process's runtime. It has one thread, since all it does is to wait for sockets: with a second one the
/// two wake each other up more often than they help.
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
                    Failure::Internal(format!("the threads of the client cannot be started: {error}"))
                })
        },
        read,
    )
}
