//! Differential tests: compare the core with `jsonwebtoken` and `standardwebhooks`, using generated
//! tokens and webhooks.
//!
//! `python/tests/differential` compares the wheel with four Python packages. The crate `svix` is
//! not used here, because it depends on 180 crates.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

mod differences;
mod token_cases;
mod token_values;
mod tokens;
mod webhook_cases;
mod webhooks;
