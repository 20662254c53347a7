//! Runs the conformance table: the responses and errors of all operations as exact JSON.

#![allow(missing_docs, clippy::unwrap_used)]

mod case;
mod complete;
mod constraints;
mod matching;
mod run;
