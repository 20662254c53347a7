//! Command line of the generator: writes every generated file, or with `--check` compares only.

use std::process::ExitCode;

use codegen::{Output, Schema, generate, project_root};

const USAGE: &str = "usage: codegen [--check]

Writes every file that is generated from proto/ and removes those that no longer are.
  --check   write nothing; list what differs, is missing or is left over, and fail if anything is";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let result = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => write(),
        ["--check"] => check(),
        ["--help" | "-h"] => {
            eprintln!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    result.unwrap_or_else(|error| {
        eprintln!("codegen: {error:#}");
        ExitCode::FAILURE
    })
}

fn produce() -> anyhow::Result<Output> {
    let root = project_root();
    let schema = Schema::load(&root.join("proto"))?;
    let mut output = Output::new(&root);
    generate(&schema, &mut output)?;
    Ok(output)
}

fn write() -> anyhow::Result<ExitCode> {
    for change in produce()?.write()? {
        eprintln!("{change}");
    }
    Ok(ExitCode::SUCCESS)
}

fn check() -> anyhow::Result<ExitCode> {
    let differences = produce()?.check()?;
    if differences.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    for difference in &differences {
        eprintln!("{difference}");
    }
    eprintln!(
        "codegen: {} generated files are not up to date; run `make generate`",
        differences.len()
    );
    Ok(ExitCode::FAILURE)
}
