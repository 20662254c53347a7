//! Runs the Rust programs of docs/*.md and compares their outputs. Each program is a process of this
//! test, with an emulator.
#![allow(
    clippy::all,
    clippy::pedantic,
    clippy::print_stdout,
    missing_docs,
    unreachable_pub,
    reason = "programs of the pages"
)]

use std::process::Command;
use std::{env, process};

use anyhow::{Context, Result, ensure};
use regex::Regex;
use scalekit_emulator::{Emulator, Seed};

/// Name, function and output of a program.
type Program = (&'static str, fn() -> Result<()>, &'static str);

include!(concat!(env!("OUT_DIR"), "/guides.rs"));

/// The name of the program that a process runs.
const VARIABLE: &str = "SCALEKIT_GUIDE_PROGRAM";

fn main() -> Result<()> {
    if let Ok(name) = env::var(VARIABLE) {
        let program = PROGRAMS.iter().find(|(found, ..)| *found == name);
        return program.context("unknown program")?.1();
    }
    let mut failed = false;
    for (name, _, output) in PROGRAMS {
        match check(name, output) {
            Ok(()) => println!("test {name} ... ok"),
            Err(error) => {
                println!("test {name} ... FAILED\n{error:#}");
                failed = true;
            }
        }
    }
    process::exit(i32::from(failed))
}

#[tokio::main]
async fn check(name: &str, expected: &str) -> Result<()> {
    let emulator = Emulator::builder()
        .seed(Seed::demo())
        .auto_approve(true)
        .start()
        .await?;
    let mut command = Command::new(env::current_exe()?);
    command.env(VARIABLE, name).envs(emulator.environment());
    let result = tokio::task::spawn_blocking(move || command.output()).await??;
    let printed = String::from_utf8(result.stdout)?;
    let errors = String::from_utf8_lossy(&result.stderr);
    ensure!(result.status.success(), "{printed}{errors}");
    // In a page, `…` stands for a text that changes.
    let pattern = format!("^{}$", regex::escape(expected).replace('…', ".+"));
    ensure!(
        Regex::new(&pattern)?.is_match(&printed),
        "printed:\n{printed}"
    );
    Ok(())
}
