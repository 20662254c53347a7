//! Writes every generated file of the project from `proto/`.
//!
//! [`Schema`] compiles the protos and answers questions about them, each language module turns it
//! into files, and [`Output`] labels, lists, writes or compares these.
//!
//! # How to add an operation
//!
//! Add the `rpc` with its `google.api.http` route, its messages and their comments to the file of
//! its service below `proto/`, and run `cargo run -p codegen` (`make generate`). The Rust side needs
//! nothing else; a new *service* also needs its accessor's name in `rust::ACCESSORS`. A field that
//! holds a secret gets a comment that ends with "Secret.", which hides it from `Debug`.
//!
//! # How to add a language
//!
//! Add a module with `pub fn generate(schema: &Schema, out: &mut Output) -> anyhow::Result<()>` and
//! call it from [`generate`]. A language whose methods are laid out by hand in places plans them with `faces`, from a
//! file in `codegen/faces/`, as Python and Node do. Node's messages are written by the plugin of its protobuf runtime,
//! which must be installed in `node/node_modules`.

pub mod aliases;
pub mod conformance;
pub mod emulator;
mod faces;
pub mod node;
mod output;
pub mod python;
pub mod rust;
mod schema;
pub mod wire;

use std::path::PathBuf;

pub use output::{Change, Output};
pub use schema::{
    Body, Described, Operation, Route, Rules, Schema, Segment, Verb, described, snake_case, upper_camel,
};

/// Lets every language module add its files to `out`.
///
/// # Errors
/// What a module cannot express, with the name of the schema element.
pub fn generate(schema: &Schema, out: &mut Output) -> anyhow::Result<()> {
    rust::generate(schema, out)?;
    wire::generate(schema, out)?;
    conformance::generate(schema, out)?;
    emulator::generate(schema, out)?;
    python::generate(schema, out)?;
    node::generate(schema, out)
}

/// The root folder of the project, wherever the generator is started from.
pub fn project_root() -> PathBuf {
    let crate_folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    crate_folder.parent().map_or(crate_folder.clone(), PathBuf::from)
}
