//! The formatting of generated Python files by ruff, with the rules of the package.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, ensure};

use crate::project_root;

const RUFF: &str = "target/venv/tools/bin/ruff";

/// Formats files, by their path in the project.
pub(super) fn format(files: &mut BTreeMap<String, String>) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    for (path, text) in &*files {
        let file = folder.path().join(path);
        fs::create_dir_all(file.parent().context("a path without a folder")?)?;
        fs::write(file, text)?;
    }
    run(&project_root().join(RUFF), folder.path())?;
    for (path, text) in files {
        *text = fs::read_to_string(folder.path().join(path))?;
    }
    Ok(())
}

fn run(ruff: &Path, folder: &Path) -> anyhow::Result<()> {
    ensure!(
        ruff.exists(),
        "{RUFF} is missing; use `make generate`, which installs it"
    );
    let output = Command::new(ruff)
        .args(["format", "--quiet", "--no-cache", "--config"])
        .arg(project_root().join("python/pyproject.toml"))
        .arg(folder)
        .output()
        .context("cannot start ruff")?;
    let message = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "ruff failed: {message}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    #[test]
    fn a_missing_formatter_is_reported_with_the_command() {
        let error = super::run(Path::new("/nowhere/ruff"), Path::new("/nowhere")).unwrap_err();
        assert!(error.to_string().contains("make generate"), "{error}");
    }
}
