//! The program: its output and its `run` command.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

const BINARY: &str = env!("CARGO_BIN_EXE_scalekit-emulator");

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn it_prints_the_variables_and_accepts_requests_at_once() {
    let mut child = Running(
        Command::new(BINARY)
            .args(["--port", "0"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap(),
    );
    let mut lines = BufReader::new(child.0.stdout.take().unwrap()).lines();
    let mut line = || lines.next().unwrap().unwrap();
    let first = line();
    let address = first
        .strip_prefix("export SCALEKIT_ENVIRONMENT_URL=http://")
        .unwrap();
    assert!(address.starts_with("127.0.0.1:"), "{address}");
    assert!(line().starts_with("export SCALEKIT_CLIENT_ID=skc_"));
    assert!(line().starts_with("export SCALEKIT_CLIENT_SECRET="));
    let mut stream = TcpStream::connect(address).unwrap();
    stream
        .write_all(b"GET /_emulator/info HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
        .unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    assert!(response.starts_with("HTTP/1.1 200"), "{response}");
}

#[test]
fn it_prints_the_licenses_of_third_party_software() {
    let output = Command::new(BINARY).arg("licenses").output().unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    for part in ["tokio 1.", "rustls 0.", "Apache License", "ISC", "Unicode"] {
        assert!(text.contains(part), "{part} is missing");
    }
}

#[test]
fn it_ends_quietly_when_the_reader_of_the_licenses_stops() {
    let mut child = Command::new(BINARY)
        .arg("licenses")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    assert_eq!(output.stderr, b"");
}

#[test]
fn it_stops_when_stdin_closes() {
    let mut child = Running(
        Command::new(BINARY)
            .args(["--port", "0", "--stop-with-stdin"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap(),
    );
    let mut lines = BufReader::new(child.0.stdout.take().unwrap()).lines();
    assert!(
        lines
            .next()
            .unwrap()
            .unwrap()
            .starts_with("export SCALEKIT_")
    );
    assert!(child.0.try_wait().unwrap().is_none());
    drop(child.0.stdin.take());
    assert!(child.0.wait().unwrap().success());
}

#[test]
fn run_sets_the_variables_and_returns_the_exit_code_of_the_command() {
    let script = "test -n \"$SCALEKIT_CLIENT_SECRET\" && echo \"$SCALEKIT_ENVIRONMENT_URL $SCALEKIT_CLIENT_ID\"; exit 7";
    let output = Command::new(BINARY)
        .args(["run", "--client-id", "skc_9", "--", "sh", "-c", script])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(7));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.starts_with("http://127.0.0.1:") && text.trim_end().ends_with(" skc_9"),
        "{text}"
    );
}

#[test]
fn the_error_for_an_invalid_seed_names_the_file_and_the_reason() {
    let folder = env!("CARGO_TARGET_TMPDIR");
    for (name, content, message) in [
        ("broken.json", "{", "is not valid JSON"),
        ("list.json", " [[]]", "a seed must be an object of lists"),
        (
            "unknown.json",
            "{\"organisations\": []}",
            "unknown field `organisations`",
        ),
    ] {
        let file = format!("{folder}/{name}");
        std::fs::write(&file, content).unwrap();
        let output = Command::new(BINARY)
            .args(["--port", "0", "--seed", &file])
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1));
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(text.contains(&file) && text.contains(message), "{text}");
    }
}

#[test]
fn invalid_urls_are_rejected_at_startup() {
    for (option, bad) in [
        ("--url", "foo"),
        ("--url", "localhost:1"),
        ("--url", "ftp://x"),
        ("--url", "http://h?x=1"),
        ("--webhook", "foo"),
        ("--redirect-uri", "foo"),
        ("--redirect-uri", "https://app/#x"),
    ] {
        let output = Command::new(BINARY)
            .args([option, bad, "--port", "0"])
            .output()
            .unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(
            !output.status.success() && stderr.contains(&format!("{bad:?}")),
            "{option} {bad}: {stderr}"
        );
    }
}

#[test]
fn the_secret_is_random_on_non_loopback_addresses() {
    let secret = |host: &str| {
        let script = "echo $SCALEKIT_CLIENT_SECRET";
        let arguments = ["run", "--host", host, "--", "sh", "-c", script];
        let output = Command::new(BINARY).args(arguments).output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    assert_eq!(secret("127.0.0.1"), scalekit_emulator::CLIENT_SECRET);
    let (one, other) = (secret("0.0.0.0"), secret("0.0.0.0"));
    assert!(one.len() > 40 && one != other && other != scalekit_emulator::CLIENT_SECRET);
}

#[test]
fn an_unspecified_host_is_advertised_as_the_loopback_address() {
    let script = "echo $SCALEKIT_ENVIRONMENT_URL";
    let arguments = ["run", "--host", "0.0.0.0", "--", "sh", "-c", script];
    let output = Command::new(BINARY).args(arguments).output().unwrap();
    let url = String::from_utf8(output.stdout).unwrap();
    assert!(url.starts_with("http://127.0.0.1:"), "{url}");
}

#[test]
fn hosts_are_allowed_by_options_and_by_the_environment() {
    let status = |arguments: &[&str], variable: Option<&str>, host: &str| {
        let mut command = Command::new(BINARY);
        command.args(["--port", "0"]).args(arguments);
        if let Some(names) = variable {
            command.env("SCALEKIT_EMULATOR_ALLOW_HOST", names);
        }
        let mut child = Running(command.stdout(Stdio::piped()).spawn().unwrap());
        let mut lines = BufReader::new(child.0.stdout.take().unwrap()).lines();
        let first = lines.next().unwrap().unwrap();
        let (_, address) = first.split_once("=http://").unwrap();
        let mut stream = TcpStream::connect(address).unwrap();
        let request =
            format!("GET /_emulator/info HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).unwrap();
        response.split(' ').nth(1).unwrap().to_owned()
    };
    let allowed = ["--allow-host", "one", "--allow-host", "two"];
    for (arguments, variable, host, expected) in [
        (&[][..], None, "one", "403"),
        (&allowed, None, "one", "200"),
        (&allowed, None, "two:8910", "200"),
        (&allowed, None, "three", "403"),
        (&[], Some("one,two"), "two", "200"),
        (&[], Some("one,two"), "three", "403"),
    ] {
        assert_eq!(
            status(arguments, variable, host),
            expected,
            "{arguments:?} {variable:?} {host}"
        );
    }
}
