//! The names of the objects that events are about.

use anyhow::Context;
use serde_json::json;

use crate::templates::render;
use crate::{Output, Schema};

const OBJECTS: &str = "scalekit.v1.events.ObjectType";

/// Adds a module with the type of the names.
pub(super) fn generate(schema: &Schema, out: &mut Output) -> anyhow::Result<()> {
    let objects = schema
        .pool()
        .get_enum_by_name(OBJECTS)
        .with_context(|| format!("the schema has no {OBJECTS}"))?;
    // The value 0 means that the field is not set.
    let values = schema.values(&objects).into_iter();
    let values = values.filter(|value| value.number() != 0);
    let objects: Vec<_> = values
        .map(|value| json!({ "name": value.name(), "doc": schema.comment(&value) }))
        .collect();
    out.text(
        "node/src/types/event-objects.ts",
        &render("node/event-objects.ts", json!({ "objects": objects }))?,
    )
}
