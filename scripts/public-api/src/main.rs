//! Lists the public API of a crate, one item a line: `list-public-api RUSTDOC_JSON`.

use std::process::ExitCode;

fn main() -> ExitCode {
    let Some(path) = std::env::args().nth(1) else {
        eprintln!("usage: list-public-api RUSTDOC_JSON");
        return ExitCode::from(2);
    };
    // Derived and automatic implementations follow from the listed items.
    let api = public_api::Builder::from_rustdoc_json(path)
        .omit_blanket_impls(true)
        .omit_auto_trait_impls(true)
        .omit_auto_derived_impls(true)
        .build();
    match api {
        Ok(api) => {
            println!("{api}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("list-public-api: {error}");
            ExitCode::FAILURE
        }
    }
}
