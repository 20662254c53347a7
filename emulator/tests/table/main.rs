//! The conformance table in `tests/emulator`: what every operation answers, and how it fails, as exact JSON.

#![allow(missing_docs, clippy::unwrap_used)]

mod case;
mod complete;
mod constraints;
mod matching;
mod run;
