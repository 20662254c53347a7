//! Formats generated code.

use std::io::Write;
use std::process::{Command, Stdio};

use anyhow::{Context, ensure};

/// Formats Rust code with the rustfmt of the toolchain and the configuration of the project.
///
/// # Errors
/// Returns an error if rustfmt is not installed or the code has a syntax error.
pub(crate) fn rustfmt(code: &str) -> anyhow::Result<String> {
    let root = crate::project_root();
    let mut child = Command::new("rustfmt")
        .args(["--edition", "2024", "--emit", "stdout", "--config-path"])
        .arg(root.join("rustfmt.toml"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("rustfmt is not installed: rustup component add rustfmt")?;
    let mut input = child
        .stdin
        .take()
        .context("rustfmt has no standard input")?;
    let code = code.to_owned();
    // rustfmt reads its whole input before it writes, but a writer of its own needs no such order.
    let writer = std::thread::spawn(move || input.write_all(code.as_bytes()).map(|()| code));
    let output = child.wait_with_output()?;
    let code = writer
        .join()
        .map_err(|_| anyhow::anyhow!("the writer to rustfmt panicked"))??;
    ensure!(
        output.status.success(),
        "rustfmt: {}\n{code}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(String::from_utf8(output.stdout)?)
}
