//! Differential tests: generated tokens and webhooks, judged by the core and by `jsonwebtoken` and `standardwebhooks`
//! under the same rules. `tests/python/differential` does the same through the wheel, beside four packages of Python.
//! The crate `svix` is not among the judges: it brings an HTTP client of 180 crates for one HMAC.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

mod differences;
mod token_cases;
mod token_values;
mod tokens;
mod webhook_cases;
mod webhooks;
