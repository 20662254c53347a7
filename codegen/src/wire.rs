//! placeholder to be replaced within minutes
use crate::{Output, Schema};

/// Generates.
pub fn generate(_schema: &Schema, _out: &mut Output) -> anyhow::Result<()> {
    Ok(())
}
