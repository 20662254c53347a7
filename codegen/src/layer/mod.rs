//! Language layers.
//!
//! A language layer is the public API of one language package: its service clients, their methods
//! and the parameters of the methods. The schema determines most of a layer. The file
//! `codegen/layers/<language>.toml` lists the exceptions.
//!
//! [`planner::plan`] combines both into the data types of [`model`]. The language modules, such as
//! `crate::python`, turn these into source code. All names in this module are spelled as in the
//! schema; the language modules convert them to the conventions of their language.

mod checks;
pub(crate) mod config;
mod derived;
pub(crate) mod model;
pub(crate) mod operations;
mod param_syntax;
pub(crate) mod params;
pub(crate) mod planner;
pub(crate) mod wrap;
