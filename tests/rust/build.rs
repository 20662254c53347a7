//! Collects the Rust programs of docs/*.md for `tests/guides.rs`: the snippets that are followed by
//! their output. Each one becomes a module.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, error::Error, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    println!("cargo::rerun-if-changed={}", docs.display());
    let mut pages = Vec::new();
    for entry in fs::read_dir(&docs)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "md") {
            pages.push(path);
        }
    }
    pages.sort();
    let (mut modules, mut programs) = (String::new(), String::new());
    for path in pages {
        let page = fs::read_to_string(&path)?.replace("\r\n", "\n");
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        for (number, (program, output)) in programs_of(&page).into_iter().enumerate() {
            let name = format!("{}_{}", stem.replace('-', "_"), number + 1);
            write!(
                modules,
                "mod {name} {{\n{program}\npub fn run() -> anyhow::Result<()> {{ Ok(main()?) }}\n}}\n"
            )?;
            writeln!(programs, "    ({name:?}, {name}::run, {output:?}),")?;
        }
    }
    let text = format!("{modules}\npub const PROGRAMS: &[Program] = &[\n{programs}];\n");
    let target = Path::new(&env::var("OUT_DIR")?).join("guides.rs");
    fs::write(target, text)?;
    Ok(())
}

/// Returns the programs of a page with their outputs.
fn programs_of(page: &str) -> Vec<(&str, &str)> {
    let blocks = page.split("\n```rust\n").skip(1);
    blocks
        .filter_map(|block| {
            let (program, rest) = block.split_once("\n```\n")?;
            let (output, _) = rest.strip_prefix("\n```text\n")?.split_once("```")?;
            Some((program, output))
        })
        .collect()
}
