//! A gate that threads of the client pass before they run code of the language.
//!
//! When the language shuts down, it closes the gate and waits for the threads that have passed.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// The bit that is set once the gate is closed. The other bits count the passes.
const CLOSED: usize = 1 << (usize::BITS - 1);

/// A gate, open at first.
pub struct Gate(AtomicUsize);

/// Permission to run code of the language, until it is dropped.
pub struct Pass<'a>(&'a Gate);

impl Gate {
    /// An open gate.
    pub const fn open() -> Self {
        Self(AtomicUsize::new(0))
    }

    /// Returns `None` once the gate is closed.
    pub fn pass(&self) -> Option<Pass<'_>> {
        // The count is incremented before the bit is read: either this thread reads the bit, or
        // `close` sees the count. Dropping the pass decrements it again.
        let pass = Pass(self);
        (self.0.fetch_add(1, Ordering::SeqCst) & CLOSED == 0).then_some(pass)
    }

    /// Returns `true` once the gate is closed.
    pub fn is_closed(&self) -> bool {
        self.0.load(Ordering::SeqCst) & CLOSED != 0
    }

    /// Closes the gate and waits until no pass is left, at most for `timeout`. Returns `true` if no
    /// pass is left.
    pub fn close(&self, timeout: Duration) -> bool {
        self.0.fetch_or(CLOSED, Ordering::SeqCst);
        let start = Instant::now();
        loop {
            let is_empty = self.0.load(Ordering::SeqCst) == CLOSED;
            if is_empty || start.elapsed() >= timeout {
                return is_empty;
            }
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// Resets the count in a forked child, where the threads of the parent do not exist.
    pub fn reset_after_fork(&self) {
        self.0.fetch_and(CLOSED, Ordering::SeqCst);
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(3600);

    #[test]
    fn closing_waits_for_the_threads_that_have_passed() {
        let gate = Gate::open();
        let pass = gate.pass().unwrap();
        thread::scope(|scope| {
            assert!(!gate.close(Duration::ZERO));
            let closing = scope.spawn(|| gate.close(LONG));
            assert!(gate.pass().is_none());
            assert!(!closing.is_finished());
            drop(pass);
            assert!(closing.join().unwrap());
        });
    }

    #[test]
    fn the_wait_is_limited_and_a_fork_forgets_the_threads() {
        let gate = Gate::open();
        std::mem::forget(gate.pass().unwrap());
        assert!(!gate.close(Duration::ZERO));
        gate.reset_after_fork();
        assert!(gate.close(LONG));
        assert!(gate.is_closed());
    }
}
