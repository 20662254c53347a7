//! `core FILE`: validates one token whose signature is cached, with the key set of the core.
//!
//! `FILE` is the output of `crypto make`. See `rounds::serve` for the output.

use std::hint::black_box;
use std::time::SystemTime;

use anyhow::{Context, Result};
use scalekit::token::{KeySet, TokenValidation};
use scalekit_bench::fixture::Fixture;
use scalekit_bench::rounds;

fn main() -> Result<()> {
    let path = std::env::args().nth(1).context("usage: core FILE")?;
    let fixture = Fixture::read(&path)?;
    let keys = KeySet::parse(fixture.jwks.to_string().as_bytes())?;
    let token = fixture
        .tokens
        .first()
        .context("the file contains no tokens")?;
    let checks = TokenValidation::default();
    keys.validate(token, &checks, SystemTime::now())?;
    rounds::serve(1, |_| {
        let verified = keys.validate(black_box(token), &checks, SystemTime::now());
        black_box(verified.expect("the token is valid"));
    })
}
