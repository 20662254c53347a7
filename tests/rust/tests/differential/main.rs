//! Differential tests: generated tokens and webhooks, judged by the core and by `jsonwebtoken` and `standardwebhooks`
//! under the same rules. `tests/python/differential` does the same through the wheel with four more judges; the `svix`
//! crate is not among them because it brings an HTTP client, and leaves Python's part to `standardwebhooks` too.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

mod differences;
mod token_cases;
mod token_values;
mod tokens;
mod webhook_cases;
mod webhooks;
