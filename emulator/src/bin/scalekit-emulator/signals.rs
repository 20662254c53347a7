//! Termination signals, and exit codes of commands.

use std::io;
use std::process::ExitStatus;

pub(crate) use system::Signals;

/// Returns the exit code of a command. If a signal terminated it, returns 128 plus the signal
/// number, as shells do.
pub(crate) fn code(status: ExitStatus) -> u8 {
    let code = status
        .code()
        .or_else(|| Some(128 + system::signal_of(status)?));
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
}

#[cfg(unix)]
mod system {
    use std::os::unix::process::ExitStatusExt as _;

    use rustix::process::{Pid, Signal, kill_process};
    use tokio::signal::unix::{self, SignalKind};

    use super::{ExitStatus, io};

    /// Handlers of SIGINT and SIGTERM. They replace the default actions. The first process of a
    /// container receives SIGTERM only if it has a handler.
    pub(crate) struct Signals {
        interrupt: unix::Signal,
        terminate: unix::Signal,
    }

    impl Signals {
        pub(crate) fn new() -> io::Result<Self> {
            Ok(Self {
                interrupt: unix::signal(SignalKind::interrupt())?,
                terminate: unix::signal(SignalKind::terminate())?,
            })
        }

        /// Waits for SIGINT or SIGTERM.
        pub(crate) async fn wait(&mut self) {
            tokio::select! {
                _ = self.interrupt.recv() => {}
                _ = self.terminate.recv() => {}
            }
        }

        /// Waits for SIGINT or SIGTERM, and forwards SIGTERM to a command. SIGINT is not forwarded:
        /// the terminal sends Ctrl-C to both processes.
        pub(crate) async fn forward_to(&mut self, id: Option<u32>) {
            tokio::select! {
                _ = self.interrupt.recv() => {}
                _ = self.terminate.recv() => {
                    let id = id.and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
                    if let Some(id) = id {
                        // Fails if the command has just exited.
                        let _ = kill_process(id, Signal::TERM);
                    }
                }
            }
        }
    }

    pub(super) fn signal_of(status: ExitStatus) -> Option<i32> {
        status.signal()
    }
}

#[cfg(not(unix))]
mod system {
    use super::{ExitStatus, io};

    /// Handler of Ctrl-C, which the console also sends to the command.
    pub(crate) struct Signals(tokio::signal::windows::CtrlC);

    impl Signals {
        pub(crate) fn new() -> io::Result<Self> {
            tokio::signal::windows::ctrl_c().map(Self)
        }

        pub(crate) async fn wait(&mut self) {
            let _ = self.0.recv().await;
        }

        pub(crate) async fn forward_to(&mut self, _id: Option<u32>) {
            self.wait().await;
        }
    }

    pub(super) fn signal_of(_status: ExitStatus) -> Option<i32> {
        None
    }
}
