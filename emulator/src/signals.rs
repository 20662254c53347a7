//! The signals that ask for an end, and the exit code of a command, whatever ended it.

use std::io;
use std::process::ExitStatus;

pub(crate) use system::End;

/// The exit code of a command; of one that a signal ended, what shells say: 128 and the number of the signal.
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

    /// SIGINT and SIGTERM, which end nothing by themselves from now on. The first process of a container has to ask for
    /// SIGTERM to get it at all.
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

        /// Waits for one of the two.
        pub(crate) async fn asked(&mut self) {
            tokio::select! {
                _ = self.interrupt.recv() => {}
                _ = self.terminate.recv() => {}
            }
        }

        /// Waits for one of the two, and tells a running command: SIGTERM comes to this process alone. Ctrl-C comes to
        /// the command by itself, from the terminal that both were started at.
        pub(crate) async fn for_command(&mut self, id: Option<u32>) {
            tokio::select! {
                _ = self.interrupt.recv() => {}
                _ = self.terminate.recv() => {
                    let id = id.and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
                    if let Some(id) = id {
                        // It may have ended just now.
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

    /// Ctrl-C, which comes to a command by itself.
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
