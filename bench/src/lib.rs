//! The parts that several benchmark programs use.
#![allow(clippy::print_stdout)]

pub mod fixture;
pub mod rounds;
