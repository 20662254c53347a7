//! What the faces of all languages share: the service clients and methods that follow from the schema, and how a face
//! file changes them. Names are those of the schema here; a language writes them its own way.

mod checks;
pub(crate) mod face;
pub(crate) mod params;
pub(crate) mod plan;
mod planner;
pub(crate) mod prose;
mod variants;
mod written;
