//! The files of the Python package.

use crate::{Output, Schema};

/// Adds the files of the Python package to `out`.
///
/// # Errors
/// What Python cannot express.
pub fn generate(_schema: &Schema, _out: &mut Output) -> anyhow::Result<()> {
    Ok(())
}
