//! Termination signals, and exit codes of commands.

use std::io;
use std::process::ExitStatus;

pub(crate) use system::End;

/// Returns the exit code of a command. If a signal ended it, this is 128 plus the signal's number,
/// as in shells.
pub(crate) fn code(status: ExitStatus) -> u8 {
    let code = status.code().or_else(|| Some(128 + system::signal_of(status)?));
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
}

#[cfg(unix)]
mod system {
    use std::os::unix::process::ExitStatusExt as _;

    use rustix::process::{Pid, Signal, kill_process};
    use tokio::signal::unix::{self, SignalKind};

    use super::{ExitStatus, io};

    /// Handlers for SIGINT and SIGTERM, which no longer end the process directly. A handler for
    /// SIGTERM is required in a container, where the first process ignores the signal by default.
    pub(crate) struct End {
        interrupt: unix::Signal,
        terminate: unix::Signal,
    }

    impl End {
        pub(crate) fn new() -> io::Result<Self> {
            Ok(Self {
                interrupt: unix::signal(SignalKind::interrupt())?,
                terminate: unix::signal(SignalKind::terminate())?,
            })
        }

        /// Waits for SIGINT or SIGTERM.
        pub(crate) async fn asked(&mut self) {
            tokio::select! {
                _ = self.interrupt.recv() => {}
                _ = self.terminate.recv() => {}
            }
        }

        /// Waits for SIGINT or SIGTERM and forwards SIGTERM to a running command. SIGINT from
        /// Ctrl-C is not forwarded because the terminal sends it to the command, too.
        pub(crate) async fn for_command(&mut self, id: Option<u32>) {
            tokio::select! {
                _ = self.interrupt.recv() => {}
                _ = self.terminate.recv() => {
                    let id = id.and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
                    if let Some(id) = id {
                        // The command may already have ended.
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

    /// A handler for Ctrl-C, which the command also receives.
    pub(crate) struct End(tokio::signal::windows::CtrlC);

    impl End {
        pub(crate) fn new() -> io::Result<Self> {
            tokio::signal::windows::ctrl_c().map(Self)
        }

        pub(crate) async fn asked(&mut self) {
            let _ = self.0.recv().await;
        }

        pub(crate) async fn for_command(&mut self, _id: Option<u32>) {
            self.asked().await;
        }
    }

    pub(super) fn signal_of(_status: ExitStatus) -> Option<i32> {
        None
    }
}
