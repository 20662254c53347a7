//! Command line of the generator.

use std::path::Path;
use std::process::ExitCode;

use codegen::{Output, Schema, generate, project_root, site};

const USAGE: &str = "usage: codegen [--check | --site FOLDER]

Writes all files that are generated from proto/ and removes obsolete generated files.
  --check   write nothing; list the files that are not up to date, and fail if there are any
  --site   write only the pages of the REST operations, into FOLDER";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let result = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => write(),
        ["--check"] => check(),
        ["--site", folder] => write_site(Path::new(folder)),
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

fn generated() -> anyhow::Result<Output> {
    let root = project_root();
    let schema = Schema::load(&root.join("proto"))?;
    let mut output = Output::new(&root);
    generate(&schema, &mut output)?;
    Ok(output)
}

fn write() -> anyhow::Result<ExitCode> {
    for change in generated()?.write()? {
        eprintln!("{change}");
    }
    Ok(ExitCode::SUCCESS)
}

fn write_site(folder: &Path) -> anyhow::Result<ExitCode> {
    let schema = Schema::load(&project_root().join("proto"))?;
    std::fs::create_dir_all(folder)?;
    for (name, page) in site::pages(&schema)? {
        std::fs::write(folder.join(name), page)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn check() -> anyhow::Result<ExitCode> {
    let differences = generated()?.check()?;
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
