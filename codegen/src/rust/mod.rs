//! The Rust core: `core/src/api/`, the types, the operations and the typed services.

mod operations;

use crate::{Output, Schema};

/// Adds the files of the Rust core to `out`.
///
/// # Errors
/// What the core has no type for.
pub fn generate(schema: &Schema, out: &mut Output) -> anyhow::Result<()> {
    out.text("core/src/api/operations.rs", &operations::file(schema)?)?;
    out.text("core/src/api/mod.rs", "//! The API.\n\npub(crate) mod operations;\n")
}
