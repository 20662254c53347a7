//! The program and its termination signals.

use std::io::{BufRead, BufReader, Lines};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Child, ChildStdout, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

const BINARY: &str = env!("CARGO_BIN_EXE_scalekit-emulator");

/// The program and its output. Dropping it kills its process group.
struct Program {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Program {
    /// Starts the program in its own process group, as a shell does.
    fn start(arguments: &[&str]) -> Self {
        let mut command = Command::new(BINARY);
        let command = command
            .args(arguments)
            .process_group(0)
            .stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    fn id(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    fn line(&mut self) -> String {
        self.lines.next().unwrap().unwrap()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = kill_process_group(self.id(), Signal::KILL);
        let _ = self.child.wait();
    }
}

#[test]
fn sigint_and_sigterm_stop_the_emulator_with_exit_code_0() {
    for signal in [Signal::INT, Signal::TERM] {
        let mut program = Program::start(&["--port", "0"]);
        assert!(program.line().starts_with("export "));
        kill_process(program.id(), signal).unwrap();
        assert_eq!(program.child.wait().unwrap().code(), Some(0), "{signal:?}");
    }
}

#[test]
fn run_forwards_sigterm_and_waits_for_the_command() {
    let script = "trap 'echo cleaned; exit 9' TERM; echo ready; while :; do sleep 0.02; done";
    let mut program = Program::start(&["run", "--", "sh", "-c", script]);
    assert_eq!(program.line(), "ready");
    kill_process(program.id(), Signal::TERM).unwrap();
    assert_eq!(program.line(), "cleaned");
    assert_eq!(program.child.wait().unwrap().code(), Some(9));
}

#[test]
fn run_waits_for_the_command_after_ctrl_c() {
    let script = "trap 'echo cleaned; exit 9' INT; echo ready; while :; do sleep 0.02; done";
    let mut program = Program::start(&["run", "--", "sh", "-c", script]);
    assert_eq!(program.line(), "ready");
    // A terminal sends the signal to the whole process group.
    kill_process_group(program.id(), Signal::INT).unwrap();
    assert_eq!(program.line(), "cleaned");
    assert_eq!(program.child.wait().unwrap().code(), Some(9));
}

#[test]
fn run_returns_128_plus_the_signal_that_ended_the_command() {
    for (signal, code) in [("KILL", 137), ("TERM", 143)] {
        let script = format!("kill -s {signal} $$");
        let mut program = Program::start(&["run", "--", "sh", "-c", &script]);
        let status = program.child.wait().unwrap();
        assert_eq!((status.code(), status.signal()), (Some(code), None));
    }
}
