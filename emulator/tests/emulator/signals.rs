//! The program and the signals that ask for an end.

use std::io::{BufRead, BufReader, Lines};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Child, ChildStdout, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

const BINARY: &str = env!("CARGO_BIN_EXE_scalekit-emulator");

/// The program, and what it or its command prints; all of it is gone after the test.
struct Program {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Program {
    /// Starts the program in a process group of its own, as a shell does.
    fn start(arguments: &[&str]) -> Self {
        let mut command = Command::new(BINARY);
        let command = command.args(arguments).process_group(0).stdout(Stdio::piped());
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
fn both_signals_end_the_emulator_in_order() {
    for signal in [Signal::INT, Signal::TERM] {
        let mut program = Program::start(&["--port", "0"]);
        assert!(program.line().starts_with("export "));
        kill_process(program.id(), signal).unwrap();
        assert_eq!(program.child.wait().unwrap().code(), Some(0), "{signal:?}");
    }
}

#[test]
fn run_passes_sigterm_on_and_waits_until_the_command_has_cleaned_up() {
    let script = "trap 'echo cleaned; exit 9' TERM; echo ready; while :; do sleep 0.02; done";
    let mut program = Program::start(&["run", "--", "sh", "-c", script]);
    assert_eq!(program.line(), "ready");
    kill_process(program.id(), Signal::TERM).unwrap();
    assert_eq!(program.line(), "cleaned");
    assert_eq!(program.child.wait().unwrap().code(), Some(9));
}

#[test]
fn run_waits_for_a_command_that_ctrl_c_ends() {
    let script = "trap 'echo cleaned; exit 9' INT; echo ready; while :; do sleep 0.02; done";
    let mut program = Program::start(&["run", "--", "sh", "-c", script]);
    assert_eq!(program.line(), "ready");
    // As a terminal does, both are told.
    kill_process_group(program.id(), Signal::INT).unwrap();
    assert_eq!(program.line(), "cleaned");
    assert_eq!(program.child.wait().unwrap().code(), Some(9));
}

#[test]
fn run_tells_which_signal_ended_a_command() {
    for (signal, code) in [("KILL", 137), ("TERM", 143)] {
        let script = format!("kill -s {signal} $$");
        let mut program = Program::start(&["run", "--", "sh", "-c", &script]);
        let status = program.child.wait().unwrap();
        assert_eq!((status.code(), status.signal()), (Some(code), None));
    }
}
